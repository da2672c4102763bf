from datetime import date

import pytest

from portail_demo.commune import render_document
from portail_demo.descriptions import demo_id, descriptions, school_year

GUIDE_DAY = date(2022, 7, 4)


@pytest.mark.parametrize(
    ("today", "year"),
    [(GUIDE_DAY, 2022), (date(2022, 6, 30), 2021), (date(2026, 11, 23), 2026), (date(2027, 1, 1), 2026)],
)
def test_the_school_year_changes_in_july(today: date, year: int) -> None:
    assert school_year(today) == year


def test_the_guides_day_has_the_guides_canteen() -> None:
    alixan = next(item for item in descriptions(GUIDE_DAY) if item["slug"] == "alixan")
    canteen = alixan["activities"]["cantine"]
    assert canteen["name"] == "Cantine d'Alixan 2022/2023"
    assert (canteen["opens_on"], canteen["tariff"]["adhesion_fee_cents"]) == ("2022-09-01", 1700)
    names = [member["first_name"] for member in alixan["families"]["mercier"]["members"]]
    assert names == ["Louis", "Estelle", "Louane", "Théo"]


def test_every_commune_names_regies_that_exist() -> None:
    for commune in descriptions(GUIDE_DAY):
        for activity in commune["activities"].values():
            assert activity["regie"] in commune["regies"]


def test_ids_are_stable_and_distinct() -> None:
    assert demo_id("alixan", "family", "mercier") == demo_id("alixan", "family", "mercier")
    assert demo_id("alixan", "family", "mercier") != demo_id("veyras", "family", "mercier")


@pytest.mark.parametrize("source", ["reglement.typ", "tutoriel.typ"])
def test_documents_are_rendered(source: str) -> None:
    assert render_document(source, "Alixan").startswith(b"%PDF-")
