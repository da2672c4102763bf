"""«Activités» without JavaScript: created, changed after what it touches was shown, refused at the field."""

import re
from datetime import date

import pytest
from fake_api.activities import described
from fake_api.world import ADMINISTRATOR_USER, CANTEEN, LOUIS, REGIE, STAFF_USER, World
from reading import words

from web.town_hall.activity_form import fields_of

pytestmark = pytest.mark.integration

LIST, PAGE = "/mairie/activites", f"/mairie/activites/{CANTEEN}"
NEW = "/mairie/activites/nouvelle"
SAVE = {"suite": "enregistrer"}


@pytest.fixture
async def office(visitor, world: World):
    """An administrator of the town hall."""
    await visitor.log_in(user=ADMINISTRATOR_USER)
    return visitor


def canteen(**typed: str) -> dict[str, object]:
    return fields_of(described("Cantine d'Alixan")) | typed


async def test_an_activity_is_created_once(office, world: World) -> None:
    page = await office.get(NEW)
    action = re.search(r'action="(/mairie/activites/[0-9a-f-]{36})"', page.text)
    assert action
    for _ in range(2):
        answer = await office.submit(action[1], canteen(nom="Garderie") | SAVE, seen_on=NEW)
        assert answer.headers["location"] == f"{action[1]}?fait=1"
    assert [each["name"] for each in world.town_hall.activities.values()] == [
        "Cantine d'Alixan 2022/2023",
        "Aquagym 2022/2023",
        "Garderie",
    ]
    assert "Régler ses jours et ses places" in words(await office.get(answer.headers["location"]))
    assert "Garderie" in words(await office.get(LIST))


@pytest.mark.parametrize("path", [LIST, "/mairie/calendriers"])
async def test_a_season_is_told_with_its_last_day(office, path) -> None:
    """The API says the day after: 8 July 2023."""
    assert "Cantine d'Alixan 2022/2023 du 01/09/2022 au 07/07/2023" in words(await office.get(path))


async def test_another_season_is_begun_from_this_one(office) -> None:
    page = await office.get(f"{NEW}?modele={CANTEEN}")
    assert 'value="5,00"' in page.text
    assert f'action="{PAGE}"' not in page.text
    assert (await office.get(f"{NEW}?modele={REGIE}")).status_code == 404


async def test_a_name_is_changed_at_once(office, world: World) -> None:
    answer = await office.submit(PAGE, canteen(nom="Cantine") | SAVE, seen_on=PAGE)
    assert answer.status_code == 303
    assert world.town_hall.activities[CANTEEN]["name"] == "Cantine"


async def test_what_touches_families_is_shown_before_it_is_saved(office, world: World) -> None:
    world.booked |= {(LOUIS, date(2022, 9, 5)), (LOUIS, date(2022, 9, 6))}
    changed = canteen(
        **{"tarif.prix": "5,50", "creneau.0.nom": "Soir", "creneau.0.de": "16:30", "creneau.0.a": "18:30"}
    )
    changed |= {"ouvre": "2022-09-06"}
    shown = await office.submit(PAGE, changed | SAVE, seen_on=PAGE)
    assert (shown.status_code, world.town_hall.activities) == (200, {})
    page = words(shown)
    assert "dont le prix change à partir du 01/08/2022 : 3." in page
    assert "Créneau « Journée » supprimé, réservations à venir : 2." in page
    assert "hors de la nouvelle saison : 1." in page
    assert "Tarif unique : 5,50 €" in page
    seen = re.search(r'name="vu" value="([0-9a-f]+)"', shown.text)
    assert seen
    assert (await office.submit(PAGE, changed | SAVE | {"vu": seen[1]}, seen_on=PAGE)).status_code == 303
    assert [slot["code"] for slot in world.town_hall.activities[CANTEEN]["slots"]] == ["soir"]


async def test_more_touched_than_was_shown_is_shown_again(office, world: World) -> None:
    changed = canteen(ouvre="2022-09-06")
    world.booked.add((LOUIS, date(2022, 9, 5)))
    shown = await office.submit(PAGE, changed | {"suite": "apercu"}, seen_on=PAGE)
    seen = re.search(r'name="vu" value="([0-9a-f]+)"', shown.text)
    assert seen
    world.booked.add((LOUIS, date(2022, 9, 2)))
    again = await office.submit(PAGE, changed | SAVE | {"vu": seen[1]}, seen_on=PAGE)
    assert "hors de la nouvelle saison : 2." in words(again)
    assert world.town_hall.activities == {}


async def test_bookings_that_cannot_be_counted_are_said(office, world: World) -> None:
    world.down.add("planning")
    shown = await office.submit(PAGE, canteen(nom="Cantine") | SAVE, seen_on=LIST)
    assert "Les réservations n'ont pas pu être comptées" in words(shown)
    assert world.town_hall.activities == {}


async def test_what_is_wrong_is_said_beside_its_field_and_kept(office, world: World) -> None:
    world.town_hall.activity_errors = {
        "name": "String should have at least 1 character",
        "closes_on": "Value error, la saison finit après avoir commencé",
    }
    answer = await office.submit(PAGE, canteen(nom="", ferme="2021-01-01", description="Tapé") | SAVE, seen_on=PAGE)
    assert answer.status_code == 422
    assert re.search(r'id="nom-error">.*?Un nom, de 120 caractères au plus', answer.text, re.DOTALL)
    assert re.search(r'id="ferme-error">.*?La saison finit après avoir commencé\.', answer.text, re.DOTALL)
    assert re.search(r'<input id="ferme"[^>]*value="2021-01-01"[^>]*aria-invalid="true"', answer.text)
    assert ">Tapé</textarea>" in answer.text


async def test_it_is_an_administrators(visitor) -> None:
    await visitor.log_in(user=STAFF_USER)
    assert [(await visitor.get(path)).status_code for path in (LIST, PAGE, NEW)] == [403, 403, 403]
