"""«Expliquer un jour»: asked from the planning, answered without JavaScript."""

import re
from datetime import date

import pytest
from fake_api.world import CANTEEN, LOUIS, World
from reading import words

pytestmark = pytest.mark.integration

PAGE = "/planning/pourquoi"


@pytest.fixture
def enrolled(world: World) -> World:
    world.paid.add((CANTEEN, LOUIS))
    return world


async def test_the_planning_leads_to_the_question(parent, enrolled) -> None:
    planning = await parent.get(f"/planning?enfant={LOUIS}&debut=2022-09-01")
    assert f'href="{PAGE}?enfant={LOUIS}"' in planning.text
    question = await parent.get(f"{PAGE}?enfant={LOUIS}")
    assert question.status_code == 200
    assert re.search(rf'value="{LOUIS}" selected', question.text)
    assert f'value="{CANTEEN}/' in question.text


async def test_a_free_day_says_until_when_it_can_be_booked(parent, enrolled) -> None:
    page = words(await parent.get(await _first(parent, date(2022, 9, 5))))
    assert "Lundi 5 septembre 2022" in page
    assert "Réserver : possible" in page
    assert "Les réservations sont possibles jusqu'au jeudi d'avant le 05/09/2022." in page
    assert "La règle de la mairie : Réservation possible jusqu'au jeudi 12h" in page
    assert "Annuler :" not in page


async def test_a_booked_day_says_until_when_it_can_be_cancelled(parent, enrolled) -> None:
    enrolled.booked.add((LOUIS, date(2022, 9, 5)))
    page = words(await parent.get(await _first(parent, date(2022, 9, 5))))
    assert "Réserver : impossible Ce jour est déjà réservé." in page
    assert "Annuler : possible Les annulations sont possibles" in page


@pytest.mark.parametrize("day", ["", "2022-09-05"])
async def test_a_question_without_its_parts_is_told_so(parent, enrolled, day) -> None:
    answer = await parent.get(f"{PAGE}?enfant={LOUIS}&creneau=autre/day&jour={day}")
    assert (answer.status_code, "Choisissez qui, quelle activité et quel jour." in words(answer)) == (422, True)


async def test_somebody_elses_child_is_not_explained(parent, enrolled) -> None:
    address = (await _first(parent, date(2022, 9, 5))).replace(str(LOUIS), "00000000-0000-0000-0000-0000000000ff")
    answer = await parent.get(address)
    assert (answer.status_code, "n'est pas de votre famille" in words(answer)) == (422, True)


async def _first(parent, day: date) -> str:
    """The address of the question about the first slot offered."""
    question = await parent.get(f"{PAGE}?enfant={LOUIS}")
    slot = re.search(rf'value="({CANTEEN}/[^"]+)"', question.text)
    assert slot
    return f"{PAGE}?enfant={LOUIS}&creneau={slot[1]}&jour={day}"
