"""The town hall joins and leaves waiting lists for a family that comes to it, accepts its places and lets them go."""

import asyncio
import json

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import VEYRAS
from contracts.events import PlaceOffered, ReservationsChangedByTownHall, ReservationsCommitted
from contracts.values import Role

MONDAY, TUESDAY, THURSDAY = "2022-09-05", "2022-09-06", "2022-09-08"
OFFERED = "select offer_id from place_offer where family_id = $1 and status = 'offered'"
BODIES = "select body from kept.published_event where type = $1 and body::json ->> 'family_id' = $2 order by seq"
BOOKED = "select count(*)::int as n from reservation where activity_id = $1 and status = 'booked'"


class Counter:
    """What an agent does for one family on its waiting lists."""

    def __init__(self, world, family, role=Role.AGENT) -> None:
        self.world, self.family, self.role = world, family, role

    async def send(self, method, path, **more):
        async with self.world.staff(self.role) as client:
            return await client.request(method, f"/families/{self.family}{path}", **more)

    async def join(self, child, activity, *days):
        body = {"member_id": str(child), "activity_id": str(activity), "days": list(days)}
        return await self.send("POST", "/waiting-list", json=body)

    async def lists(self):
        return (await self.send("GET", "/waiting-list")).json()

    async def leave(self, waiting_id):
        return await self.send("DELETE", f"/waiting-list/{waiting_id}")

    async def answer(self, offer_id, word):
        return await self.send("POST", f"/place-offers/{offer_id}/{word}")


@pytest.fixture
async def full(world):
    """A canteen of one place a day, taken on Monday, and a family that would have it too."""
    canteen = await world.activity(capacity=1)
    holder = await world.enrolled(canteen, "Zoé")
    assert (await world.book(*holder, canteen, MONDAY)).status_code == 200
    return canteen, holder, await world.enrolled(canteen)


@pytest.fixture
def offered(world):
    """Frees the place of Monday, which is offered to the family that waits; the offer's id."""

    async def free(full):
        canteen, holder, (family, _) = full
        await world.want(*holder, canteen)
        assert (await world.commit(holder[0])).status_code == 200
        return (await world.harness.eventually(OFFERED, family))[0]["offer_id"]

    return free


async def trail_of(world, family):
    async with world.parent(family) as client:
        return (await client.get("/trail")).json()["items"]


async def told(world, model, family):
    rows = await world.harness.query(BODIES, model.event_type, str(family))
    return [json.loads(row["body"]) for row in rows]


def slug(answer) -> str:
    return answer.json()["type"].rpartition(":")[2]


async def test_a_list_is_joined_and_left_and_the_family_reads_who_did_it(world, full) -> None:
    canteen, _, (family, child) = full
    counter = Counter(world, family)
    joined = await counter.join(child, canteen, MONDAY)
    assert joined.status_code == 200, joined.text
    ((waiting,), first) = joined.json()["waiting"], (await trail_of(world, family))[0]
    assert (waiting["day"], waiting["rank"]) == (MONDAY, 1)
    assert (first["actor"], first["action"], first["days"]) == ("town_hall", "wait", [MONDAY])
    cell = (await world.cells(family, child, canteen))[MONDAY]
    assert (cell["state"], cell["reason"]) == ("waiting", "En liste d'attente, rang 1.")
    assert (await counter.leave(waiting["waiting_id"])).status_code == 204
    assert (await counter.lists())["waiting"] == []
    last = (await trail_of(world, family))[0]
    assert (last["actor"], last["action"], last["days"]) == ("town_hall", "wait_no_more", [MONDAY])
    again = await counter.leave(waiting["waiting_id"])
    assert (again.status_code, again.json()["detail"]) == (404, "Ce jour n'est plus attendu.")


async def test_what_the_family_does_is_told_as_its_own(world, full) -> None:
    canteen, _, (family, child) = full
    async with world.parent(family) as client:
        body = {"member_id": str(child), "activity_id": str(canteen), "days": [MONDAY]}
        (waiting,) = (await client.post("/waiting-list", json=body)).json()["waiting"]
        assert (await client.delete(f"/waiting-list/{waiting['waiting_id']}")).is_success
    entries = [(entry["actor"], entry["action"]) for entry in await trail_of(world, family)]
    assert entries == [("family", "wait_no_more"), ("family", "wait")]


async def test_only_a_full_day_is_waited_for_and_nobody_is_told_to_call_the_town_hall(world, full) -> None:
    canteen, _, (family, child) = full
    counter = Counter(world, family)
    refused = await counter.join(child, canteen, MONDAY, TUESDAY)
    assert (refused.status_code, [line["slug"] for line in refused.json()["lines"]]) == (409, ["place-free"])
    assert refused.json()["detail"] == (
        "Certains jours ne peuvent pas être attendus. Aucune liste d'attente n'est rejointe."
    )
    assert ((await counter.lists())["waiting"], await trail_of(world, family)) == ([], [])
    world.stand_at(2022, 9, 4)
    late = await counter.join(child, canteen, MONDAY)
    (line,) = late.json()["lines"]
    assert (late.status_code, line["slug"]) == (409, "deadline-passed")
    assert "contactez la mairie" not in line["reason"]
    assert (await counter.join(new_id(), canteen, MONDAY)).status_code == 404


async def test_a_place_is_accepted_and_the_family_is_told(world, full, offered) -> None:
    canteen, _, (family, child) = full
    counter = Counter(world, family, Role.ADMINISTRATOR)
    await counter.join(child, canteen, MONDAY)
    offer = await offered(full)
    assert [each["offer_id"] for each in (await counter.lists())["offers"]] == [str(offer)]
    accepted = await counter.answer(offer, "accept")
    assert accepted.status_code == 200, accepted.text
    assert (await world.cells(family, child, canteen))[MONDAY]["state"] == "booked"
    basket = accepted.json()["basket_id"]
    (committed,) = await told(world, ReservationsCommitted, family)
    assert (committed["basket_id"], [each["day"] for each in committed["reservations"]]) == (basket, [MONDAY])
    (changed,) = await told(world, ReservationsChangedByTownHall, family)
    assert changed["basket_id"] == basket
    assert [(day["day"], day["status"], day["reason"]) for day in changed["days"]] == [
        (MONDAY, "booked", "Place de la liste d'attente, acceptée")
    ]
    assert [each["status"] for each in await told(world, PlaceOffered, family)] == ["offered", "accepted"]
    entry = (await trail_of(world, family))[0]
    assert (entry["actor"], entry["action"], entry["reason"]) == ("town_hall", "book", changed["days"][0]["reason"])


async def test_what_the_family_accepts_is_not_told_back_to_it(world, full, offered) -> None:
    canteen, _, (family, child) = full
    await Counter(world, family).join(child, canteen, MONDAY)
    offer = await offered(full)
    async with world.parent(family) as client:
        assert (await client.post(f"/place-offers/{offer}/accept")).is_success
    assert await told(world, ReservationsChangedByTownHall, family) == []


async def test_a_place_let_go_reaches_the_next(world, full, offered) -> None:
    canteen, _, (family, child) = full
    counter, (other, adam) = Counter(world, family), await world.enrolled(canteen, "Adam")
    await counter.join(child, canteen, MONDAY)
    await Counter(world, other).join(adam, canteen, MONDAY)
    offer = await offered(full)
    assert (await Counter(world, other).answer(offer, "accept")).status_code == 404, "another family's"
    assert (await counter.answer(offer, "decline")).status_code == 204
    await world.harness.eventually(OFFERED, other)
    entry = (await trail_of(world, family))[0]
    assert (entry["actor"], entry["action"], entry["days"]) == ("town_hall", "decline", [MONDAY])
    again = await counter.answer(offer, "accept")
    assert (again.status_code, slug(again)) == (409, "offer-ended")
    assert again.json()["detail"] == "Cette place a été refusée : elle a été proposée à une autre famille."


async def test_nothing_is_to_be_paid_at_once(world, offered) -> None:
    canteen = await world.activity(capacity=1, pay_within_minutes=60)
    holder = await world.enrolled(canteen, "Zoé")
    assert (await world.book(*holder, canteen, MONDAY)).status_code == 200
    family, child = await world.enrolled(canteen)
    counter = Counter(world, family)
    await counter.join(child, canteen, MONDAY)
    offer = await offered((canteen, holder, (family, child)))
    assert (await counter.answer(offer, "accept")).is_success
    (committed,) = await told(world, ReservationsCommitted, family)
    assert committed["reservations"][0]["pay_until"] is None


async def test_accepted_at_the_counter_while_the_parent_lets_it_go(world) -> None:
    """One of both wins, every time, and the other is told so."""
    canteen, days = await world.activity(capacity=1), [f"2022-09-{day:02}" for day in (5, 6, 8, 9, 12, 13, 15, 16)]
    holder, (family, child) = await world.enrolled(canteen, "Zoé"), await world.enrolled(canteen)
    assert (await world.book(*holder, canteen, *days)).status_code == 200
    counter = Counter(world, family)
    assert (await counter.join(child, canteen, *days)).is_success
    await world.want(*holder, canteen)
    assert (await world.commit(holder[0])).is_success
    count = "select count(*)::int as n from place_offer where family_id = $1 having count(*) = 8"
    await world.harness.eventually(count, family)
    offers = [each["offer_id"] for each in (await counter.lists())["offers"]]
    async with world.parent(family) as client:
        for offer in offers:
            answers = await asyncio.gather(
                counter.answer(offer, "accept"), client.post(f"/place-offers/{offer}/decline")
            )
            accepted, declined = (answer.status_code for answer in answers)
            assert (accepted, declined) in {(200, 409), (409, 204)}
            lost = next(answer for answer in answers if answer.status_code == 409)
            assert slug(lost) == "offer-ended"
    booked = sum(row["n"] for row in await world.harness.query(BOOKED, canteen))
    entries = [entry["action"] for entry in await trail_of(world, family)]
    assert (entries.count("book"), entries.count("decline")) == (booked, 8 - booked)


async def test_who_may(world, full) -> None:
    canteen, _, (family, child) = full
    for role in (Role.REGISSEUR, Role.PARENT):
        refused = Counter(world, family, role)
        assert (await refused.join(child, canteen, MONDAY)).status_code == 403
        assert (await refused.leave(new_id())).status_code == 403
        assert {(await refused.answer(new_id(), word)).status_code for word in ("accept", "decline")} == {403}
    assert (await Counter(world, family, Role.REGISSEUR).send("GET", "/waiting-list")).status_code == 200
    assert (await Counter(world, family, Role.PARENT).send("GET", "/waiting-list")).status_code == 403
    assert (await Counter(world, new_id()).send("GET", "/waiting-list")).status_code == 404
    elsewhere = world.harness.signer.headers(VEYRAS.tenant_id, Role.ADMINISTRATOR)
    async with world.harness.client("veyras", elsewhere) as client:
        assert (await client.get(f"/families/{family}/waiting-list")).status_code == 404
        body = {"member_id": str(child), "activity_id": str(canteen), "days": [MONDAY]}
        assert (await client.post(f"/families/{family}/waiting-list", json=body)).status_code == 404
