"""A family's file as fields, and the fields as a file."""

from uuid import uuid4

import pytest

from web.api.enrolment import Family
from web.api.errors import ApiProblem
from web.api.family_files import KnownChild
from web.town_hall.family_form import (
    differences,
    document_of,
    errors_of,
    fields_of,
    has_new_guardian,
    named,
    typed_fields,
    with_child,
    with_stored,
)

pytestmark = pytest.mark.unit

FAMILY_ID, CAMILLE, LOUIS = uuid4(), str(uuid4()), str(uuid4())
FILE = {
    "name": "Martin",
    "address": {"line": "3 rue des Écoles", "postal_code": "26300", "city": "Alixan"},
    "quotient_familial": 980,
    "missing": ["Justificatif de domicile"],
    "guardians": [
        {"guardian_id": CAMILLE, "first_name": "Camille", "last_name": "Martin", "email": None, "phone": "06 00"}
    ],
    "members": [
        {
            "member_id": LOUIS,
            "kind": "child",
            "first_name": "Louis",
            "last_name": "Martin",
            "birth_date": "2014-03-12",
            "school": "Pasteur",
            "diet": "standard",
            "missing": ["Photo", "Vaccinations"],
        }
    ],
}
NEW_CHILD = {
    "membre.4.prenom": "Zoé",
    "membre.4.nom": "Martin",
    "membre.4.genre": "child",
    "membre.4.repas": "standard",
}


def stored(**changes: object) -> Family:
    return Family.model_validate({**FILE, "family_id": FAMILY_ID, "version": "v1", **changes})


def test_a_file_comes_back_as_it_was() -> None:
    document, _places = document_of(FAMILY_ID, typed_fields(fields_of(stored())))
    assert document == FILE | {"if_version": "v1"}


def test_a_file_without_a_quotient() -> None:
    document, _places = document_of(FAMILY_ID, fields_of(stored(quotient_familial=None)))
    assert document["quotient_familial"] is None
    assert document_of(FAMILY_ID, {"quotient": "abc"})[0]["quotient_familial"] == "abc", "the API refuses it"


def test_rows_left_empty_are_nobody() -> None:
    untouched = {"membre.1.id": "", "membre.1.prenom": " ", "membre.1.genre": "child", "membre.1.repas": "standard"}
    fields = typed_fields(fields_of(stored()) | untouched)
    assert "membre.1.genre" not in fields
    assert len(document_of(FAMILY_ID, fields)[0]["members"]) == 1


def test_a_new_row_has_the_same_id_each_time_the_form_is_sent() -> None:
    """Another form, or another row, names somebody else: an account never passes to another person."""

    def new_id(mark: str, row: int = 4) -> str:
        typed = {name.replace("4", str(row)): value for name, value in NEW_CHILD.items()} | {"marque": mark}
        (member,) = document_of(FAMILY_ID, typed)[0]["members"]
        return str(member["member_id"])

    assert new_id("m1") == new_id("m1")
    assert len({new_id("m1"), new_id("m2"), new_id("m1", 5)}) == 3


def test_who_is_taken_out_is_not_sent() -> None:
    fields = fields_of(stored()) | {"membre.0.retirer": "1", "responsable.0.retirer": "1"}
    document, _places = document_of(FAMILY_ID, fields)
    assert (document["members"], document["guardians"]) == ([], [])


def test_only_somebody_new_gets_an_account() -> None:
    fields = fields_of(stored())
    assert not has_new_guardian(fields)
    assert has_new_guardian(fields | {"responsable.1.prenom": "Alex"})


def test_what_is_wrong_is_said_at_its_row() -> None:
    fields = fields_of(stored()) | {"membre.0.retirer": "1"} | NEW_CHILD
    _document, places = document_of(FAMILY_ID, fields)
    wrong = ("members.0.birth_date", "address.postal_code", "quotient_familial", "guardians.0.email")
    wrong += ("missing.0", "members.0.missing")
    problem = ApiProblem(422, {"errors": [{"field": field, "message": "x"} for field in wrong]})
    errors = errors_of(problem, places)
    assert set(errors) == {
        *("membre.4.naissance", "code_postal", "quotient", "responsable.0.courriel", "manque", "membre.4.manque")
    }
    assert errors["code_postal"] == "Cinq chiffres, comme 26300."
    assert named("membre.4.naissance") == "Membre 5 – Né(e) le"
    assert named("code_postal") == "Code postal"


def test_a_known_child_is_added_once_with_the_same_id() -> None:
    louis = KnownChild(stored().members[0], uuid4(), "Roux")
    fields = with_child(with_child(NEW_CHILD, louis), louis)
    members = document_of(FAMILY_ID, fields)[0]["members"]
    assert [member["first_name"] for member in members] == ["Zoé", "Louis"]
    assert members[1] == FILE["members"][0]
    taken_out = fields_of(stored()) | {"membre.0.retirer": "1"}
    assert document_of(FAMILY_ID, with_child(taken_out, louis))[0]["members"] == FILE["members"]


def test_a_line_that_is_typed_twice_or_left_empty_is_no_other_document() -> None:
    fields = fields_of(stored()) | {"membre.0.manque": " Photo \r\n\r\nPhoto\r\n", "manque": " "}
    document, _places = document_of(FAMILY_ID, fields)
    assert (document["missing"], document["members"][0]["missing"]) == ([], ["Photo"])
    assert [(each.label, each.stored, each.typed) for each in differences(stored(), fields)] == [
        ("Pièces manquantes", "Justificatif de domicile", ""),
        (
            "Membre",
            "Louis Martin, enfant, 2014-03-12, Pasteur, ordinaire, il manque Photo, Vaccinations",
            "Louis Martin, enfant, 2014-03-12, Pasteur, ordinaire, il manque Photo",
        ),
    ]


def test_what_others_changed_is_told_beside_what_was_typed() -> None:
    typed = fields_of(stored()) | {"nom": "Martin-Roux"}
    alex = {"guardian_id": str(uuid4()), "first_name": "Alex", "last_name": "Roux"}
    camille = FILE["guardians"][0] | {"phone": "07 11"}
    now = stored(guardians=[camille, alex], version="v2")
    told = [(each.label, each.stored, each.typed) for each in differences(now, typed)]
    assert told == [
        ("Nom", "Martin", "Martin-Roux"),
        ("Responsable", "Camille Martin, 07 11", "Camille Martin, 06 00"),
        ("Responsable", "Alex Roux", ""),
    ]
    merged, _places = document_of(FAMILY_ID, with_stored(typed, now))
    assert [each["first_name"] for each in merged["guardians"]] == ["Camille", "Alex"], "nobody is lost"
    assert (merged["if_version"], merged["name"]) == ("v2", "Martin-Roux")
