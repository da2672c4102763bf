"""«Vacances scolaires» without JavaScript: shown with both ends, changed, added, refused at the row."""

import re

import pytest
from fake_api.holidays import proposed
from fake_api.world import ADMINISTRATOR_USER, CANTEEN, REGISSEUR_USER, STAFF_USER, World
from reading import words

pytestmark = pytest.mark.integration

LIST, PAGE, NEXT = "/mairie/vacances", "/mairie/vacances/2022", "/mairie/vacances/2023"
WEEK = f"{LIST}/semaine"
TOUSSAINT = {"vacances.0.nom": "Toussaint", "vacances.0.du": "2022-10-22", "vacances.0.au": "2022-11-06"}
NOEL = {"vacances.1.nom": "Noël", "vacances.1.du": "2022-12-17", "vacances.1.au": "2023-01-02"}
ARMISTICE = {"ferie.0.nom": "Armistice", "ferie.0.jour": "2022-11-11"}


@pytest.fixture
async def office(visitor):
    """An administrator of the town hall."""
    await visitor.log_in(user=ADMINISTRATOR_USER)
    return visitor


async def test_a_year_is_shown_with_its_last_days(office) -> None:
    page = words(await office.get(LIST))
    assert "Toussaint – du samedi 22 octobre 2022 au dimanche 6 novembre 2022 inclus" in page
    assert "calendrier officiel, zone A" in page
    assert "vendredi 11 novembre 2022 – Armistice 1918" in page
    assert "Ajouter l'année 2023/2024" in page


async def test_a_year_is_changed(office, world: World) -> None:
    shown = await office.get(PAGE)
    assert "Il n'annule aucune réservation" in words(shown)
    form = shown.text
    assert 'name="vacances.0.au" type="date" value="2022-11-06"' in form
    assert form.count('name="vacances.') == 6 * 3, "one row and five empty ones"
    answer = await office.submit(PAGE, TOUSSAINT | NOEL | ARMISTICE, seen_on=PAGE)
    assert answer.headers["location"] == f"{LIST}?fait=1"
    written = world.town_hall.holidays[2022]
    assert written["school"] == [
        {"name": "Toussaint", "from": "2022-10-22", "to": "2022-11-07"},
        {"name": "Noël", "from": "2022-12-17", "to": "2023-01-03"},
    ]
    assert written["public"] == [{"day": "2022-11-11", "name": "Armistice"}]
    page = words(await office.get(answer.headers["location"]))
    assert "Les dates sont enregistrées" in page
    assert "saisies par la mairie" in page


async def test_what_it_closes_is_shown_before_it_is_saved_and_until_it_is_cancelled(office, world: World) -> None:
    world.town_hall.booked_holidays = ["2022-11-11"]
    closes = "vendredi 11 novembre 2022 – Jour férié : Armistice – 12 réservations, 9 familles"
    for pressed in ({"suite": "apercu"}, {"suite": "enregistrer"}):
        shown = await office.submit(PAGE, TOUSSAINT | ARMISTICE | pressed, seen_on=PAGE)
        assert shown.status_code == 200
        assert "Des jours déjà réservés seraient fermés" in words(shown)
        assert closes in words(shown)
        assert 'value="Armistice"' in shown.text, "what was typed is still there"
        assert not world.town_hall.holidays
    seen = {"vu": re.search(r'name="vu" value="(\w+)"', shown.text)[1], "suite": "enregistrer"}
    world.town_hall.booked_holidays.append("2022-11-10")
    another = {"ferie.1.nom": "Veille", "ferie.1.jour": "2022-11-10"}
    more = await office.submit(PAGE, TOUSSAINT | ARMISTICE | another | seen, seen_on=PAGE)
    assert (more.status_code, bool(world.town_hall.holidays)) == (200, False), "what was not shown is shown first"
    answer = await office.submit(PAGE, TOUSSAINT | ARMISTICE | seen, seen_on=PAGE)
    assert answer.headers["location"] == f"{LIST}?fait=1"
    page = await office.get(answer.headers["location"])
    assert "Des jours fermés sont encore réservés" in words(page)
    assert closes in words(page)
    assert f'<a href="/mairie/calendriers/{CANTEEN}">' in page.text
    assert "1 jour fermé encore réservé" in words(await office.get("/mairie/calendriers"))
    board = await office.get("/mairie")
    assert "Jours fermés encore réservés 1 Cantine d'Alixan 2022/2023." in words(board)
    world.town_hall.withdrawn.append("2022-11-11")
    for path in (LIST, "/mairie/calendriers", "/mairie"):
        assert "encore réservé" not in words(await office.get(path))


async def test_a_preview_that_touches_nothing_says_so_and_saves_nothing(office, world: World) -> None:
    shown = await office.submit(PAGE, TOUSSAINT | ARMISTICE | {"suite": "apercu"}, seen_on=PAGE)
    assert "Aucun jour déjà réservé ne serait fermé." in words(shown)
    assert not world.town_hall.holidays


async def test_an_agent_reads_on_the_dashboard_who_can_cancel(visitor, world: World) -> None:
    world.town_hall.booked_holidays = ["2022-11-11"]
    world.town_hall.holidays = {2022: proposed(2022)}
    await visitor.log_in(user=STAFF_USER)
    page = await visitor.get("/mairie")
    assert "Jours fermés encore réservés 1 Cantine d'Alixan 2022/2023 : un administrateur peut annuler" in words(page)
    assert "/mairie/calendriers" not in page.text


async def test_the_week_of_school_is_the_communes_own(office, world: World) -> None:
    page = (await office.get(LIST)).text
    assert re.findall(r'name="jours" value="(\d)" checked', page) == ["0", "1", "3", "4"]
    answer = await office.submit(WEEK, {"jours": ["0", "1", "2", "3", "4"]}, seen_on=LIST)
    assert answer.headers["location"] == f"{LIST}?fait=semaine"
    assert world.town_hall.school_week == [0, 1, 2, 3, 4]
    page = await office.get(answer.headers["location"])
    assert "La semaine d'école est enregistrée" in words(page)
    assert 'name="jours" value="2" checked' in page.text
    refused = await office.submit(WEEK, {}, seen_on=LIST)
    assert refused.status_code == 422
    assert "Cochez au moins un jour d'école." in words(refused)
    assert world.town_hall.school_week == [0, 1, 2, 3, 4]


async def test_what_somebody_else_wrote_meanwhile_is_not_lost(office, world: World) -> None:
    def version(page: str) -> dict[str, str]:
        return {"version": re.search(r'name="version" value="([^"]*)"', page)[1]}

    read = version((await office.get(PAGE)).text)
    await office.submit(PAGE, TOUSSAINT | NOEL | read, seen_on=PAGE)
    late = await office.submit(PAGE, TOUSSAINT | ARMISTICE | read, seen_on=PAGE)
    assert late.status_code == 409
    assert "modifiées entre-temps" in words(late)
    assert 'value="Armistice"' in late.text, "what was typed is still there"
    assert [period["name"] for period in world.town_hall.holidays[2022]["school"]] == ["Toussaint", "Noël"]
    assert (await office.submit(PAGE, TOUSSAINT | version(late.text), seen_on=PAGE)).status_code == 303
    assert [period["name"] for period in world.town_hall.holidays[2022]["school"]] == ["Toussaint"]


async def test_an_emptied_row_goes(office, world: World) -> None:
    emptied = {"vacances.0.nom": "", "vacances.0.du": "", "vacances.0.au": " "}
    assert (await office.submit(PAGE, emptied | NOEL, seen_on=PAGE)).status_code == 303
    assert [period["name"] for period in world.town_hall.holidays[2022]["school"]] == ["Noël"]
    assert world.town_hall.holidays[2022]["public"] == []


async def test_a_year_is_added_from_what_is_proposed(office, world: World) -> None:
    page = await office.get(NEXT)
    assert "ne connaît pas encore les vacances de cette année" in words(page)
    assert 'value="2023-11-11"' in page.text
    typed = {"vacances.3.nom": "Été", "vacances.3.du": "2024-07-06", "vacances.3.au": "2024-07-06"}
    assert (await office.submit(NEXT, typed, seen_on=NEXT)).status_code == 303
    assert world.town_hall.holidays[2023]["school"] == [{"name": "Été", "from": "2024-07-06", "to": "2024-07-07"}]
    assert "Été – samedi 6 juillet 2024" in words(await office.get(LIST))


async def test_an_overlap_is_told_at_its_row_and_nothing_is_lost(office, world: World) -> None:
    overlapping = {"vacances.4.nom": "Pont", "vacances.4.du": "2022-11-06", "vacances.4.au": "2022-11-08"}
    answer = await office.submit(PAGE, TOUSSAINT | overlapping | ARMISTICE, seen_on=PAGE)
    assert answer.status_code == 422
    assert re.search(r'id="vacances.4.du-error">.*?en chevauchent d&#39;autres : « Toussaint »', answer.text, re.DOTALL)
    assert 'name="vacances.4.au" type="date" value="2022-11-08"' in answer.text
    assert "Rien n'est enregistré" in words(answer)
    assert not world.town_hall.holidays


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"vacances.2.nom": "Hiver", "vacances.2.du": "2023-02-04"}, "vacances.2.au", "Une date"),
        ({"vacances.2.au": "2023-02-04"}, "vacances.2.nom", "Un nom"),
        (
            {"vacances.2.nom": "Hiver", "vacances.2.du": "2023-02-04", "vacances.2.au": "2023-02-01"},
            "vacances.2.du",
            "La période se termine avant de commencer",
        ),
        ({"ferie.1.nom": "Fête du village"}, "ferie.1.jour", "Une date"),
    ],
)
async def test_a_wrong_row_is_told_at_its_field(office, world: World, typed, field: str, said: str) -> None:
    answer = await office.submit(PAGE, TOUSSAINT | ARMISTICE | typed, seen_on=PAGE)
    assert answer.status_code == 422
    assert re.search(rf'id="{re.escape(field)}-error">.*?{said}', answer.text, re.DOTALL)
    for value in typed.values():
        assert f'value="{value}"' in answer.text
    assert not world.town_hall.holidays


@pytest.mark.parametrize("year", ["1999", "2099", "deux-mille"])
async def test_years_out_of_reach_are_not_there(office, year: str) -> None:
    assert (await office.get(f"{LIST}/{year}")).status_code == 404
    assert (await office.submit(f"{LIST}/{year}", NOEL, seen_on=PAGE)).status_code == 404


@pytest.mark.parametrize("user", [STAFF_USER, REGISSEUR_USER])
async def test_it_is_for_administrators(visitor, world: World, user: str) -> None:
    await visitor.log_in(user=user)
    assert "Vacances scolaires" not in (await visitor.get("/mairie")).text
    for page in (LIST, PAGE):
        assert (await visitor.get(page)).status_code == 403
    assert (await visitor.submit(PAGE, NOEL, seen_on="/mairie")).status_code == 403
    assert (await visitor.submit(WEEK, {"jours": ["2"]}, seen_on="/mairie")).status_code == 403
    assert not world.town_hall.holidays
