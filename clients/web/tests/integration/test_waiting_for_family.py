"""The town hall waits, accepts and lets places go for a family, without JavaScript."""

from datetime import date

import pytest
from fake_api.world import CANTEEN, FAMILY, LOUIS, REGISSEUR_USER, STAFF_USER, World, an_id
from reading import words

pytestmark = pytest.mark.integration

FILE = f"/mairie/familles/{FAMILY}"
PAGE = f"{FILE}/attente"
SEPTEMBER = f"{PAGE}?membre={LOUIS}&mois=2022-09"
MONDAY = date(2022, 9, 5)
TICKED = {"membre": LOUIS, "activite": CANTEEN, "mois": "2022-09", "jour": "2022-09-05/day"}
OFFER, WAITING = (an_id(f"{kind} {LOUIS} {MONDAY}") for kind in ("offer", "waiting"))


@pytest.fixture
def full(world: World) -> World:
    world.paid.add((CANTEEN, LOUIS))
    world.full_days.add(MONDAY)
    return world


@pytest.fixture
async def desk(visitor):
    await visitor.log_in(user=STAFF_USER)
    return visitor


async def test_the_file_and_the_planning_lead_to_the_lists(desk, full) -> None:
    assert f'href="{PAGE}"' in (await desk.get(FILE)).text
    planning = (await desk.get(f"{FILE}/planning?membre={LOUIS}&mois=2022-09")).text.replace("&amp;", "&")
    assert f'href="{SEPTEMBER}#attente"' in planning
    assert f'href="{SEPTEMBER}#attendre"' in planning
    assert "Attendre un jour complet : Louis, juillet 2022" in words(await desk.get(PAGE)), "the first, this month"


async def test_a_full_day_is_waited_for(desk, full) -> None:
    page = words(await desk.get(SEPTEMBER))
    assert "La famille n'attend aucun jour." in page
    assert "Lundi 5 septembre 2022" in page
    answer = await desk.submit(PAGE, TICKED, seen_on=SEPTEMBER)
    assert answer.headers["location"] == f"{SEPTEMBER}&fait=inscrit"
    assert full.waiting == [(LOUIS, MONDAY)]
    done = words(await desk.get(answer.headers["location"]))
    assert "La famille est sur la liste d'attente." in done
    assert "Rang 1, inscrit le" in done


async def test_nothing_ticked_or_no_longer_full_is_said(desk, full) -> None:
    answer = await desk.submit(PAGE, {**TICKED, "jour": []}, seen_on=SEPTEMBER)
    assert (answer.status_code, "Cochez au moins un jour" in words(answer)) == (422, True)
    answer = await desk.submit(PAGE, {**TICKED, "jour": "2022-09-06/day"}, seen_on=SEPTEMBER)
    assert (answer.status_code, "Il reste une place." in words(answer)) == (409, True)
    assert full.waiting == []


async def test_the_family_no_longer_waits(desk, full) -> None:
    full.waiting.append((LOUIS, MONDAY))
    leave = f"{PAGE}/{WAITING}/quitter"
    assert (await desk.submit(leave, seen_on=PAGE)).headers["location"] == f"{PAGE}?fait=quitte"
    assert full.waiting == []
    again = await desk.submit(leave, seen_on=SEPTEMBER)
    assert (again.status_code, "Ce jour n'est plus attendu." in words(again)) == (404, True)


@pytest.mark.parametrize(("word", "booked"), [("accepter", True), ("laisser", False)])
async def test_an_offer_is_answered_once(desk, full, word, booked) -> None:
    full.offers.append((LOUIS, MONDAY))
    assert "À accepter avant le" in words(await desk.get(PAGE))
    path = f"{PAGE}/places/{OFFER}/{word}"
    assert (await desk.submit(path, seen_on=PAGE)).status_code == 303
    assert ((LOUIS, MONDAY) in full.booked) is booked
    again = await desk.submit(path, seen_on=SEPTEMBER)
    assert (again.status_code, "Le délai pour accepter est passé." in words(again)) == (409, True)


async def test_the_regisseur_reads(visitor, full) -> None:
    await visitor.log_in(user=REGISSEUR_USER)
    full.offers.append((LOUIS, MONDAY))
    full.waiting.append((LOUIS, MONDAY))
    page = await visitor.get(SEPTEMBER)
    assert "Lecture seule" in words(page)
    assert f'action="{PAGE}' not in page.text
    for path in ("", f"/{WAITING}/quitter", f"/places/{OFFER}/accepter", f"/places/{OFFER}/laisser"):
        assert (await visitor.submit(f"{PAGE}{path}", TICKED, seen_on="/mairie/messages")).status_code == 403
    assert (full.waiting, full.offers) == ([(LOUIS, MONDAY)], [(LOUIS, MONDAY)])


async def test_who_is_not_there_has_no_page(desk, full) -> None:
    assert (await desk.get(f"/mairie/familles/{an_id('nobody')}/attente")).status_code == 404
    assert (await desk.get(f"{PAGE}?membre={an_id('nobody')}")).status_code == 404


async def test_parents_do_not_serve_themselves(parent, full) -> None:
    assert (await parent.get(PAGE)).status_code == 403
