"""«Pointage» without JavaScript, and what the script sends."""

import json
import re
import uuid
from datetime import date

import pytest
from fake_api.world import CANTEEN, ESTELLE, LOUIS, STAFF_USER, World

pytestmark = pytest.mark.integration

MONDAY = date(2022, 9, 5)
LIST = f"/mairie/pointage?activite={CANTEEN}&jour=2022-09-05"
OF_LIST = {"activite": CANTEEN, "jour": "2022-09-05", "creneau": "day"}


@pytest.fixture
async def desk(visitor, world: World):
    """Somebody of the town hall; Louis is expected on Monday."""
    world.booked.add((LOUIS, MONDAY))
    await visitor.log_in(user=STAFF_USER)
    return visitor


async def test_a_child_is_ticked_by_a_button(desk, world: World) -> None:
    page = (await desk.get("/mairie/reservations?jour=2022-09-05")).text
    link = re.search(r'href="(/mairie/pointage[^"]+)"', page)
    assert link
    assert "Martin Louis" in (await desk.get(link[1].replace("&amp;", "&"))).text
    answer = await desk.submit("/mairie/pointage", {**OF_LIST, "enfant": LOUIS, "present": "true"}, seen_on=LIST)
    assert answer.headers["location"].endswith(f"#enfant-{LOUIS}")
    assert world.town_hall.presence == {(LOUIS, MONDAY): True}
    assert 'data-state="there"' in (await desk.get(LIST)).text


async def test_a_child_without_booking_is_added(desk, world: World) -> None:
    await desk.submit("/mairie/pointage", {**OF_LIST, "enfant": ESTELLE, "present": "true"}, seen_on=LIST)
    shown = (await desk.get(LIST)).text
    assert "Martin Estelle" in shown
    assert "sans réservation" in shown


async def test_the_ticks_of_a_tablet_are_kept_together(desk, world: World) -> None:
    marks = [
        {"mark_id": str(uuid.uuid4()), "member_id": LOUIS, "present": present, "marked_at": f"2022-09-05T10:0{n}:00Z"}
        for n, present in enumerate((True, False))
    ]
    sent = {**OF_LIST, "marques": json.dumps(marks)}
    assert (await desk.submit("/mairie/pointage/marques", sent, seen_on=LIST)).json() == {"kept": 2}
    assert world.town_hall.presence == {(LOUIS, MONDAY): False}
    wrong = await desk.submit("/mairie/pointage/marques", {**OF_LIST, "marques": "[{}]"}, seen_on=LIST)
    assert wrong.status_code == 422


async def test_a_late_departure_is_noted_and_taken_back(desk, world: World) -> None:
    assert "Parti en retard" not in (await desk.get(LIST)).text, "this slot bills none"
    world.town_hall.late_after = "18:30"
    left = {**OF_LIST, "enfant": LOUIS, "present": "true", "parti": "18:47"}
    await desk.submit("/mairie/pointage", left, seen_on=LIST)
    assert (world.town_hall.presence, world.town_hall.left_at) == ({(LOUIS, MONDAY): True}, {(LOUIS, MONDAY): "18:47"})
    assert "<span data-left-at>18h47</span>" in (await desk.get(LIST)).text
    await desk.submit("/mairie/pointage", {**OF_LIST, "enfant": LOUIS, "present": "true"}, seen_on=LIST)
    assert world.town_hall.left_at == {(LOUIS, MONDAY): None}


async def test_a_parent_ticks_nobody(parent) -> None:
    assert (await parent.get(LIST)).status_code == 403
