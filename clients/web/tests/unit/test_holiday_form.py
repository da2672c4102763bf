"""Holidays as fields and back: nothing is lost, and the last day is one that is meant."""

from web.api.holidays import HolidayYear
from web.town_hall.holiday_form import document_of, fields_of

YEAR = {
    "version": "as it was read",
    "school": [
        {"name": "Noël", "from": "2022-12-17", "to": "2023-01-03"},
        {"name": "Été", "from": "2023-07-08", "to": "2023-09-04"},
    ],
    "public": [{"day": "2022-11-11", "name": "Armistice 1918"}],
}


def test_a_year_becomes_fields_and_comes_back() -> None:
    facts = {"school_year": 2022, "zone": "A", "school_holidays_known": True, "edited": False}
    fields = fields_of(HolidayYear.model_validate(YEAR | facts))
    assert fields["vacances.0.au"] == "2023-01-02"
    assert document_of(fields)[0] == YEAR


def test_each_part_knows_its_field_whatever_rows_are_left_empty() -> None:
    typed = {"vacances.1.nom": " ", "vacances.7.nom": "Été", "ferie.3.jour": "2022-11-11"}
    document, places = document_of(typed)
    assert document == {
        "version": None,
        "school": [{"name": "Été", "from": "", "to": ""}],
        "public": [{"day": "2022-11-11", "name": ""}],
    }
    assert (places["school.0.to"], places["school.0"]) == ("vacances.7.au", "vacances.7.du")
    assert (places["public.0.name"], places["public.0"]) == ("ferie.3.nom", "ferie.3.jour")


def test_a_last_day_that_is_none_stays_as_typed() -> None:
    typed = {"vacances.0.nom": "Été", "vacances.0.du": "2023-07-08", "vacances.0.au": "9999-12-31"}
    assert document_of(typed)[0]["school"] == [{"name": "Été", "from": "2023-07-08", "to": "9999-12-31"}]
