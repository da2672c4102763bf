"""A calendar as the fields of a form, and the fields as a calendar. Without scripts: lists end with empty rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from web.api.calendars import Document
from web.i18n import gettext as _
from web.town_hall.group_form import GroupRow, group_of, group_row, ticked_schools
from web.town_hall.rows import MOST_ROWS, Fields, number_of, optional_number, rows_of, with_codes
from web.town_hall.slot_form import slots_of, ticked_slots

DEADLINES = [
    ("weekly", _("un jour de la semaine, des semaines avant")),
    ("days_before", _("des jours avant")),
    ("hours_before", _("des heures avant le début")),
    ("day_of_month", _("un jour du mois précédent")),
    ("school_period", _("des jours avant chaque période scolaire ou de vacances")),
]
COUNTINGS = [
    ("calendar", _("tous les jours")),
    ("working", _("les jours ouvrés")),
    ("school", _("les jours d'école")),
    ("without_weekends", _("tous, sauf samedi et dimanche")),
]
_EMPTY_ROWS = 2
_NUMBERS = {"weekly": "weeks_before", "days_before": "days", "hours_before": "hours", "school_period": "days"}


@dataclass(frozen=True)
class Deadline:
    """The fields of one deadline. Each kind uses some of them; all are texts, as typed."""

    kind: str = ""
    number: str = ""
    week_day: str = ""
    time: str = ""
    counting: str = "calendar"
    months: str = "1"
    """Before the month of the booked day."""


@dataclass(frozen=True)
class DeadlineException:
    """Another deadline. ``scope``: a week day («0» is Monday), «vacances» or «dates»; empty rows have none."""

    scope: str = ""
    first: str = ""
    last: str = ""
    deadline: Deadline = field(default_factory=Deadline)


@dataclass(frozen=True)
class Dates:
    """A row about the days from ``first`` to ``last``, both included, with what is said of them.

    No schools, no slots (by their codes): all.
    """

    first: str = ""
    last: str = ""
    words: str = ""
    schools: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()
    opens: str = ""
    closes: str = ""


@dataclass(frozen=True)
class CalendarForm:
    """Everything that is shown and typed."""

    week_days: frozenset[str]
    during: str
    capacity: str
    last_places: str
    overbooking: str
    shared_places: bool
    pay_within: str
    needs_complete_file: bool
    arrears: str
    booking: Deadline
    booking_exceptions: list[DeadlineException]
    cancelling: Deadline
    cancelling_exceptions: list[DeadlineException]
    windows: list[Dates]
    closures: list[Dates]
    openings: list[Dates]
    groups: list[GroupRow]

    def schools(self, known: Iterable[str]) -> list[str]:
        """What the form offers: the known schools and those that the calendar names."""
        of_days = [row.schools for row in (*self.closures, *self.openings)]
        return sorted({*known}.union(*of_days, *(group.schools for group in self.groups)))


def form_of(document: Document) -> CalendarForm:
    """The fields of a calendar."""
    booking, cancelling = document["booking_rule"], document["cancelling_rule"]
    return CalendarForm(
        week_days=frozenset(str(day) for day in document["week_days"]),
        during=document["during"],
        capacity="" if document["capacity"] is None else str(document["capacity"]),
        last_places=str(document["last_places"]),
        overbooking=str(document.get("overbooking_percent", 0)),
        shared_places=document.get("shared_places", False),
        pay_within=str(document.get("pay_within_minutes") or ""),
        needs_complete_file=document.get("needs_complete_file", False),
        arrears=str(document.get("arrears_after_days") or ""),
        booking=_deadline_fields(booking["default"]),
        booking_exceptions=[*_exception_fields(booking), *[DeadlineException()] * _EMPTY_ROWS],
        cancelling=_deadline_fields(cancelling["default"]),
        cancelling_exceptions=[*_exception_fields(cancelling), *[DeadlineException()] * _EMPTY_ROWS],
        windows=[
            *(
                Dates(*days_of(row), opens=(row["opens_at"] or "")[:16], closes=row["closes_at"][:16])
                for row in booking.get("windows", ())
            ),
            *[Dates()] * _EMPTY_ROWS,
        ],
        closures=[
            *(
                Dates(*days_of(row), row["reason"], _schools(row), frozenset(row.get("slots", ())))
                for row in document["closures"]
            ),
            *[Dates()] * _EMPTY_ROWS,
        ],
        openings=[
            *(Dates(row["day"], words=row["reason"], schools=_schools(row)) for row in document["extra_openings"]),
            *[Dates()] * _EMPTY_ROWS,
        ],
        groups=[*map(group_row, document.get("groups", ())), *[GroupRow()] * _EMPTY_ROWS],
    )


def document_of(fields: Fields, week_days: list[str], kept: Document) -> Document:
    """The calendar that was typed; what the form does not show stays as in ``kept``. Wrong fields stay as typed."""
    booking = _rule(fields, "reserver") | {"windows": rows_of(fields, "fenetre", _window)}
    return kept | {
        "week_days": [number_of(day) for day in week_days],
        "during": fields.get("periode", ""),
        "capacity": optional_number(fields.get("places", "")),
        "last_places": number_of(fields.get("dernieres", "") or "0"),
        "overbooking_percent": number_of(fields.get("surplus", "") or "0"),
        "shared_places": fields["partage"] == "oui" if "partage" in fields else kept.get("shared_places", False),
        "pay_within_minutes": optional_number(fields.get("payer", "")),
        "needs_complete_file": "dossier_complet" in fields,
        "arrears_after_days": optional_number(fields.get("impayes", "")),
        "booking_rule": booking,
        "cancelling_rule": _rule(fields, "annuler") | {"windows": kept["cancelling_rule"].get("windows", [])},
        "closures": rows_of(fields, "fermeture", _closure),
        "extra_openings": rows_of(fields, "ouverture", _opening),
        "groups": with_codes(rows_of(fields, "groupe", group_of)),
        "slots": slots_of(fields, kept.get("slots", {})),
    }


def _rule(fields: Fields, prefix: str) -> Document:
    rule: Document = {"default": _deadline(fields, prefix), "week_days": {}, "school_holidays": None, "dates": []}
    for number in range(MOST_ROWS):
        row = f"{prefix}.exception.{number}"
        scope = fields.get(f"{row}.pour", "")
        if scope == "vacances":
            rule["school_holidays"] = _deadline(fields, row)
        elif scope == "dates":
            rule["dates"].append(period_of(fields, row) | {"deadline": _deadline(fields, row)})
        elif scope:
            rule["week_days"][scope] = _deadline(fields, row)
    return rule


def _deadline(fields: Fields, prefix: str) -> Document:
    kind, time = fields.get(f"{prefix}.genre", ""), fields.get(f"{prefix}.heure", "")[:5]
    number = number_of(fields.get(f"{prefix}.nombre", ""))
    match kind:
        case "weekly":
            week_day = number_of(fields.get(f"{prefix}.jour", ""))
            return {"kind": kind, "week_day": week_day, "time": time, "weeks_before": number}
        case "days_before":
            return {"kind": kind, "days": number, "time": time, "counting": fields.get(f"{prefix}.compte", "")}
        case "hours_before":
            return {"kind": kind, "hours": number, "begins": time or None}
        case "day_of_month":
            months = number_of(fields.get(f"{prefix}.mois", "") or "1")
            return {"kind": kind, "day_of_month": number, "time": time, "months_before": months}
        case _:
            return {"kind": kind, "days": number, "time": time}


def _deadline_fields(document: Document) -> Deadline:
    kind = document["kind"]
    number = document["day_of_month"] if kind == "day_of_month" else document[_NUMBERS.get(kind, "days")]
    return Deadline(
        kind=kind,
        number=str(number),
        week_day=str(document.get("week_day", "")),
        time=document.get("time") or document.get("begins") or "",
        counting=document.get("counting", "calendar"),
        months=str(document.get("months_before", 1)),
    )


def _exception_fields(rule: Document) -> list[DeadlineException]:
    by_day = [
        DeadlineException(day, deadline=_deadline_fields(each)) for day, each in sorted(rule["week_days"].items())
    ]
    holidays = rule.get("school_holidays")
    in_holidays = [DeadlineException("vacances", deadline=_deadline_fields(holidays))] if holidays else []
    dates = [
        DeadlineException("dates", *days_of(row), _deadline_fields(row["deadline"])) for row in rule.get("dates", ())
    ]
    return by_day + in_holidays + dates


def _closure(fields: Fields, row: str) -> Document | None:
    if not fields.get(f"{row}.du"):
        return None
    reason = fields.get(f"{row}.motif", "").strip()
    whom = {"schools": ticked_schools(fields, row), "slots": ticked_slots(fields, row)}
    return period_of(fields, row) | {"reason": reason, **whom}


def _opening(fields: Fields, row: str) -> Document | None:
    if not fields.get(f"{row}.du"):
        return None
    reason = fields.get(f"{row}.motif", "").strip()
    return {"day": fields[f"{row}.du"], "reason": reason, "schools": ticked_schools(fields, row)}


def _schools(row: Document) -> frozenset[str]:
    return frozenset(row.get("schools", ()))


def _window(fields: Fields, row: str) -> Document | None:
    if not fields.get(f"{row}.du"):
        return None
    opens_at = fields.get(f"{row}.ouvre", "")[:16] or None
    return period_of(fields, row) | {"opens_at": opens_at, "closes_at": fields.get(f"{row}.ferme", "")[:16]}


def period_of(fields: Fields, row: str) -> Document:
    """Half-open, from two days that are both meant; without a last day, the first alone."""
    first = fields.get(f"{row}.du", "")
    last = fields.get(f"{row}.au", "") or first
    try:
        return {"from": first, "to": (date.fromisoformat(last) + timedelta(days=1)).isoformat()}
    except (ValueError, OverflowError):
        return {"from": first, "to": last}


def days_of(row: Document) -> tuple[str, str]:
    """The first and the last day of a half-open period."""
    try:
        return row["from"], (date.fromisoformat(row["to"]) - timedelta(days=1)).isoformat()
    except ValueError:
        return row["from"], row["to"]
