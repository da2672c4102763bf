"""«Modification avancée» through the API: previewed, drafted, then committed like any other draft."""

from typing import Any

import pytest

from chassis.ids import new_id
from chassis.testing.counting import counted_statements
from contracts.events.enrolment import OfferedSlot

SEPTEMBER, OCTOBER = {"from": "2022-09-01", "to": "2022-10-01"}, {"from": "2022-10-01", "to": "2022-11-01"}
MONDAYS = {"kind": "week", "week_days": [0]}
PATH = "/draft/advanced-changes"


@pytest.fixture
def changed(world) -> Any:
    async def change(family, members, activities, days, *, action="book", path=PATH, period=SEPTEMBER) -> Any:
        body = {
            **period,
            "member_ids": [str(each) for each in members],
            "activity_ids": [str(each) for each in activities],
            "action": action,
            "days": days,
        }
        async with world.parent(family) as client:
            return await client.post(path, json=body)

    return change


@pytest.fixture
async def house(world) -> Any:
    """A family of two children with canteen and nursery."""
    canteen, nursery = await world.activity(), await world.activity("Garderie", week_days=[0, 1, 2, 3, 4])
    family, children = await world.family("Estelle", "Louis")
    for child in children:
        for activity, cents in ((canteen, 500), (nursery, 350)):
            await world.adhesion(family, child, activity, cents)
    return family, children, [canteen, nursery]


async def test_previewed_then_drafted_then_booked(world, house, changed) -> None:
    family, children, activities = house
    days = {"kind": "week", "week_days": [0, 2], "weeks": "odd"}
    preview = (await changed(family, children, activities, days, path=f"{PATH}/preview")).json()
    shown = {
        (each["first_name"], each["element_name"]): (each["drafted"], each["refused"], each["amount_cents"])
        for each in preview["proposals"]
    }
    wednesdays = {
        "slug": "day-closed",
        "which": "2 mercredis",
        "reason": "Cette activité n'a pas lieu le mercredi.",
        "days": ["2022-09-14", "2022-09-28"],
    }
    mondays = ["2022-09-12", "2022-09-26"]
    for name in ("Louis", "Estelle"):
        assert shown[name, "Cantine d'Alixan"] == (mondays, [wednesdays], 1000)
        assert shown[name, "Garderie"] == (sorted([*mondays, *wednesdays["days"]]), [], 1400)
    assert (preview["count"], preview["refused_count"], preview["draft_count"]) == (12, 4, 12)
    assert preview["amount_cents"] == preview["period_cost_cents"] == 4800
    async with world.parent(family) as client:
        assert (await client.get("/draft")).json()["count"] == 0, "a preview writes nothing"

    applied = await changed(family, children, activities, days)
    assert applied.json() == preview
    committed = (await world.commit(family)).json()
    assert (committed["count"], committed["total_cents"]) == (12, 4800)


async def test_what_a_preview_said_is_decided_anew(world, house, changed) -> None:
    family, children, activities = house
    preview = (await changed(family, children, activities[:1], MONDAYS, path=f"{PATH}/preview")).json()
    assert preview["count"] == 8
    world.stand_at(2022, 9, 1, 10, 1)
    applied = (await changed(family, children, activities[:1], MONDAYS)).json()
    assert (applied["count"], applied["refused_count"]) == (6, 2)
    async with world.parent(family) as client:
        lines = (await client.get("/draft")).json()["lines"]
    assert {line["day"] for line in lines} == {"2022-09-12", "2022-09-19", "2022-09-26"}
    assert all(line["possible"] for line in lines)


async def test_removing_days(world, house, changed) -> None:
    family, (estelle, louis), (canteen, _) = house
    await world.book(family, louis, canteen, "2022-09-05", "2022-09-06")
    await world.want(family, louis, canteen, "2022-09-05", "2022-09-06", "2022-09-12")
    applied = (await changed(family, [estelle, louis], [canteen], MONDAYS, action="cancel")).json()
    (mine,) = [each for each in applied["proposals"] if each["first_name"] == "Louis"]
    assert (mine["drafted"], mine["given_up"], mine["amount_cents"]) == (["2022-09-05"], ["2022-09-12"], -1000)
    assert applied["period_cost_cents"] == 500
    async with world.parent(family) as client:
        lines = (await client.get("/draft")).json()["lines"]
    assert [(line["day"], line["action"]) for line in lines] == [("2022-09-05", "cancel")]


async def test_copied_from_a_sibling(world, house, changed) -> None:
    family, (estelle, louis), activities = house
    await world.book(family, louis, activities[0], "2022-09-05", "2022-09-08")
    sibling = {"kind": "sibling", "member_id": str(louis)}
    applied = (await changed(family, [estelle], activities, sibling)).json()
    assert [each["drafted"] for each in applied["proposals"]] == [["2022-09-05", "2022-09-08"], []]


async def test_copied_from_last_month(world, house, changed) -> None:
    family, (_, louis), (canteen, _) = house
    await world.book(family, louis, canteen, *(f"2022-09-{day:02}" for day in (6, 13, 20, 27)))
    applied = (await changed(family, [louis], [canteen], {"kind": "last_month"}, period=OCTOBER)).json()
    (mine,) = applied["proposals"]
    assert mine["drafted"] == ["2022-10-04", "2022-10-11", "2022-10-18"]
    assert [each["which"] for each in mine["refused"]] == ["mardi 25 octobre 2022"]
    assert applied["period_cost_cents"] == 1500


async def test_the_other_homes_days_are_refused(world, registered, changed) -> None:
    canteen = await world.activity()
    (mother, (theo,)), (father, _) = await world.family("Théo"), await world.family()
    await world.keep(registered("Théo", mother, father, member_id=theo))
    for family in (mother, father):
        await world.adhesion(family, theo, canteen)
    await world.book(mother, theo, canteen, "2022-09-05")
    applied = (await changed(father, [theo], [canteen], MONDAYS)).json()
    (proposal,) = applied["proposals"]
    assert [(each["slug"], each["days"]) for each in proposal["refused"]] == [("already-booked", ["2022-09-05"])]
    removed = (await changed(father, [theo], [canteen], MONDAYS, action="cancel")).json()
    assert (removed["count"], removed["refused_count"], removed["draft_count"]) == (3, 0, 0)


async def test_only_the_own_members_and_known_activities(world, house, changed) -> None:
    family, (louis, _), activities = house
    stranger, (theirs,) = await world.family("Zoé")
    assert (await changed(family, [louis, theirs], activities, MONDAYS)).status_code == 404
    assert (await changed(family, [louis], [new_id()], MONDAYS)).status_code == 404
    sibling = {"kind": "sibling", "member_id": str(theirs)}
    assert (await changed(family, [louis], activities, sibling)).status_code == 404
    assert (await changed(stranger, [louis], activities, MONDAYS)).status_code == 404


async def test_a_copy_removes_nothing_and_a_period_has_an_end(world, house, changed) -> None:
    family, children, activities = house
    copied = await changed(family, children, activities, {"kind": "last_month"}, action="cancel")
    assert copied.status_code == 422
    long = {"from": "2022-09-01", "to": "2023-09-03"}
    answer = await changed(family, children, activities, MONDAYS, period=long)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "invalid-period")


async def test_statements_do_not_grow_with_days_children_and_activities(harness, house, changed) -> None:
    family, children, activities = house
    await changed(family, children[:1], activities[:1], MONDAYS, path=f"{PATH}/preview")  # comes in
    with counted_statements(harness) as few:
        await changed(family, children[:1], activities[:1], MONDAYS)
    year = {"from": "2022-09-01", "to": "2023-09-01"}
    whole = {"kind": "week", "week_days": list(range(7))}
    with counted_statements(harness) as many:
        large = (await changed(family, children, activities, whole, period=year)).json()
    assert large["count"] > 500
    assert len(many) == len(few)


async def test_slots_that_exclude_each_other_are_not_drafted_together(world, changed) -> None:
    day = OfferedSlot(code="journee", name="Journée", from_time="08:30", until_time="17:30")
    morning = OfferedSlot(code="matin", name="Matin", from_time="08:30", until_time="12:00")
    centre, canteen = await world.activity("Centre", offered=(day, morning)), await world.activity()
    family, (louis,) = await world.family("Louis")
    await world.adhesion(family, louis, centre, 1400, matin=600)
    await world.adhesion(family, louis, canteen)
    both = {"kind": "week", "week_days": [0], "weeks": "odd", "slots": ["journee", "matin"]}
    preview = (await changed(family, [louis], [centre, canteen], both, path=f"{PATH}/preview")).json()
    shown = {each["element_name"]: (each["drafted"], each["amount_cents"]) for each in preview["proposals"]}
    mondays = ["2022-09-12", "2022-09-26"]
    assert shown == {
        "Centre – Journée": (mondays, 2800),
        "Centre – Matin": ([], 0),
        "Cantine d'Alixan": (mondays, 1000),
    }
    refused = preview["proposals"][1]["refused"]
    assert [each["which"] for each in refused] == ["2 lundis"]
    (none,) = (await changed(family, [louis], [centre], both | {"slots": []}, path=f"{PATH}/preview")).json()[
        "proposals"
    ]
    assert [each["reason"] for each in none["refused"]] == [
        "Cette activité a des créneaux : cochez ceux que vous voulez."
    ]
    applied = (await changed(family, [louis], [centre], both | {"slots": ["matin"]})).json()
    assert (applied["count"], applied["amount_cents"], applied["period_cost_cents"]) == (2, 1200, 1200)
    committed = (await world.commit(family)).json()
    assert {line["slot"] for line in committed["lines"]} == {"matin"}
    async with world.parent(family) as client:
        (entry,) = (await client.get("/trail")).json()["items"]
    assert (entry["slot"], entry["element_name"]) == ("matin", "Centre – Matin")
