"""Absences announced once a day can no longer be cancelled: decided by the town's policy, told to billing."""

import json
from uuid import uuid4

import pytest

from contracts.events import AttendanceRecorded
from contracts.values import Role

MONDAY, TUESDAY, THURSDAY = "2022-09-05", "2022-09-06", "2022-09-08"
TOLD = "select body::text as body from kept.published_event where type = $1 order by seq"
STORED = "select version, billed, attendance from reservation where member_id = $1 order by day"


@pytest.fixture
async def booked(world):
    """A canteen where strikes are excused from the second day on, illness on proof; three days are booked."""
    canteen = await world.activity()
    async with world.staff(Role.ADMINISTRATOR) as client:
        policy = {"excused": ["illness", "strike"], "on_proof": ["illness"], "grace_days": 1}
        answer = await client.put(f"/activities/{canteen}/absence-policy", json=policy)
        assert answer.status_code == 200, answer.text
        read = await client.get(f"/activities/{canteen}/absence-policy")
        assert read.json() == answer.json()
    family, child = await world.enrolled(canteen)
    assert (await world.book(family, child, canteen, MONDAY, TUESDAY, THURSDAY)).status_code == 200
    return canteen, family, child


async def _announce(world, booked, *days, reason="strike", **more):
    canteen, family, child = booked
    return await world.announce(family, child, canteen, *days, reason=reason, **more)


async def test_days_of_grace_stay_billed_and_the_others_do_not(world, booked) -> None:
    canteen, family, child = booked
    world.stand_at(2022, 9, 5)
    answer = await _announce(world, booked, MONDAY, TUESDAY)
    assert answer.status_code == 200, answer.text
    announced = answer.json()["announced"]
    assert [(each["day"], each["state"], each["billed"]) for each in announced] == [
        (MONDAY, "absent_justified", True),
        (TUESDAY, "absent_justified", False),
    ]
    assert [each["day"] for each in answer.json()["possible"]] == [THURSDAY]
    rows = await world.harness.query(STORED, child)
    assert [(row["version"], row["billed"]) for row in rows] == [(2, True), (2, False), (1, True)]
    (told,) = await world.harness.query(TOLD, AttendanceRecorded.event_type)
    states = [each["reservation"] for each in json.loads(told["body"])["attendances"]]
    assert [(each["day"], each["version"], each["billed"], each["status"]) for each in states] == [
        (MONDAY, 2, True, "booked"),
        (TUESDAY, 2, False, "booked"),
    ]
    cells = await world.cells(family, child, canteen)
    assert (cells[TUESDAY]["state"], cells[TUESDAY]["reason"]) == ("absent_justified", "Absence justifiée.")
    async with world.parent(family) as client:
        (entry, *_) = (await client.get("/trail")).json()["items"]
    assert (entry["action"], entry["days"], entry["reason"]) == ("absence", [MONDAY, TUESDAY], "Raison : grève.")
    again = await _announce(world, booked, TUESDAY)
    assert [line["slug"] for line in again.json()["lines"]] == ["absence-announced"]


async def test_days_of_grace_do_not_depend_on_what_was_announced_first(world, booked) -> None:
    _, family, child = booked
    world.stand_at(2022, 9, 5)
    await _announce(world, booked, TUESDAY)
    world.stand_at(2022, 9, 5, 10)
    answer = await _announce(world, booked, MONDAY)
    announced = answer.json()["announced"]
    assert [(each["day"], each["billed"], each["sentence"]) for each in announced] == [
        (MONDAY, True, "Le premier jour d'une absence reste facturé."),
        (TUESDAY, False, "Absence justifiée : jour non facturé."),
    ]
    told = [json.loads(row["body"]) for row in await world.harness.query(TOLD, AttendanceRecorded.event_type)]
    own = [body["attendances"] for body in told if body["family_id"] == str(family)]
    states = [[each["reservation"] for each in attendances] for attendances in own]
    assert [[(each["day"], each["version"], each["billed"]) for each in event] for event in states] == [
        [(TUESDAY, 2, True)],
        [(MONDAY, 2, True), (TUESDAY, 3, False)],
    ]
    async with world.parent(family) as client:
        items = (await client.get("/trail")).json()["items"]
    again = "L'absence commence plus tôt. Absence justifiée : jour non facturé."
    assert {(each["actor"], each["reason"], *each["days"]) for each in items if each["action"] == "absence"} == {
        ("family", "Raison : grève.", TUESDAY),
        ("family", "Raison : grève.", MONDAY),
        ("portal", again, TUESDAY),
    }
    rows = await world.harness.query(STORED, child)
    assert [(row["version"], row["billed"]) for row in rows] == [(2, True), (3, False), (1, True)]


async def test_who_was_ticked_present_is_not_announced_absent(world, booked) -> None:
    canteen, family, child = booked
    await world.tick(canteen, child, False, 9)
    await world.tick(canteen, child, True, 8)
    world.stand_at(2022, 9, 5, 13)
    refused = await _announce(world, booked, MONDAY)
    assert (refused.status_code, [line["slug"] for line in refused.json()["lines"]]) == (409, ["present-that-day"])
    async with world.parent(family) as client:
        possible = (await client.get("/absences")).json()["possible"]
    assert [each["day"] for each in possible] == [TUESDAY, THURSDAY]
    assert {row["version"] for row in await world.harness.query(STORED, child)} == {1}
    await world.tick(canteen, child, False, 7)
    assert (await _announce(world, booked, MONDAY)).status_code == 200, "the list was corrected"


async def test_nobody_excuses_a_child_who_came(world, booked) -> None:
    canteen, family, child = booked
    world.stand_at(2022, 9, 5)
    await _announce(world, booked, MONDAY, TUESDAY, reason="illness")
    await world.tick(canteen, child, True, 9, day=TUESDAY)
    async with world.staff() as client:
        found = (await client.get("/town-hall/absences", params={"from": MONDAY, "to": THURSDAY})).json()
        listed = [each for each in found if each["family_id"] == str(family)]
        assert [(each["state"], each["present"]) for each in listed] == [
            ("absent_justified", None),
            ("absence_announced", True),
        ]
        url = f"/town-hall/absences/{listed[1]['absence_id']}/decision"
        refused = await client.post(url, json={"justified": True})
        assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "present-that-day")
        assert "corrigez d'abord la liste du jour" in refused.json()["detail"]
        assert (await client.post(url, json={"justified": False})).status_code == 204


async def test_the_town_hall_decides_on_proof_once(world, booked) -> None:
    world.stand_at(2022, 9, 5)
    await _announce(world, booked, MONDAY, reason="illness")
    answer = await _announce(world, booked, TUESDAY, reason="illness", on_paper=True)
    assert [each["state"] for each in answer.json()["announced"]] == ["absent_justified", "absence_announced"]
    async with world.staff() as client:
        params = {"from": MONDAY, "to": THURSDAY, "state": "absence_announced"}
        (waiting,) = (await client.get("/town-hall/absences", params=params)).json()
        assert (waiting["day"], waiting["on_paper"], waiting["documents"]) == (TUESDAY, True, [])
        url = f"/town-hall/absences/{waiting['absence_id']}/decision"
        assert (await client.post(url, json={"justified": True})).status_code == 204
        twice = await client.post(url, json={"justified": False})
        unknown = await client.post(f"/town-hall/absences/{uuid4()}/decision", json={"justified": True})
    assert (twice.status_code, twice.json()["type"].rpartition(":")[2]) == (409, "absence-decided")
    told = [json.loads(row["body"]) for row in await world.harness.query(TOLD, AttendanceRecorded.event_type)]
    said = [each["attendances"] for each in told if each["family_id"] == str(booked[1])]
    assert [[(day["first_name"], day["decision"]) for day in days] for days in said] == [
        [(None, None)],
        [(None, None)],
        [("Louis", "Justificatif accepté : jour non facturé.")],
    ], "only what the town hall decided is told by mail"
    assert unknown.status_code == 404
    rows = await world.harness.query(STORED, booked[2])
    assert [(row["version"], row["billed"], row["attendance"]) for row in rows][1] == (3, False, "absent_justified")
    async with world.parent(booked[1]) as client:
        params = {"member_id": str(booked[2]), "from": MONDAY, "to": "2022-09-07"}
        shown = (await client.get("/planning", params=params)).json()
    assert shown["period_cost_cents"] == 500, "the excused day is free"


async def test_a_day_that_the_town_cancels_is_no_longer_to_be_decided(world, booked) -> None:
    canteen, family, _ = booked
    world.stand_at(2022, 9, 5)
    answer = await _announce(world, booked, MONDAY, TUESDAY, reason="illness")
    waiting = [each["absence_id"] for each in answer.json()["announced"] if each["state"] == "absence_announced"]
    async with world.staff(Role.ADMINISTRATOR) as client:
        shown = (await client.get(f"/activities/{canteen}/calendar")).json()
        calendar = {name: shown[name] for name in shown if not name.endswith("_text") and name != "notices"}
        closure = {"from": TUESDAY, "to": "2022-09-07", "reason": "Grève du personnel"}
        assert (
            await client.put(f"/activities/{canteen}/calendar", json={**calendar, "closures": [closure]})
        ).is_success
        assert (await client.post(f"/activities/{canteen}/withdrawals", json={"days": [TUESDAY]})).is_success
        params = {"from": MONDAY, "to": THURSDAY}
        listed = (await client.get("/town-hall/absences", params=params)).json()
        assert [each["day"] for each in listed if each["family_id"] == str(family)] == [MONDAY]
        late = await client.post(f"/town-hall/absences/{waiting[0]}/decision", json={"justified": True})
    assert late.status_code == 404
    told = [json.loads(row["body"]) for row in await world.harness.query(TOLD, AttendanceRecorded.event_type)]
    assert [len(each["attendances"]) for each in told if each["family_id"] == str(family)] == [2]
    async with world.parent(family) as client:
        assert [each["day"] for each in (await client.get("/absences")).json()["announced"]] == [MONDAY]


async def test_refused_with_the_reason_all_or_none(world, booked) -> None:
    early = await _announce(world, booked, MONDAY)
    assert [line["slug"] for line in early.json()["lines"]] == ["still-cancellable"]
    world.stand_at(2022, 9, 8)
    late = await _announce(world, booked, MONDAY, THURSDAY)
    assert (late.status_code, [line["slug"] for line in late.json()["lines"]]) == (409, ["announced-too-late"])
    unbooked = await _announce(world, booked, "2022-09-09")
    assert [line["slug"] for line in unbooked.json()["lines"]] == ["not-booked"]
    assert {row["version"] for row in await world.harness.query(STORED, booked[2])} == {1}
    other = await world.enrolled(booked[0], "Zoé")
    foreign = await _announce(world, (booked[0], other[0], booked[2]), THURSDAY)
    assert foreign.status_code == 404, "another family's child"
    async with world.parent(booked[1]) as client:
        assert (await client.get("/town-hall/absences", params={"from": MONDAY, "to": THURSDAY})).status_code == 403
