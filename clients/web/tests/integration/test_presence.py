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


async def test_a_part_of_the_list_is_kept_by_links_ticks_and_print(desk, world: World) -> None:
    world.booked.add((ESTELLE, MONDAY))
    world.town_hall.schools |= {LOUIS: "Jules Ferry", ESTELLE: "Pasteur & Co"}
    whole = (await desk.get(LIST)).text
    assert "sur 2 attendus" in whole
    assert '<option value="Pasteur &amp; Co">Pasteur &amp; Co – 1 attendu</option>' in whole
    part = f"{LIST}&creneau=day&ecole=Pasteur+%26+Co"
    page = (await desk.get(part)).text
    assert "sur 1 attendu" in page
    assert "Martin Estelle" in page
    assert "Martin Louis" not in page
    assert '<option value="Pasteur &amp; Co" selected>' in page
    action = re.search(r'action="(/mairie/pointage\?[^"]+)" data-mark', page)
    assert action
    tick = {**OF_LIST, "enfant": ESTELLE, "present": "true"}
    answer = await desk.submit(action[1].replace("&amp;", "&"), tick, seen_on=part)
    assert answer.headers["location"].endswith(f"&creneau=day&ecole=Pasteur+%26+Co#enfant-{ESTELLE}")
    assert "<strong data-there>1</strong>" in (await desk.get(part)).text
    printed = re.search(r'href="(/mairie/reservations\?[^"]+)"', page)
    assert printed
    paper = (await desk.get(printed[1].replace("&amp;", "&"))).text
    assert "– Pasteur &amp; Co" in paper
    assert "1 attendu" in paper
    assert ">Estelle" in paper
    assert ">Louis" not in paper
    back = re.search(r'href="(/mairie/pointage[^"]+)"', paper)
    assert back
    assert "Martin Louis" not in (await desk.get(back[1].replace("&amp;", "&"))).text
    by_group = (await desk.get(f"{LIST}&groupe=petits")).text
    assert "Martin Estelle" in by_group
    assert "Martin Louis" not in by_group


async def test_who_is_announced_absent_is_marked_and_not_expected(desk, world: World) -> None:
    world.booked.add((ESTELLE, MONDAY))
    world.town_hall.announced.add((ESTELLE, MONDAY))
    page = (await desk.get(LIST)).text
    assert "<strong data-away>1</strong>" in page
    assert "sur 1 attendu" in page
    paper = (await desk.get("/mairie/reservations?jour=2022-09-05")).text
    assert "1 attendu pour 80 places, 1 absence annoncée" in " ".join(re.sub(r"<[^>]+>", "", paper).split())
    assert paper.count('class="paper-tick"') == 1
    assert re.search(r"Estelle <span class=\"badge badge--off\">.*absence annoncée", paper)
    assert "<strong>1</strong> / 80" in paper, "the count of the activity is that of the list"
    await desk.submit("/mairie/pointage", {**OF_LIST, "enfant": ESTELLE, "present": "true"}, seen_on=LIST)
    assert "<strong data-away>0</strong>" in (await desk.get(LIST)).text, "who came after all is not away"


async def test_a_child_is_found_by_name_and_stays_found(desk, world: World) -> None:
    world.town_hall.schools |= {LOUIS: "Jules Ferry", ESTELLE: "Pasteur"}
    part = f"{LIST}&ecole=Jules+Ferry"
    assert "Martin Estelle" not in (await desk.get(part)).text
    found = (await desk.get(f"{part}&recherche=estelle")).text
    assert "1 autre enfant porte ce nom." in found
    action = re.search(r'action="(/mairie/pointage\?[^"]+)" data-mark', found)
    assert action
    tick = {**OF_LIST, "enfant": ESTELLE, "present": "true"}
    answer = await desk.submit(action[1].replace("&amp;", "&"), tick, seen_on=part)
    assert f'id="enfant-{ESTELLE}" data-state="there"' in (await desk.get(answer.headers["location"])).text
    assert "ne porte ce nom" in (await desk.get(f"{part}&recherche=durand")).text


async def test_a_list_too_long_for_a_tablet_is_divided(desk, world: World) -> None:
    world.town_hall.more_children = 301
    page = (await desk.get(LIST)).text
    assert "Choisissez une école ou un groupe" in page
    assert "Enfant 300" not in page
    link = re.search(r'href="(/mairie/pointage\?[^"]+ecole=Pasteur)"', page)
    assert link
    assert "Enfant 300" in (await desk.get(link[1].replace("&amp;", "&"))).text
    unknown = (await desk.get(f"{LIST}&ecole=-")).text
    assert "Martin Louis" in unknown
    assert "Enfant 300" not in unknown


async def test_without_a_session_no_tick_is_said_to_be_kept(desk, world: World) -> None:
    """What the script relies on: the session has ended, and the answer leads to the login or says that it expired."""
    token = re.search(r'data-csrf="([^"]+)"', (await desk.get(LIST)).text)
    assert token
    sent = {**OF_LIST, "marques": "[]", "csrf_token": token[1]}
    cookies = dict(desk.cookies)
    assert (await desk.post("/mairie/pointage/marques", data=sent)).json() == {"kept": 0}
    await desk.submit("/deconnexion", seen_on=LIST)
    assert (await desk.post("/mairie/pointage/marques", data=sent)).status_code == 403
    desk.cookies.update(cookies)
    answer = await desk.post("/mairie/pointage/marques", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?fin=1")


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
