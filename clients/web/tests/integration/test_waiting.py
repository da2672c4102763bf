"""Waiting lists, without JavaScript: joined from the planning, answered, seen and ruled by the town hall."""

import re
from datetime import date

import pytest
from fake_api.world import ADMINISTRATOR_USER, CANTEEN, FAMILY, LOUIS, REGISSEUR_USER, World, an_id
from reading import words

pytestmark = pytest.mark.integration

MONDAY = date(2022, 9, 5)
LISTS = "/planning/attente"
CHOICE = f"{LISTS}/rejoindre?enfant={LOUIS}&debut=2022-09-01"
TICKED = {"enfant": LOUIS, "activite": CANTEEN, "debut": "2022-09-01", "vue": "mensuel", "jour": "2022-09-05/day"}


@pytest.fixture
def full(world: World) -> World:
    world.paid.add((CANTEEN, LOUIS))
    world.full_days.add(MONDAY)
    return world


async def test_a_full_day_is_waited_for_from_the_planning(parent, full) -> None:
    planning = await parent.get(f"/planning?enfant={LOUIS}&debut=2022-09-01")
    link = re.search(r'href="(/planning/attente/rejoindre[^"]+)"', planning.text)
    assert link
    choice = await parent.get(link[1].replace("&amp;", "&"))
    assert "Lundi 5 septembre 2022" in words(choice)
    assert "dans l'ordre d'arrivée" in words(choice)
    answer = await parent.submit(LISTS, TICKED, seen_on=CHOICE)
    assert answer.headers["location"] == f"{LISTS}?fait=inscrit"
    assert full.waiting == [(LOUIS, MONDAY)]
    page = words(await parent.get(answer.headers["location"]))
    assert "Vous êtes sur la liste d'attente" in page
    assert "Rang 1, inscrit le" in page
    planning = await parent.get(f"/planning?enfant={LOUIS}&debut=2022-09-01")
    assert "En liste d'attente, rang 1." in words(planning)


async def test_nothing_ticked_or_no_longer_full_is_said(parent, full) -> None:
    answer = await parent.submit(LISTS, {**TICKED, "jour": []}, seen_on=CHOICE)
    assert (answer.status_code, "Cochez au moins un jour" in words(answer)) == (422, True)
    answer = await parent.submit(LISTS, {**TICKED, "jour": "2022-09-06/day"}, seen_on=CHOICE)
    assert (answer.status_code, "Il reste une place." in words(answer)) == (409, True)
    assert full.waiting == []


async def test_one_no_longer_waits(parent, full) -> None:
    full.waiting.append((LOUIS, MONDAY))
    leave = f"{LISTS}/{an_id(f'waiting {LOUIS} {MONDAY}')}/quitter"
    assert (await parent.submit(leave, seen_on=LISTS)).status_code == 303
    assert full.waiting == []
    again = await parent.submit(leave, seen_on="/dossier")
    assert (again.status_code, "Ce jour n'est plus attendu." in words(again)) == (404, True)


@pytest.mark.parametrize(("word", "booked"), [("accepter", True), ("laisser", False)])
async def test_an_offer_is_answered_once(parent, full, word, booked) -> None:
    full.offers.append((LOUIS, MONDAY))
    assert "Une place vous est proposée." in words(await parent.get(f"/planning?enfant={LOUIS}&debut=2022-09-01"))
    page = words(await parent.get(LISTS))
    assert "À accepter avant le" in page
    assert "rien n'est encore réservé" in page
    path = f"{LISTS}/places/{an_id(f'offer {LOUIS} {MONDAY}')}/{word}"
    assert (await parent.submit(path, seen_on=LISTS)).status_code == 303
    assert ((LOUIS, MONDAY) in full.booked) is booked
    again = await parent.submit(path, seen_on="/dossier")
    assert (again.status_code, "Le délai pour accepter est passé." in words(again)) == (409, True)


async def test_the_town_hall_sees_the_order_and_its_reasons(visitor, full) -> None:
    full.waiting.append((LOUIS, MONDAY))
    await visitor.log_in(user=REGISSEUR_USER)
    lists = await visitor.get("/mairie/attente?du=2022-09-01")
    link = re.search(r'href="(/mairie/attente/liste[^"]+)"', lists.text)
    assert link
    assert "/mairie/attente/regles" not in lists.text, "for administrators"
    assert (await visitor.get(f"/mairie/attente/regles/{CANTEEN}")).status_code == 403
    shown = words(await visitor.get(link[1].replace("&amp;", "&")))
    assert "Situation signalée par le CCAS" in shown
    assert f'href="/mairie/familles/{FAMILY}/attente"' in (await visitor.get(link[1].replace("&amp;", "&"))).text
    points = f"/mairie/attente/priorites/{LOUIS}"
    answer = await visitor.submit(points, {"points": "50", "raison": " "}, seen_on=points)
    assert (answer.status_code, "Dites pourquoi" in words(answer)) == (422, True)
    assert (await visitor.submit(points, {"points": "50", "raison": "CCAS"}, seen_on=points)).status_code == 303
    assert full.waiting_points == {LOUIS: {"points": 50, "reason": "CCAS"}}


async def test_an_administrator_sets_the_rules(visitor, full) -> None:
    await visitor.log_in(user=ADMINISTRATOR_USER)
    page = f"/mairie/attente/regles/{CANTEEN}"
    assert page in (await visitor.get("/mairie/attente")).text
    fields = {"promotion": "confirm", "delai": "180", "ordre": "points", "fratrie": "10", "premier_jour": "5"}
    assert (await visitor.submit(page, fields, seen_on=page)).status_code == 303
    assert full.waiting_rules == {
        "is_open": False,
        "promotion": "confirm",
        "accept_within_minutes": 180,
        "ranking": "points",
        "sibling_points": 10,
        "first_day_points": 5,
    }
    wrong = await visitor.submit(page, fields | {"delai": "5"}, seen_on=page)
    assert (wrong.status_code, "15 minutes à 7 jours" in words(wrong)) == (422, True)


async def test_a_day_that_filled_up_meanwhile_is_waited_for_from_the_recapitulation(parent, full) -> None:
    full.draft[LOUIS, MONDAY] = "book"
    full.refused[MONDAY] = "Complet : il n'y a plus de place ce jour-là."
    recap = await parent.get("/planning/recapitulatif")
    link = re.search(r'href="(/planning/attente/rejoindre[^"]+)"', recap.text)
    assert link
    assert link[1].replace("&amp;", "&") == f"{LISTS}/rejoindre?enfant={LOUIS}&debut=2022-09-05&vue=mensuel"
