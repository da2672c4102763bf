"""A calendar becomes fields and is read back as it was."""

import pytest

from web.api.enrolment import OfferedSlot
from web.town_hall.calendar_form import document_of, form_of
from web.town_hall.slot_form import slot_rows, slots_of

WEEKLY = {"kind": "weekly", "week_day": 3, "time": "12:00", "weeks_before": 1}
KINDS = [
    WEEKLY,
    {"kind": "days_before", "days": 2, "time": "12:00", "counting": "without_weekends"},
    {"kind": "hours_before", "hours": 72, "begins": "11:30"},
    {"kind": "hours_before", "hours": 72, "begins": None},
    {"kind": "day_of_month", "day_of_month": 20, "time": "23:59", "months_before": 1},
    {"kind": "school_period", "days": 7, "time": "23:59"},
]
CALENDAR = {
    "week_days": [0, 1, 3, 4],
    "during": "term",
    "capacity": 40,
    "last_places": 5,
    "overbooking_percent": 0,
    "shared_places": True,
    "pay_within_minutes": 60,
    "needs_complete_file": True,
    "arrears_after_days": 30,
    "groups": [
        {
            "code": "petits",
            "name": "3–5 ans",
            "from_age": 3,
            "to_age": 5,
            "schools": ["Jules Ferry"],
            "capacity": 12,
            "reserved": 0,
        },
        {
            "code": "ferry",
            "name": "Jules Ferry",
            "from_age": None,
            "to_age": None,
            "schools": ["Jules Ferry", "Pasteur"],
            "capacity": None,
            "reserved": 8,
        },
    ],
    "booking_rule": {
        "default": WEEKLY,
        "week_days": {"2": KINDS[1]},
        "school_holidays": KINDS[2],
        "dates": [{"from": "2022-11-14", "to": "2022-11-19", "deadline": KINDS[4]}],
        "windows": [
            {"from": "2023-07-03", "to": "2023-07-08", "opens_at": "2023-06-01T12:00", "closes_at": "2023-06-20T23:59"},
            {"from": "2022-10-24", "to": "2022-11-05", "opens_at": None, "closes_at": "2022-10-10T23:59"},
        ],
    },
    "cancelling_rule": {
        "default": KINDS[5],
        "week_days": {"4": KINDS[4] | {"months_before": 3}},
        "school_holidays": None,
        "dates": [],
        "windows": [{"from": "2023-07-03", "to": "2023-07-08", "opens_at": None, "closes_at": "2023-06-20T23:59"}],
    },
    "closures": [
        {
            "from": "2022-09-12",
            "to": "2022-09-14",
            "reason": "Grève",
            "schools": ["Jules Ferry", "Pasteur"],
            "slots": ["soir"],
        },
        *(
            {
                "from": f"2023-{n // 28 + 1:02}-{n % 28 + 1:02}",
                "to": f"2023-{n // 28 + 1:02}-{n % 28 + 2:02}",
                "reason": "Travaux",
                "schools": [],
                "slots": [],
            }
            for n in range(100)
        ),
    ],
    "slots": {"matin": {"week_days": [0, 2], "capacity": None}, "soir": {"week_days": None, "capacity": 12}},
    "extra_openings": [{"day": "2022-09-17", "reason": "Fête", "schools": ["Pasteur"]}],
}


OFFERED = [OfferedSlot(code=code, name=code.title()) for code in ("matin", "midi", "soir")]


def fields_of(calendar):
    """What a browser sends of the form."""
    form = form_of(calendar)
    fields = {"periode": form.during, "places": form.capacity, "dernieres": form.last_places, "payer": form.pay_within}
    fields["partage"] = "oui" if form.shared_places else "non"
    fields |= {"impayes": form.arrears} | ({"dossier_complet": "1"} if form.needs_complete_file else {})

    def deadline(prefix, it):
        names = {"genre": it.kind, "nombre": it.number, "jour": it.week_day, "heure": it.time, "compte": it.counting}
        names |= {"mois": it.months}
        fields.update({f"{prefix}.{name}": value for name, value in names.items()})

    for prefix, rule, exceptions in (
        ("reserver", form.booking, form.booking_exceptions),
        ("annuler", form.cancelling, form.cancelling_exceptions),
    ):
        deadline(prefix, rule)
        for number, each in enumerate(exceptions):
            row = f"{prefix}.exception.{number}"
            fields.update({f"{row}.pour": each.scope, f"{row}.du": each.first, f"{row}.au": each.last})
            deadline(row, each.deadline)
    for name, rows in (("fenetre", form.windows), ("fermeture", form.closures), ("ouverture", form.openings)):
        for number, row in enumerate(rows):
            named = {"du": row.first, "au": row.last, "motif": row.words, "ouvre": row.opens, "ferme": row.closes}
            fields.update({f"{name}.{number}.{field}": value for field, value in named.items()})
            fields.update({f"{name}.{number}.ecole.{n}": school for n, school in enumerate(sorted(row.schools))})
            fields.update({f"{name}.{number}.creneau.{code}": code for code in row.slots})
    for number, row in enumerate(form.groups):
        named = {"code": row.code, "nom": row.name, "age_de": row.from_age, "age_a": row.to_age}
        named |= {"places": row.capacity, "reservees": row.reserved}
        fields.update({f"groupe.{number}.{field}": value for field, value in named.items()})
        fields.update({f"groupe.{number}.ecole.{n}": school for n, school in enumerate(sorted(row.schools))})
    for number, row in enumerate(slot_rows(OFFERED, calendar)):
        fields |= {f"creneau.{number}.code": row.code, f"creneau.{number}.places": row.capacity}
        fields |= {f"creneau.{number}.jour.{day}": day for day in row.week_days}
    return fields, sorted(form.week_days)


def test_a_calendar_is_read_back_as_it_was() -> None:
    assert document_of(*fields_of(CALENDAR), CALENDAR) == CALENDAR


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_each_kind_of_deadline_is_read_back(kind) -> None:
    calendar = CALENDAR | {"cancelling_rule": CALENDAR["cancelling_rule"] | {"default": kind}}
    assert document_of(*fields_of(calendar), CALENDAR)["cancelling_rule"]["default"] == kind


@pytest.mark.parametrize("typed", ["oui", "non"])
def test_whether_slots_share_places_is_chosen(typed) -> None:
    fields, days = fields_of(CALENDAR)
    assert document_of(fields | {"partage": typed}, days, CALENDAR)["shared_places"] is (typed == "oui")


def test_what_an_activity_without_slots_shares_stays() -> None:
    fields, days = fields_of(CALENDAR)
    del fields["partage"]
    assert document_of(fields, days, CALENDAR)["shared_places"] is True
    assert (
        document_of(fields, days, {name: CALENDAR[name] for name in CALENDAR if name != "shared_places"})[
            "shared_places"
        ]
        is False
    )


def test_one_day_needs_no_last_day() -> None:
    fields, days = fields_of(CALENDAR)
    document = document_of(fields | {"fermeture.0.au": ""}, days, CALENDAR)
    assert document["closures"][0] == CALENDAR["closures"][0] | {"to": "2022-09-13"}


def test_a_last_day_at_the_end_of_all_calendars_is_left_to_the_api() -> None:
    fields, days = fields_of(CALENDAR)
    document = document_of(fields | {"fermeture.0.au": "9999-12-31"}, days, CALENDAR)
    assert document["closures"][0]["to"] == "9999-12-31"


def test_what_is_wrong_is_shown_again_as_it_was_typed() -> None:
    fields, days = fields_of(CALENDAR)
    wrong = {"places": "beaucoup", "reserver.nombre": "x", "reserver.genre": "", "fermeture.0.au": "demain"}
    form = form_of(document_of(fields | wrong, days, CALENDAR))
    assert (form.capacity, form.booking.number, form.closures[0].last) == ("beaucoup", "x", "demain")


def test_a_new_group_gets_a_code_of_its_own() -> None:
    fields, days = fields_of(CALENDAR)
    new = {"groupe.2.nom": "Petits", "groupe.2.age_de": "3", "groupe.3.nom": "Élémentaire", "groupe.3.age_de": "6"}
    groups = document_of(fields | new, days, CALENDAR)["groups"]
    assert [(group["code"], group["name"]) for group in groups[2:]] == [
        ("petits-2", "Petits"),
        ("elementaire", "Élémentaire"),
    ]


def test_a_group_without_its_name_goes_and_a_new_one_without_name_is_refused() -> None:
    fields, days = fields_of(CALENDAR)
    changed = fields | {"groupe.0.nom": "", "groupe.2.age_de": "trois"}
    groups = document_of(changed, days, CALENDAR)["groups"]
    assert [(group["code"], group["name"], group["from_age"]) for group in groups] == [
        ("ferry", "Jules Ferry", None),
        ("", "", "trois"),
    ]
    shown = form_of(CALENDAR | {"groups": groups}).groups
    assert [(row.from_age, row.typed) for row in shown[1:]] == [("trois", True), ("", False), ("", False)]


def test_a_school_that_no_file_names_any_more_is_still_offered() -> None:
    assert form_of(CALENDAR).schools(["Carnot"]) == ["Carnot", "Jules Ferry", "Pasteur"]


def test_a_slot_that_is_emptied_is_as_the_calendar_says_and_others_stay() -> None:
    kept = {name: {"week_days": days, "capacity": 5} for name, days in (("matin", [0]), ("soir", []), ("gone", [1]))}
    typed = {"creneau.0.code": "matin", "creneau.0.places": "", "creneau.1.code": "soir", "creneau.1.places": "douze"}
    assert slots_of(typed, kept) == {"gone": kept["gone"], "soir": {"week_days": [], "capacity": "douze"}}
