"""Waiting lists: joined when a day is full, served in order, never oversold."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import pytest

from contracts.events import PlaceOffered, ReservationsCommitted
from contracts.values import Role

MONDAY, TUESDAY = "2022-09-05", "2022-09-06"
HELD = "select coalesce(sum(booked), 0)::int as n from place_count where activity_id = $1 and counter = ''"
OFFER = "select offer_id from place_offer where member_id = $1 and status = $2"
TOLD = (
    "select body::json ->> 'status' as status from kept.published_event where type = $1 and subject = $2 order by seq"
)


class Lists:
    """What families do on waiting lists."""

    def __init__(self, world) -> None:
        self.world = world

    async def join(self, family, child, activity, *days):
        body = {"member_id": str(child), "activity_id": str(activity), "days": list(days)}
        async with self.world.parent(family) as client:
            return await client.post("/waiting-list", json=body)

    async def own(self, family):
        async with self.world.parent(family) as client:
            return (await client.get("/waiting-list")).json()

    async def leave(self, family, waiting_id):
        async with self.world.parent(family) as client:
            return await client.delete(f"/waiting-list/{waiting_id}")

    async def answer(self, family, offer_id, word):
        async with self.world.parent(family) as client:
            return await client.post(f"/place-offers/{offer_id}/{word}")

    async def cancel(self, family, child, activity, *kept):
        await self.world.want(family, child, activity, *kept)
        answer = await self.world.commit(family)
        assert answer.status_code == 200, answer.text

    async def offered(self, child, status="offered") -> UUID:
        """Within seconds, without anybody asking for it."""
        return (await self.world.harness.eventually(OFFER, child, status))[0]["offer_id"]

    async def rules(self, activity, **rules):
        async with self.world.staff(Role.ADMINISTRATOR) as client:
            answer = await client.put(f"/activities/{activity}/waiting-list-rules", json=rules)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def give(self) -> None:
        await self.world.harness.run_job("give-places")


@pytest.fixture
def lists(world) -> Lists:
    return Lists(world)


@pytest.fixture
async def full(world, lists):
    """A canteen of one place, taken on Monday; two families who wait for it, in order."""
    canteen = await world.activity(capacity=1)
    holder = await world.enrolled(canteen)
    assert (await world.book(*holder, canteen, MONDAY)).status_code == 200
    first, second = [await world.enrolled(canteen, name) for name in ("Zoé", "Adam")]
    for each in (first, second):
        answer = await lists.join(*each, canteen, MONDAY)
        assert answer.status_code == 200, answer.text
    return canteen, holder, first, second


async def test_the_rank_is_shown_and_why_one_waits(world, lists, full) -> None:
    canteen, _, first, second = full
    other = await world.enrolled(canteen, "Léa")
    cell = (await world.cells(*other, canteen))[MONDAY]
    assert (cell["state"], cell["can_wait"]) == ("full", True)
    for each, rank in ((first, 1), (second, 2)):
        cell = (await world.cells(*each, canteen))[MONDAY]
        assert (cell["state"], cell["reason"]) == ("waiting", f"En liste d'attente, rang {rank}.")
        ((waiting,), offers) = ((await lists.own(each[0]))["waiting"], (await lists.own(each[0]))["offers"])
        assert (waiting["rank"], waiting["day"], offers) == (rank, MONDAY, [])
    (waiting,) = (await lists.own(first[0]))["waiting"]
    assert (await lists.leave(second[0], waiting["waiting_id"])).status_code == 404, "another family's"
    assert (await lists.leave(first[0], waiting["waiting_id"])).status_code == 204
    assert (await lists.own(second[0]))["waiting"][0]["rank"] == 1


async def test_only_a_full_day_that_could_be_booked_is_waited_for(world, lists, full) -> None:
    canteen, _, first, _ = full
    refused = {
        TUESDAY: "place-free",
        MONDAY: "already-waiting",
        "2022-09-07": "day-closed",
    }
    for day, slug in refused.items():
        answer = await lists.join(*first, canteen, day)
        assert answer.status_code == 409
        assert [line["slug"] for line in answer.json()["lines"]] == [slug]
    together = await lists.join(*(await world.enrolled(canteen, "Léa")), canteen, MONDAY, TUESDAY)
    assert together.status_code == 409, "all or none"
    closed = await world.activity("Étude", capacity=0)
    await lists.rules(closed, is_open=False)
    answer = await lists.join(*(await world.enrolled(closed)), closed, MONDAY)
    assert [line["slug"] for line in answer.json()["lines"]] == ["no-waiting-list"]


async def test_a_cancelled_place_is_offered_to_the_first_who_accepts_it(world, lists, full) -> None:
    canteen, holder, first, second = full
    await lists.cancel(*holder, canteen)
    offer = await lists.offered(first[1])
    cell = (await world.cells(*first, canteen))[MONDAY]
    assert cell["state"] == "offered"
    assert "Une place vous est proposée jusqu'au" in cell["reason"]
    assert (await world.cells(*second, canteen))[MONDAY]["state"] == "waiting"
    assert (await world.cells(*holder, canteen))[MONDAY]["state"] == "full", "the place is held"
    async with world.staff() as client:
        params = {"day": MONDAY, "activity_id": str(canteen)}
        assert (await client.get("/day", params=params)).json()["reservations"] == [], "nobody's yet"
        counts = (await client.get("/day-counts", params={"from": MONDAY, "to": TUESDAY})).json()
        (count,) = [count for count in counts if count["activity_id"] == str(canteen)]
        assert (count["booked"], count["expected"]) == (0, 0), "a place that is offered is no reservation"
    assert (await lists.answer(second[0], offer, "accept")).status_code == 404
    accepted = await lists.answer(first[0], offer, "accept")
    assert accepted.status_code == 200, accepted.text
    assert (await world.cells(*first, canteen))[MONDAY]["state"] == "booked"
    told = [row["status"] for row in await world.harness.query(TOLD, PlaceOffered.event_type, offer)]
    assert told == ["offered", "accepted"]
    basket = UUID(accepted.json()["basket_id"])
    committed = await world.harness.query(TOLD, ReservationsCommitted.event_type, basket)
    assert len(committed) == 1
    again = await lists.answer(first[0], offer, "accept")
    assert (again.status_code, again.json()["type"].rpartition(":")[2]) == (409, "offer-ended")
    async with world.parent(first[0]) as client:
        told = (await client.get("/trail")).json()["items"]
    assert [(entry["action"], entry["reason"]) for entry in told] == [
        ("book", "Place de la liste d'attente, acceptée"),
        ("wait", None),
    ]
    assert [row["n"] for row in await world.harness.query(HELD, canteen)] == [1]


async def test_a_declined_place_goes_to_the_next(lists, full) -> None:
    canteen, holder, first, second = full
    await lists.cancel(*holder, canteen)
    offer = await lists.offered(first[1])
    assert (await lists.answer(first[0], offer, "decline")).status_code == 204
    await lists.offered(second[1])
    own = await lists.own(first[0])
    assert (own["waiting"], [ended["status"] for ended in own["ended"]]) == ([], ["declined"])


async def test_an_offer_not_answered_in_time_goes_to_the_next(world, lists, full) -> None:
    canteen, holder, first, second = full
    await lists.rules(canteen, accept_within_minutes=60)
    await lists.cancel(*holder, canteen)
    offer = await lists.offered(first[1])
    world.harness.clock.instant += timedelta(minutes=61)
    late = await lists.answer(first[0], offer, "accept")
    assert (late.status_code, late.json()["type"].rpartition(":")[2]) == (409, "offer-ended")
    await lists.give()
    await lists.offered(first[1], "lapsed")
    next_offer = await lists.offered(second[1])
    assert (await lists.answer(second[0], next_offer, "accept")).status_code == 200
    assert [row["n"] for row in await world.harness.query(HELD, canteen)] == [1]


async def test_an_offer_never_outlives_the_booking_rule(world, lists, full) -> None:
    canteen, holder, first, _ = full
    world.stand_at(2022, 9, 1, 8)  # Thursday of the week before: booking closes at 12:00 in Paris
    await lists.cancel(*holder, canteen)
    await lists.offered(first[1])
    (offer,) = (await lists.own(first[0]))["offers"]
    assert offer["expires_at"].startswith("2022-09-01T10:0")


async def test_confirmed_at_once_where_the_town_says_so(world, lists, full) -> None:
    canteen, holder, first, _ = full
    await lists.rules(canteen, promotion="confirm")
    await lists.cancel(*holder, canteen)
    offer = await lists.offered(first[1], "confirmed")
    assert (await world.cells(*first, canteen))[MONDAY]["state"] == "booked"
    assert [row["status"] for row in await world.harness.query(TOLD, PlaceOffered.event_type, offer)] == ["confirmed"]
    assert len(await world.harness.query(TOLD, ReservationsCommitted.event_type, offer)) == 1


async def test_points_come_before_the_order_of_arrival(world, lists, full) -> None:
    canteen, holder, first, second = full
    assert "priorités" in (await lists.rules(canteen, ranking="points"))["how"]
    async with world.staff() as client:
        given = await client.put(
            f"/members/{second[1]}/waiting-points", json={"points": 50, "reason": "Situation signalée par le CCAS"}
        )
        assert given.status_code == 200, given.text
        params = {"day": MONDAY, "activity_id": str(canteen)}
        shown = (await client.get("/waiting-lists/slot", params=params)).json()
    assert [(each["first_name"], each["points"]) for each in shown["waiting"]] == [("Adam", 50), ("Zoé", 0)]
    assert shown["waiting"][0]["reasons"][0]["sentence"] == "Situation signalée par le CCAS"
    assert (await lists.own(first[0]))["waiting"][0]["rank"] == 2
    await lists.cancel(*holder, canteen)
    await lists.offered(second[1])


async def test_more_places_serve_the_list(world, lists, full) -> None:
    canteen, _, first, second = full
    async with world.staff(Role.ADMINISTRATOR) as client:
        calendar = (await client.get(f"/activities/{canteen}/calendar")).json()
        body = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
        answer = await client.put(f"/activities/{canteen}/calendar", json=body | {"capacity": 3})
        assert answer.status_code == 200, answer.text
    for each in (first, second):
        await lists.offered(each[1])
    assert [row["n"] for row in await world.harness.query(HELD, canteen)] == [3]


async def test_nothing_is_oversold_nor_overtaken(world, lists) -> None:
    """Five places given back, thirty who wait and thirty who try to book, all at the same time."""
    canteen = await world.activity(capacity=5)
    holders = [await world.enrolled(canteen, f"Tenant {n}") for n in range(5)]
    for each in holders:
        assert (await world.book(*each, canteen, MONDAY)).status_code == 200
    others = [await world.enrolled(canteen, f"Autre {n}") for n in range(30)]
    for each in others:
        assert (await world.want(*each, canteen, TUESDAY)).status_code == 200
    waiting = [await world.enrolled(canteen, f"Attente {n}") for n in range(30)]
    joined = await asyncio.gather(*(lists.join(*each, canteen, MONDAY) for each in waiting))
    assert {answer.status_code for answer in joined} == {200}

    async def want_and_commit(family, child):
        await world.want(family, child, canteen, MONDAY)
        return await world.commit(family)

    await asyncio.gather(
        *(lists.cancel(*each, canteen) for each in holders), *(want_and_commit(*each) for each in others)
    )
    in_order = "select member_id from place_offer where activity_id = $1 and day = $2::date and status = 'offered'"
    for _ in range(300):
        offers = await world.harness.query(in_order, canteen, date.fromisoformat(MONDAY))
        if len(offers) == 5:
            break
        await asyncio.sleep(0.1)
    assert {row["member_id"] for row in offers} <= {child for _, child in waiting}
    assert len(offers) == 5
    families = {child: family for family, child in waiting}
    open_offers = [(families[row["member_id"]], await lists.offered(row["member_id"])) for row in offers]
    answers = await asyncio.gather(*(lists.answer(*each, "accept") for each in open_offers for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [409] * 95
    on_monday = "select count(*)::int as n from reservation where activity_id = $1 and day = $2::date and status = $3"
    day = date.fromisoformat(MONDAY)
    assert [row["n"] for row in await world.harness.query(on_monday, canteen, day, "booked")] == [5]
    assert [row["n"] for row in await world.harness.query(on_monday, canteen, day, "offered")] == [0]


async def test_a_drafted_day_that_filled_up_can_be_waited_for(world, lists) -> None:
    canteen = await world.activity(capacity=1)
    (slow, louis), (quick, zoe) = await world.enrolled(canteen), await world.enrolled(canteen, "Zoé")
    await lists.rules(canteen, is_open=True)
    await world.want(slow, louis, canteen, MONDAY)
    await world.book(quick, zoe, canteen, MONDAY)
    async with world.parent(slow) as client:
        (line,) = (await client.get("/draft")).json()["lines"]
        assert (line["possible"], line["can_wait"]) == (False, True)
        assert (await lists.join(slow, louis, canteen, MONDAY)).is_success
        assert (await client.get("/draft")).json()["lines"] == []
    cell = (await world.cells(slow, louis, canteen))[MONDAY]
    assert (cell["state"], cell["reason"]) == ("waiting", "En liste d'attente, rang 1.")


async def test_a_holiday_that_is_no_longer_one_serves_the_list_at_once(world, lists) -> None:
    """The day was closed by the town's holidays; its only place had been given back meanwhile."""
    canteen = await world.activity(capacity=1)
    (holder, louis), (family, zoe) = await world.enrolled(canteen), await world.enrolled(canteen, "Zoé")
    await lists.rules(canteen, is_open=True)
    await world.book(holder, louis, canteen, MONDAY)
    assert (await lists.join(family, zoe, canteen, MONDAY)).is_success
    async with world.staff(Role.ADMINISTRATOR) as client:
        years = (await client.get("/holidays")).json()
        (year,) = [each for each in years if each["school_year"] == 2022]
        body = {name: year[name] for name in ("school", "public")}
        closed = {**body, "public": [*body["public"], {"day": MONDAY, "name": "Fête communale"}]}
        assert (await client.put("/holidays/2022", json=closed)).is_success
        await lists.cancel(holder, louis, canteen)
        await lists.give()
        assert (await lists.own(family))["offers"] == [], "nobody books a holiday"
        assert (await client.put("/holidays/2022", json=body)).is_success
    await lists.offered(zoe)


async def test_a_child_who_comes_into_another_group_is_looked_at_at_once(world, lists, registered) -> None:
    small = {"code": "petits", "name": "Petits", "to_age": 5, "capacity": 0}
    canteen = await world.activity(capacity=1, groups=[small])
    family, zoe = await world.enrolled(canteen, "Zoé")
    await lists.rules(canteen, is_open=True)
    await world.keep(registered("Zoé", family, member_id=zoe, birth_date=date(2018, 5, 5)))
    assert (await lists.join(family, zoe, canteen, MONDAY)).is_success, "no place for the small ones"
    await lists.give()
    assert (await lists.own(family))["offers"] == []
    await world.keep(registered("Zoé", family, member_id=zoe, birth_date=date(2015, 5, 5)))
    await lists.offered(zoe)
