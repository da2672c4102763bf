"""Children of two homes, without JavaScript: the town hall shares their days, the family reads which are its own."""

import re

import pytest
from fake_api.custody import OTHER_HOME
from fake_api.world import CANTEEN, FAMILY, STAFF_USER, THEO, World
from reading import words

pytestmark = pytest.mark.integration

FILE, PAGE = f"/mairie/familles/{FAMILY}", f"/mairie/familles/{FAMILY}/foyers"
WEEKS = {"foyers": [FAMILY, OTHER_HOME], "paires": FAMILY, "changement": "4", "moities": ""}


@pytest.fixture
async def desk(visitor):
    await visitor.log_in(user=STAFF_USER)
    return visitor


async def test_the_file_leads_to_the_children_of_two_homes(desk) -> None:
    file = await desk.get(FILE)
    assert f'href="{PAGE}"' in file.text
    assert "Enfants de deux foyers : Théo" in words(file)
    page = words(await desk.get(PAGE))
    assert "Dans les dossiers : Famille Martin, Famille Roux." in page
    assert "Les six semaines à venir" not in page


async def test_weeks_holidays_and_dates_are_shared(desk, world: World) -> None:
    typed = WEEKS | {"moities": OTHER_HOME, "dates.0.du": "2022-12-24", "dates.0.chez": OTHER_HOME}
    typed |= {"dates.2.du": "2023-05-01", "dates.2.au": "2023-05-07", "dates.2.chez": FAMILY}
    answer = await desk.submit(f"{PAGE}/{THEO}", typed, seen_on=PAGE)
    assert answer.headers["location"] == f"{PAGE}?fait=partage"
    assert world.custody == {
        "homes": [FAMILY, OTHER_HOME],
        "even_weeks": FAMILY,
        "changes_on": "4",
        "first_halves": OTHER_HOME,
        "dates": [
            {"from": "2022-12-24", "to": "2022-12-25", "home": OTHER_HOME},
            {"from": "2023-05-01", "to": "2023-05-08", "home": FAMILY},
        ],
    }
    page = await desk.get(answer.headers["location"])
    assert "Le partage est enregistré" in words(page)
    assert "du lundi 4 juillet 2022 au dimanche 10 juillet 2022 : Famille Roux" in words(page)
    assert "lundi 5 septembre 2022 – Cantine – Famille Roux" in words(page)
    shown = dict(re.findall(r'name="(dates\.\d\.\w\w)" type="date" value="([^"]*)"', page.text))
    assert [shown[f"dates.{row}"] for row in ("0.du", "0.au", "1.du", "1.au", "2.du")] == [
        "2022-12-24",
        "2022-12-24",
        "2023-05-01",
        "2023-05-07",
        "",
    ]


async def test_what_is_refused_stays_as_typed(desk, world: World) -> None:
    nothing = WEEKS | {"paires": "", "changement": "5"}
    answer = await desk.submit(f"{PAGE}/{THEO}", nothing, seen_on=PAGE)
    assert (answer.status_code, "ne donne aucun jour" in words(answer)) == (422, True)
    assert re.search(r'<option value="5" selected>samedi', answer.text)
    without_home = WEEKS | {"dates.1.du": "2022-12-24", "dates.1.chez": ""}
    answer = await desk.submit(f"{PAGE}/{THEO}", without_home, seen_on=PAGE)
    assert (answer.status_code, "Une date ou un foyer manque" in words(answer)) == (422, True)
    assert 'value="2022-12-24"' in answer.text
    assert world.custody is None


async def test_days_are_no_longer_shared(desk, world: World) -> None:
    await desk.submit(f"{PAGE}/{THEO}", WEEKS, seen_on=PAGE)
    answer = await desk.submit(f"{PAGE}/{THEO}/fin", seen_on=PAGE)
    assert answer.headers["location"] == f"{PAGE}?fait=fin"
    assert world.custody is None


async def test_a_family_reads_which_days_are_its_own(parent, world: World) -> None:
    world.paid.add((CANTEEN, THEO))
    page = f"/planning?enfant={THEO}&debut=2022-09-01"
    assert "les semaines paires" not in words(await parent.get(page))
    world.custody = dict(WEEKS)
    assert "Vos jours : les semaines paires, du lundi au dimanche." in words(await parent.get(page))


async def test_parents_do_not_share_days(parent) -> None:
    assert (await parent.get(PAGE)).status_code == 403
