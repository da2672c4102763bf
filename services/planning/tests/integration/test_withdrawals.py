"""The town closes days that are booked: what is cancelled, given back, told, and what stays."""

import asyncio
import json
from datetime import date, timedelta
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing.counting import counted_statements
from contracts.events import ActivityPublished, PlaceOffered, ReservationsCommitted, ReservationsWithdrawn
from contracts.values import Regie, Role

MONDAY, TUESDAY, THURSDAY = "2022-09-05", "2022-09-06", "2022-09-08"
STRIKE = {"from": TUESDAY, "to": "2022-09-07", "reason": "Grève du personnel"}
PUBLISHED = "select body from kept.published_event where type = $1 and body::json ->> 'family_id' = $2 order by seq"


@pytest.fixture
def closing(world):
    """Publishes the activity's calendar with other closures."""

    async def close(activity, *closures):
        async with world.staff(Role.ADMINISTRATOR) as client:
            calendar = (await client.get(f"/activities/{activity}/calendar")).json()
            body = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
            answer = await client.put(f"/activities/{activity}/calendar", json=body | {"closures": closures})
        assert answer.status_code == 200, answer.text

    return close


@pytest.fixture
def withdrawn(world):
    async def withdraw(activity, *days, role=Role.ADMINISTRATOR):
        async with world.staff(role) as client:
            return await client.post(f"/activities/{activity}/withdrawals", json={"days": days})

    return withdraw


async def published(world, model, family):
    rows = await world.harness.query(PUBLISHED, model.event_type, str(family))
    return [json.loads(row["body"]) for row in rows]


async def test_what_is_closed_is_cancelled_and_told_once(world, closing, withdrawn) -> None:
    canteen = await world.activity(capacity=10)
    families = [await world.enrolled(canteen, name) for name in ("Louis", "Zoé")]
    for each in families:
        assert (await world.book(*each, canteen, MONDAY, TUESDAY)).status_code == 200
    await closing(canteen, STRIKE)
    answer = await withdrawn(canteen, MONDAY, TUESDAY)
    assert answer.json() == {"reservations": 2, "families": 2}
    assert (await withdrawn(canteen, MONDAY, TUESDAY)).json() == {"reservations": 0, "families": 0}
    for family, child in families:
        cells = await world.cells(family, child, canteen)
        assert (cells[MONDAY]["state"], cells[TUESDAY]["state"]) == ("booked", "closed")
        booked, cancelled = await published(world, ReservationsCommitted, family)
        assert len(booked["reservations"]) == 2
        assert [(each["day"], each["status"], each["version"]) for each in cancelled["reservations"]] == [
            (TUESDAY, "cancelled", 2)
        ]
        (told,) = await published(world, ReservationsWithdrawn, family)
        assert told["basket_id"] == cancelled["basket_id"]
        assert [(day["day"], day["reason"]) for day in told["days"]] == [(TUESDAY, "Grève du personnel")]
        async with world.parent(family) as client:
            entry = (await client.get("/trail")).json()["items"][0]
        assert (entry["actor"], entry["action"], entry["reason"]) == ("town_hall", "cancel", "Grève du personnel")
    count = "select booked from place_count where activity_id = $1 and counter = '' order by day"
    assert [row["booked"] for row in await world.harness.query(count, canteen)] == [2, 0]


async def test_drafts_that_wanted_to_cancel_it_are_put_right(world, closing, withdrawn) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    await world.book(family, child, canteen, MONDAY, TUESDAY)
    await world.want(family, child, canteen, MONDAY, THURSDAY)
    await closing(canteen, STRIKE)
    await withdrawn(canteen, TUESDAY)
    committed = await world.commit(family)
    assert (committed.status_code, committed.json()["count"]) == (200, 1)


async def test_a_day_that_takes_place_or_is_past_stays(world, closing, withdrawn) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    await world.book(family, child, canteen, MONDAY, TUESDAY)
    assert (await withdrawn(canteen, MONDAY, TUESDAY)).json() == {"reservations": 0, "families": 0}
    await closing(canteen, STRIKE)
    world.stand_at(2022, 9, 7)
    late = await withdrawn(canteen, TUESDAY)
    assert (late.status_code, late.json()["type"].rpartition(":")[2]) == (409, "day-past")
    assert (await world.cells(family, child, canteen))[TUESDAY]["state"] == "booked"
    assert (await withdrawn(canteen, THURSDAY, role=Role.REGISSEUR)).status_code == 403
    assert (await withdrawn(UUID(int=5), THURSDAY)).status_code == 404


async def test_baskets_committed_at_the_same_time_end_one_way_or_the_other(world, closing, withdrawn) -> None:
    canteen = await world.activity(capacity=40)
    families = [await world.enrolled(canteen, f"Enfant {n}") for n in range(20)]
    for each in families[:10]:
        await world.book(*each, canteen, TUESDAY)
    for each in families[10:]:
        await world.want(*each, canteen, TUESDAY)
    await closing(canteen, STRIKE)
    answers = await asyncio.gather(
        *(world.commit(family) for family, _ in families[10:]), *(withdrawn(canteen, TUESDAY) for _ in range(5))
    )
    assert {answer.status_code for answer in answers[:10]} == {409}, "closed when they came"
    assert sum(answer.json()["reservations"] for answer in answers[10:]) == 10
    count = "select booked from place_count where activity_id = $1 and counter = ''"
    assert [row["booked"] for row in await world.harness.query(count, canteen)] == [0]


async def test_a_family_that_waits_is_not_offered_a_closed_day(world, closing, withdrawn) -> None:
    canteen = await world.activity(capacity=1)
    await world.book(*(await world.enrolled(canteen)), canteen, TUESDAY)
    family, child = await world.enrolled(canteen, "Zoé")
    async with world.parent(family) as client:
        body = {"member_id": str(child), "activity_id": str(canteen), "days": [TUESDAY]}
        assert (await client.post("/waiting-list", json=body)).status_code == 200
    await closing(canteen, STRIKE)
    await withdrawn(canteen, TUESDAY)
    await world.harness.run_job("give-places")
    assert await world.harness.query("select 1 from place_offer where activity_id = $1", canteen) == []


async def test_statements_do_not_grow_with_the_families(world, closing, withdrawn, harness) -> None:
    canteen = await world.activity()
    few = [await world.enrolled(canteen)]
    await world.book(*few[0], canteen, TUESDAY)
    many = [await world.enrolled(canteen, f"Enfant {n}") for n in range(12)]
    for each in many:
        await world.book(*each, canteen, THURSDAY)
    await closing(canteen, STRIKE, {"from": THURSDAY, "to": "2022-09-09", "reason": "Sortie scolaire"})
    await withdrawn(canteen, MONDAY)  # the calendar that just changed is read once
    with counted_statements(harness) as small:
        assert (await withdrawn(canteen, TUESDAY)).json()["reservations"] == 1
    with counted_statements(harness) as large:
        assert (await withdrawn(canteen, THURSDAY)).json()["reservations"] == 12
    assert len(large) == len(small)


async def test_a_season_that_was_shortened_is_closed_too(world, withdrawn) -> None:
    """What the preview says is touched is what is cancelled."""
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    await world.book(family, child, canteen, MONDAY, "2022-09-13")
    await world.keep(
        ActivityPublished(
            activity_id=canteen,
            name="Cantine d'Alixan 2022/2023",
            category="periscolaire",
            element_name="Cantine d'Alixan",
            season="2022/2023",
            opens_on=date(2022, 9, 1),
            closes_on=date(2022, 9, 10),
            regie=Regie(regie_id=new_id(), name="Régie périscolaire"),
        )
    )
    async with world.staff(Role.ADMINISTRATOR) as client:
        calendar = (await client.get(f"/activities/{canteen}/calendar")).json()
        body = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
        tried = {"calendar": body, "from": MONDAY, "to": TUESDAY}
        preview = (await client.post(f"/activities/{canteen}/calendar/preview", json=tried)).json()
    touched = [(day["day"], day["reservations"]) for day in preview["touched"]]
    assert touched == [("2022-09-13", 1)]
    assert (await withdrawn(canteen, *(day for day, _ in touched))).json() == {"reservations": 1, "families": 1}


async def _waiting_town(world):
    """Full on Tuesday: one has the place, one is offered it once it is given up, one waits."""
    canteen = await world.activity(capacity=1)
    async with world.staff(Role.ADMINISTRATOR) as client:
        rules = await client.put(f"/activities/{canteen}/waiting-list-rules", json={"is_open": True})
        assert rules.status_code == 200
    holder, offered, waiting = [await world.enrolled(canteen, name) for name in ("Louis", "Zoé", "Paul")]
    await world.book(*holder, canteen, TUESDAY)
    for family, child in (offered, waiting):
        wish = {"member_id": str(child), "activity_id": str(canteen), "days": [TUESDAY]}
        async with world.parent(family) as client:
            assert (await client.post("/waiting-list", json=wish)).is_success
    await world.want(*holder, canteen)
    await world.commit(holder[0])
    await world.harness.eventually("select from place_offer where family_id = $1 and status = 'offered'", offered[0])
    return canteen, offered, waiting


async def _own_list(world, family):
    async with world.parent(family) as client:
        return (await client.get("/waiting-list")).json()


async def test_nobody_is_offered_or_waits_for_what_is_closed(world, closing, withdrawn) -> None:
    canteen, offered, waiting = await _waiting_town(world)
    (offer,) = (await _own_list(world, offered[0]))["offers"]
    await closing(canteen, STRIKE)
    assert (await withdrawn(canteen, TUESDAY)).json() == {"reservations": 0, "families": 0}
    assert (await _own_list(world, waiting[0]))["waiting"] == []
    own = await _own_list(world, offered[0])
    assert own["offers"] == []
    assert [(each["status"], each["reason"]) for each in own["ended"]] == [("withdrawn", "Grève du personnel")]
    async with world.parent(offered[0]) as client:
        refused = await client.post(f"/place-offers/{offer['offer_id']}/accept")
    assert refused.status_code == 409
    assert refused.json()["detail"] == "Cette place n'est plus à accepter : Grève du personnel"
    *_, ended = await published(world, PlaceOffered, offered[0])
    assert (ended["status"], ended["reason"]) == ("withdrawn", "Grève du personnel")
    (told,) = await published(world, ReservationsWithdrawn, waiting[0])
    assert [(day["day"], day["waited"]) for day in told["days"]] == [(TUESDAY, True)]
    assert await published(world, ReservationsWithdrawn, offered[0]) == [], "the offer's own end tells it"
    (count,) = await world.harness.query("select booked from place_count where activity_id = $1", canteen)
    assert count["booked"] == 0


async def test_what_lapses_on_a_closed_day_went_to_nobody_else(world, closing) -> None:
    canteen, offered, _waiting = await _waiting_town(world)
    await closing(canteen, STRIKE)
    clock = world.harness.clock
    clock.instant += timedelta(days=2)
    await world.harness.run_job("give-places")
    (ended,) = (await _own_list(world, offered[0]))["ended"]
    assert (ended["status"], ended["reason"]) == ("withdrawn", "Grève du personnel")
