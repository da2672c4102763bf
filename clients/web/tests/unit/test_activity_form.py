"""An activity becomes fields and is read back as it was; what is wrong is told at the field it was typed in."""

import pytest

from web.api.errors import ApiProblem
from web.town_hall.activity_form import document_of, errors_of, fields_of
from web.town_hall.typed_form import TypedForm

FLAT = {"kind": "flat", "cents": 500}
BANDS = {"kind": "bands", "bands": [{"up_to": 622, "cents": 100}, {"up_to": None, "cents": 350}]}
RATE = {"kind": "rate", "per_mille_of_qf": 3.6, "floor_cents": 260, "ceiling_cents": 450}
MORNING = {
    "code": "matin",
    "name": "Matin",
    "from_time": "08:30",
    "until_time": "12:00",
    "compatible_with": ["soir"],
    "unit": BANDS,
}
EVENING = MORNING | {"code": "soir", "name": "Soir", "compatible_with": ["matin"], "unit": None}
ACTIVITY = {
    "name": "Centre de loisirs 2022/2023",
    "element_name": "Centre de loisirs",
    "description": "Des jeux.",
    "category": "periscolaire",
    "season": "2022/2023",
    "opens_on": "2022-09-01",
    "closes_on": "2023-07-08",
    "regie_id": "8a0f9a7e-6f3c-4a0e-9a44-0d1f2b8a0001",
    "immediate_payment": True,
    "member_kind": "child",
    "min_age": 3,
    "max_age": None,
    "schools": ["Jules Ferry", "Pasteur"],
    "tariff": {"adhesion_fee_cents": 1700, "label": "à l'unité", "unit": FLAT},
    "slots": [MORNING, EVENING],
}


def with_unit(unit):
    return ACTIVITY | {"tariff": ACTIVITY["tariff"] | {"unit": unit}}


@pytest.mark.parametrize("unit", [FLAT, BANDS, RATE | {"per_mille_of_qf": "3.60"}])
def test_what_is_shown_is_read_back(unit) -> None:
    activity = with_unit(unit)
    assert document_of(fields_of(activity))[0] == activity


def test_the_last_day_is_the_one_before_it_closes() -> None:
    assert fields_of(ACTIVITY)["ferme"] == "2023-07-07"
    assert document_of(fields_of(ACTIVITY) | {"ferme": "2023-07-31"})[0]["closes_on"] == "2023-08-01"


def test_a_rate_is_shown_in_percent() -> None:
    assert fields_of(with_unit(RATE))["tarif.taux"] == "0,36"


def test_slots_come_in_the_order_typed_and_new_ones_get_a_code() -> None:
    new = {"creneau.5.nom": "Après-midi", "creneau.5.de": "13:30", "creneau.5.a": "17:00", "creneau.5.ordre": "2"}
    slots = document_of(fields_of(ACTIVITY) | {"creneau.1.ordre": "1", "creneau.0.ordre": "3"} | new)[0]["slots"]
    assert [(slot["code"], slot["unit"]) for slot in slots] == [("soir", None), ("apres-midi", None), ("matin", BANDS)]


def test_a_slot_whose_name_is_emptied_goes_and_nothing_names_it_any_more() -> None:
    slots = document_of(fields_of(ACTIVITY) | {"creneau.1.nom": ""})[0]["slots"]
    assert [(slot["code"], slot["compatible_with"]) for slot in slots] == [("matin", [])]


def test_what_is_no_amount_and_what_has_no_name_are_left_for_the_api_to_refuse() -> None:
    document, _ = document_of(fields_of(ACTIVITY) | {"tarif.prix": "999999999", "creneau.7.de": "08:00"})
    assert document["tariff"]["unit"]["cents"] == "«999999999»"
    assert [slot["name"] for slot in document["slots"]] == ["Matin", "Soir", ""]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("name", "nom"),
        ("closes_on", "ferme"),
        ("tariff.unit", "tarif.genre"),
        ("tariff.unit.bands", "tarif.genre"),
        ("tariff.unit.bands.bands.1.cents", "tarif.tranche.4.prix"),
        ("slots", "creneaux"),
        ("slots.0.name", "creneau.1.nom"),
        ("slots.1", "creneau.0.a"),
        ("slots.1.unit.bands.bands.0.up_to", "creneau.0.tarif.tranche.0.jusqua"),
        ("body", "nom"),
    ],
)
def test_what_is_wrong_is_told_where_it_was_typed(path: str, field: str) -> None:
    moved = {"tarif.tranche.1.jusqua": "", "tarif.tranche.1.prix": "", "tarif.tranche.4.prix": "4"}
    _, places = document_of(fields_of(with_unit(BANDS)) | moved | {"creneau.1.ordre": "0"})
    problem = ApiProblem(422, {"errors": [{"field": path, "message": "Value error, rien ne va"}]})
    assert errors_of(problem, places) == {field: "Rien ne va."}


def test_messages_for_programs_are_said_in_french() -> None:
    told = {"tariff.adhesion_fee_cents": "Input should be a valid integer", "min_age": "Input should be less than 150"}
    problem = ApiProblem(422, {"errors": [{"field": field, "message": told[field]} for field in told]})
    assert errors_of(problem, document_of(fields_of(ACTIVITY))[1]) == {
        "adhesion": "Un montant en euros, de 0 à 10 000, comme 3,50.",
        "age_de": "Un âge en années, de 0 à 150, ou rien.",
    }


def test_lists_end_with_two_empty_rows_up_to_what_the_api_takes() -> None:
    form = TypedForm({"creneau.0.nom": "Matin", "creneau.3.nom": "Soir", "creneau.4.nom": " ", "creneau.x.nom": "?"})
    assert form.rows("creneau", 12) == ["creneau.0", "creneau.3", "creneau.4", "creneau.5"]
    assert form.rows("creneau", 3) == ["creneau.0", "creneau.3", "creneau.4"]
    assert form.rows("creneau", 2) == ["creneau.0", "creneau.3"]
