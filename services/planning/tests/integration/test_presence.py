"""The list of the day: ticked in any order, from several tablets, again and again; the latest tick holds."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.ids import new_id
from contracts.values import Role

MONDAY = "2022-09-05"
NOW = datetime.now(UTC)


def mark(child, present, minutes_ago, mark_id=None):
    moment = NOW - timedelta(minutes=minutes_ago)
    return {
        "mark_id": str(mark_id or new_id()),
        "member_id": str(child),
        "present": present,
        "marked_at": moment.isoformat(),
    }


async def send(world, canteen, *marks, role=Role.AGENT):
    async with world.staff(role) as client:
        body = {"activity_id": str(canteen), "day": MONDAY, "marks": marks}
        return await client.post("/presence/marks", json=body)


async def read(world, canteen, **asked):
    async with world.staff() as client:
        answer = await client.get("/presence", params={"activity_id": str(canteen), "day": MONDAY, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sheet(world, canteen, **asked):
    found = await read(world, canteen, **asked)
    children = {each["first_name"]: (each["booked"], each["present"]) for each in found["children"]}
    return children, [each["first_name"] for each in found["others"]]


@pytest.fixture
async def schools(world, registered):
    """The canteen, and the members by first name: Zoé (4) and Louis of Verne booked, Tom and Léa of Pagnol did not."""
    groups = [{"code": "petits", "name": "3–5 ans", "from_age": 3, "to_age": 5}]
    canteen, members = await world.activity(groups=groups), {}
    for name, born, school in (
        ("Zoé", 2018, "Verne"),
        ("Louis", 2013, "Verne"),
        ("Tom", 2018, "Pagnol"),
        ("Léa", 2013, "Pagnol"),
    ):
        family, _ = await world.family()
        child = registered(name, family, birth_date=date(born, 1, 15), school=school)
        await world.keep(child)
        await world.adhesion(family, child.member_id, canteen)
        if school == "Verne":
            await world.book(family, child.member_id, canteen, MONDAY)
        members[name] = child.member_id
    return canteen, members


async def test_a_list_is_read_by_school_and_by_group(world, schools) -> None:
    canteen, members = schools
    assert (await send(world, canteen, mark(members["Tom"], True, 4))).status_code == 204
    louis, zoe, tom = {"Louis": (True, None)}, {"Zoé": (True, None)}, {"Tom": (False, True)}
    assert await sheet(world, canteen) == (louis | zoe | tom, ["Léa"])
    assert await sheet(world, canteen, school="Verne") == (louis | zoe, [])
    assert await sheet(world, canteen, school="Pagnol") == (tom, ["Léa"])
    assert await sheet(world, canteen, group="petits") == (zoe | tom, [])
    assert await sheet(world, canteen, group="petits", school="Pagnol") == (tom, [])
    found = await read(world, canteen, school="Pagnol")
    assert found["schools"] == [{"school": "Pagnol", "expected": 0}, {"school": "Verne", "expected": 2}]
    assert found["groups"] == [{"code": "petits", "name": "3–5 ans", "expected": 1}]
    async with world.staff() as client:
        params = {"activity_id": str(canteen), "day": MONDAY, "group": "grands"}
        assert (await client.get("/presence", params=params)).status_code == 404


async def test_anyone_with_the_activity_is_found_by_name_whatever_the_part(world, schools) -> None:
    canteen, _ = schools
    pagnol = {"school": "Pagnol"}
    assert (await sheet(world, canteen, query="lea MARTIN", school="Verne"))[1] == ["Léa"]
    assert (await sheet(world, canteen, query="zoe", **pagnol))[1] == ["Zoé"], "on the list, of another school"
    assert (await sheet(world, canteen, query="zoe"))[1] == [], "already shown"
    assert (await sheet(world, canteen, query="durand"))[1] == []
    found = await read(world, canteen, query="martin", **pagnol)
    assert [(each["first_name"], each["booked"], each["school"]) for each in found["others"]] == [
        ("Léa", False, "Pagnol"),
        ("Louis", True, "Verne"),
        ("Tom", False, "Pagnol"),
        ("Zoé", True, "Verne"),
    ]


async def test_of_many_the_first_are_named_and_anyone_is_found(world, registered) -> None:
    canteen = await world.activity()
    family, _ = await world.family()
    for number in range(203):
        child = registered(f"Enfant {number:03}", family)
        await world.keep(child)
        await world.adhesion(family, child.member_id, canteen)
    found = await read(world, canteen)
    assert (len(found["others"]), found["more_others"]) == (200, True)
    found = await read(world, canteen, query="enfant 202")
    assert ([each["first_name"] for each in found["others"]], found["more_others"]) == (["Enfant 202"], False)


async def test_present_absent_and_there_without_booking(world) -> None:
    canteen = await world.activity()
    louis, zoe = [await world.enrolled(canteen, name) for name in ("Louis", "Zoé")]
    _, tom = await world.enrolled(canteen, "Tom")
    for each in (louis, zoe):
        await world.book(*each, canteen, MONDAY)
    assert await sheet(world, canteen) == ({"Louis": (True, None), "Zoé": (True, None)}, ["Tom"])
    answer = await send(world, canteen, mark(louis[1], True, 5), mark(zoe[1], False, 5), mark(tom, True, 4))
    assert answer.status_code == 204, answer.text
    ticked = {"Louis": (True, True), "Zoé": (True, False), "Tom": (False, True)}
    assert await sheet(world, canteen) == (ticked, [])
    await send(world, canteen, mark(tom, False, 3))
    assert await sheet(world, canteen) == ({"Louis": (True, True), "Zoé": (True, False)}, ["Tom"])


async def test_marks_merge_whatever_their_order_and_number(world, harness) -> None:
    """Two tablets were offline: the older tick arrives after the newer one, and each is sent ten times."""
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, MONDAY)
    newer, older = mark(louis, True, 1), mark(louis, False, 30)
    await asyncio.gather(*(send(world, canteen, each) for each in [newer, older] * 10))
    assert (await sheet(world, canteen))[0] == {"Louis": (True, True)}
    kept = "select count(*)::int as n from presence_mark where member_id = $1"
    assert [row["n"] for row in await harness.query(kept, louis)] == [2]


async def test_a_tablet_that_is_fast_does_not_win_for_ever(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, MONDAY)
    await send(world, canteen, mark(louis, True, -60 * 24))
    await send(world, canteen, mark(louis, False, -60 * 24 * 2))
    assert (await sheet(world, canteen))[0] == {"Louis": (True, False)}


async def test_it_is_the_town_halls_and_all_or_none(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, MONDAY)
    assert (await send(world, canteen, mark(louis, True, 1), mark(new_id(), True, 1))).status_code == 404
    assert (await sheet(world, canteen))[0] == {"Louis": (True, None)}
    async with world.parent(family) as client:
        params = {"activity_id": str(canteen), "day": MONDAY}
        assert (await client.get("/presence", params=params)).status_code == 403
