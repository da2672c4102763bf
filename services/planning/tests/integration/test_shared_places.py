"""Slots that share one room: never more at any moment; given on to who waits; counted anew when that is changed."""

import asyncio
from collections import Counter
from datetime import date, timedelta

import pytest

from chassis.testing.counting import counted_statements
from contracts.events.enrolment import OfferedSlot
from contracts.values import Role

DAY = OfferedSlot(code="journee", name="Journée", from_time="08:00", until_time="18:00")
MORNING = OfferedSlot(code="matin", name="Matin", from_time="08:00", until_time="12:00")
AFTERNOON = OfferedSlot(code="apres-midi", name="Après-midi", from_time="13:30", until_time="18:00")
EVENING = OfferedSlot(
    code="soir", name="Garderie du soir", from_time="17:30", until_time="18:30", compatible_with=("journee",)
)
SLOTS = (DAY, MORNING, AFTERNOON)
MONDAY, TUESDAY = "2022-09-05", "2022-09-06"
AM, PM = "room:journee+matin:", "room:apres-midi+journee:"
PETITS = {"code": "petits", "name": "3–5 ans", "from_age": 3, "to_age": 5, "capacity": 5, "reserved": 1}
COUNTS = "select slot, counter, booked, capacity from place_count where activity_id = $1 order by 1, 2"
HELD = "select day, slot, counters, status from reservation where activity_id = $1 and status <> 'cancelled'"
OFFERS = "select member_id, slot, status from place_offer where activity_id = $1 order by offered_at, slot"
FREED = "select 1 from freed_slot where activity_id = $1"


class Centre:
    """A holiday centre whose slots share its places, unless told otherwise."""

    def __init__(self, world) -> None:
        self.world = world

    async def open(self, **calendar) -> None:
        self.id = await self.world.activity("Centre de loisirs", offered=SLOTS, **{"shared_places": True} | calendar)

    async def enrolled(self, first_name="Louis"):
        return await self.world.enrolled(self.id, first_name)

    async def booked(self, *slots, day=MONDAY, first_name="Louis"):
        """A family that has these slots."""
        family = await self.enrolled(first_name)
        answer = await self.book(family, *slots, day=day)
        assert answer.status_code == 200, answer.text
        return family

    async def book(self, family, *slots, day=MONDAY):
        """What the family will have of that month: these slots and nothing else."""
        drafted = await self.world.want(*family, self.id, slots={slot: [day] for slot in slots})
        return drafted if drafted.status_code != 200 else await self.world.commit(family[0])

    async def cells(self, family, day=MONDAY):
        until = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
        params = {"member_id": str(family[1]), "from": day, "to": until}
        async with self.world.parent(family[0]) as client:
            rows = (await client.get("/planning", params=params)).json()["activities"]
        (row,) = [row for row in rows if row["activity_id"] == str(self.id)]
        return {cell["slot"]: cell for cell in row["cells"]}

    async def wait(self, family, slot, day=MONDAY):
        body = {"member_id": str(family[1]), "activity_id": str(self.id), "slots": {slot: [day]}}
        async with self.world.parent(family[0]) as client:
            answer = await client.post("/waiting-list", json=body)
        assert answer.status_code == 200, answer.text

    async def offers(self):
        """To whom which slots were offered once there is nothing more to give."""
        await self.world.harness.run_job("give-places")
        assert await self.world.harness.query(FREED, self.id) == []
        return [tuple(row) for row in await self.world.harness.query(OFFERS, self.id)]

    async def calendar(self):
        async with self.world.staff() as client:
            return (await client.get(f"/activities/{self.id}/calendar")).json()

    async def publish(self, **changes):
        calendar = await self.calendar()
        body = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
        async with self.world.staff(Role.ADMINISTRATOR) as client:
            return await client.put(f"/activities/{self.id}/calendar", json=body | changes)

    async def preview(self, **changes):
        calendar = await self.calendar()
        body = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
        async with self.world.staff() as client:
            tried = {"calendar": body | changes, "from": MONDAY, "to": TUESDAY}
            return await client.post(f"/activities/{self.id}/calendar/preview", json=tried)

    async def counts(self) -> dict[tuple[str, str], int]:
        """Places taken by counter, after a look that each is what its reservations say and within its limit."""
        counted = {
            (row["slot"], row["counter"]): (row["booked"], row["capacity"])
            for row in await self.world.harness.query(COUNTS, self.id)
        }
        held = Counter(
            ("*" if counter.startswith("room:") else row["slot"], counter)
            for row in await self.world.harness.query(HELD, self.id)
            for counter in row["counters"]
        )
        assert {key: booked for key, (booked, _) in counted.items() if booked} == held
        assert all(capacity is None or booked <= capacity for booked, capacity in counted.values())
        return dict(held)

    async def present(self) -> tuple[int, int]:
        """How many are there on Monday in the morning, and in the afternoon."""
        rows = await self.world.harness.query(HELD, self.id)
        slots = Counter(row["slot"] for row in rows if row["day"] == date.fromisoformat(MONDAY))
        return slots["journee"] + slots["matin"], slots["journee"] + slots["apres-midi"]


@pytest.fixture
def centre(world) -> Centre:
    return Centre(world)


async def test_a_whole_day_and_mornings_are_in_the_same_room(centre) -> None:
    await centre.open(capacity=2)
    await centre.booked("journee")
    await centre.booked("matin")
    late = await centre.enrolled()
    cells = await centre.cells(late)
    assert {slot: (cell["state"], cell["reason"]) for slot, cell in cells.items()} == {
        "journee": ("full", "Complet pendant « Matin » : il n'y a plus de place ce jour-là."),
        "matin": ("full", "Complet : il n'y a plus de place ce jour-là."),
        "apres-midi": ("available", None),
    }
    assert (await centre.book(late, "apres-midi")).status_code == 200
    assert await centre.counts() == {
        ("*", AM): 2,
        ("*", PM): 2,
        ("journee", ""): 1,
        ("matin", ""): 1,
        ("apres-midi", ""): 1,
    }


async def test_the_last_places_are_never_sold_twice_through_different_slots(centre) -> None:
    await centre.open(capacity=7, overbooking_percent=15, groups=[PETITS])
    families = []
    for number in range(36):
        family = await centre.enrolled()
        slot = ("journee", "matin", "apres-midi")[number % 3]
        assert (await centre.world.want(*family, centre.id, slots={slot: [MONDAY]})).status_code == 200
        families.append(family[0])
    answers = await asyncio.gather(*(centre.world.commit(family) for family in families))
    assert {answer.status_code for answer in answers} == {200, 409}
    assert all(line["slug"] == "day-full" for a in answers if a.status_code == 409 for line in a.json()["lines"])
    assert await centre.present() == (7, 7), "all places but the one that is reserved, at each moment"
    counts = await centre.counts()
    assert (counts["*", f"{AM}outside:petits"], counts["*", f"{PM}outside:petits"]) == (7, 7)


async def test_a_month_of_whole_days_takes_the_statements_that_a_day_takes(centre, harness) -> None:
    await centre.open(capacity=20)
    first = await centre.enrolled()
    days = [f"2022-09-{day:02}" for day in (5, 6, 8, 9, 12, 13, 15, 16, 19, 20, 22, 23, 26, 27, 29, 30)]
    await centre.world.want(*first, centre.id, slots={"journee": days})
    with counted_statements(harness) as statements:
        assert (await centre.world.commit(first[0])).json()["count"] == 16
    assert len([statement for statement in statements if "from tenant" not in statement]) == 2


async def test_who_is_there_in_the_morning_may_stay_the_day_though_the_morning_is_full(centre) -> None:
    await centre.open(capacity=1)
    family = await centre.booked("matin")
    assert (await centre.cells(family))["journee"]["changeable"] is True
    assert (await centre.book(family, "journee")).status_code == 200
    assert await centre.counts() == {("*", AM): 1, ("*", PM): 1, ("journee", ""): 1}
    assert (await centre.book(family, "apres-midi")).status_code == 200
    assert await centre.counts() == {("*", PM): 1, ("apres-midi", ""): 1}


async def test_a_cancelled_day_is_offered_to_who_waits_for_the_morning(centre) -> None:
    await centre.open(capacity=1)
    holder = await centre.booked("journee")
    waiting, late = await centre.enrolled("Zoé"), await centre.enrolled("Léa")
    await centre.wait(waiting, "matin")
    assert await centre.offers() == []
    assert (await centre.book(holder)).status_code == 200
    assert await centre.offers() == [(waiting[1], "matin", "offered")]
    assert await centre.counts() == {("*", AM): 1, ("matin", ""): 1}
    cells = await centre.cells(late)
    assert {slot: cell["state"] for slot, cell in cells.items()} == {
        "journee": "full",
        "matin": "full",
        "apres-midi": "available",
    }


async def test_whoever_waits_longest_for_any_slot_of_the_room_is_first(centre) -> None:
    await centre.open(capacity=1)
    holder = await centre.booked("journee")
    whole, morning, afternoon = [await centre.enrolled(name) for name in ("Zoé", "Adam", "Léa")]
    await centre.wait(morning, "matin")
    await centre.wait(whole, "journee")
    await centre.wait(afternoon, "apres-midi")
    assert await centre.offers() == []
    assert (await centre.book(holder)).status_code == 200
    assert await centre.offers() == [(afternoon[1], "apres-midi", "offered"), (morning[1], "matin", "offered")]
    assert await centre.present() == (1, 1)


async def test_a_child_who_waits_for_two_slots_gets_one_of_them(centre) -> None:
    await centre.open(capacity=1)
    holder = await centre.booked("journee")
    waiting = await centre.enrolled("Zoé")
    async with centre.world.staff(Role.ADMINISTRATOR) as client:
        rules = {"promotion": "confirm"}
        assert (await client.put(f"/activities/{centre.id}/waiting-list-rules", json=rules)).status_code == 200
    await centre.wait(waiting, "matin")
    await centre.wait(waiting, "journee")
    assert (await centre.book(holder)).status_code == 200
    assert await centre.offers() == [(waiting[1], "matin", "confirmed")]
    assert await centre.counts() == {("*", AM): 1, ("matin", ""): 1}


async def test_places_become_shared_and_what_is_booked_is_counted_anew(centre, registered) -> None:
    await centre.open(capacity=3, shared_places=False, groups=[PETITS])
    families = [await centre.booked(slot) for slot in ("journee", "journee", "matin", "apres-midi")]
    family, _ = await centre.world.family()
    little = registered("Tom", family, birth_date=date(2018, 1, 15))
    await centre.world.keep(little)
    await centre.world.adhesion(family, little.member_id, centre.id)
    assert (await centre.book((family, little.member_id), "matin")).status_code == 200
    before = await centre.counts()
    assert (await centre.publish(shared_places=True)).status_code == 200
    assert await centre.counts() == {
        ("*", AM): 4,
        ("*", f"{AM}group:petits"): 1,
        ("*", f"{AM}outside:petits"): 3,
        ("*", PM): 3,
        ("*", f"{PM}outside:petits"): 3,
        ("journee", ""): 2,
        ("matin", ""): 2,
        ("apres-midi", ""): 1,
    }
    assert await centre.present() == (4, 3), "nothing is cancelled"
    late = await centre.enrolled()
    assert (await centre.book(late, "matin")).json()["lines"][0]["slug"] == "day-full"
    for family in families[:2]:
        assert (await centre.book(family)).status_code == 200, "given back in every counter"
    assert await centre.present() == (2, 1)
    assert (await centre.book(families[0], "journee")).status_code == 200
    assert (await centre.book(families[1], "journee")).status_code == 409, "the place left is reserved"
    assert (await centre.publish(shared_places=False)).status_code == 200
    assert (await centre.book(families[1], "journee")).status_code == 200
    assert await centre.counts() == before


async def test_an_offered_place_keeps_its_place_when_places_become_shared(centre) -> None:
    await centre.open(capacity=1, shared_places=False)
    holder = await centre.booked("matin")
    waiting, late = await centre.enrolled("Zoé"), await centre.enrolled("Léa")
    await centre.wait(waiting, "matin")
    assert (await centre.book(holder)).status_code == 200
    assert await centre.offers() == [(waiting[1], "matin", "offered")]
    assert (await centre.publish(shared_places=True)).status_code == 200
    assert await centre.counts() == {("*", AM): 1, ("matin", ""): 1}
    assert (await centre.book(late, "journee")).status_code == 409


async def test_slots_published_anew_are_counted_anew(centre) -> None:
    await centre.open(capacity=2)
    await centre.booked("matin")
    await centre.booked("apres-midi")
    longer = OfferedSlot(code="matin", name="Matin avec repas", from_time="08:00", until_time="14:00")
    await centre.world.offer(centre.id, (DAY, longer, AFTERNOON))
    all_three = "room:apres-midi+journee+matin:"
    assert await centre.counts() == {("*", all_three): 2, ("matin", ""): 1, ("apres-midi", ""): 1}
    assert (await centre.book(await centre.enrolled(), "journee")).status_code == 409
    await centre.world.offer(centre.id, (DAY, AFTERNOON))
    assert await centre.counts() == {
        ("*", "room:apres-midi+journee:"): 2,
        ("matin", ""): 1,
        ("apres-midi", ""): 1,
    }, "who has a slot that is no longer declared is there"


async def test_what_the_town_withdraws_gives_its_places_back_at_every_moment(centre) -> None:
    await centre.open(capacity=2)
    await centre.booked("journee")
    strike = {"from": MONDAY, "to": TUESDAY, "reason": "Grève", "schools": []}
    assert (await centre.publish(closures=[strike])).status_code == 200
    async with centre.world.staff(Role.ADMINISTRATOR) as client:
        answer = await client.post(f"/activities/{centre.id}/withdrawals", json={"days": [MONDAY]})
    assert answer.json() == {"reservations": 1, "families": 1}
    assert await centre.counts() == {}


async def test_the_preview_says_how_places_are_counted_and_which_days_have_more_already(centre) -> None:
    await centre.open(capacity=2, shared_places=False)
    assert (await centre.calendar())["places_text"].startswith("Chaque créneau a ses propres places, jusqu'à 2")
    for slot in ("journee", "journee", "matin"):
        await centre.booked(slot)
    tried = (await centre.preview(shared_places=True)).json()
    assert tried["places_text"] == (
        "Les créneaux qui se chevauchent partagent les places : 2 présents au plus au même moment."
    )
    assert tried["overfull"] == [{"day": MONDAY, "booked": 3, "places": 2, "of_whom": None}]
    assert (await centre.preview()).json()["overfull"] == []
    smaller = (await centre.preview(capacity=1)).json()["overfull"]
    assert smaller == [{"day": MONDAY, "booked": 2, "places": 1, "of_whom": None}]


async def test_the_town_hall_reads_how_many_are_in_the_room(centre) -> None:
    await centre.open(capacity=10, overbooking_percent=20)
    for slot, number in (("journee", 3), ("matin", 2), ("apres-midi", 1)):
        for _ in range(number):
            await centre.booked(slot)

    async def counts():
        async with centre.world.staff() as client:
            found = (await client.get("/day-counts", params={"from": MONDAY, "to": TUESDAY})).json()
        ours = [each for each in found if each["activity_id"] == str(centre.id)]
        return {each["slot"]: (each["expected"], each["capacity"], each["room"]) for each in ours}

    assert await counts() == {
        "journee": (3, None, {"expected": 5, "places": 12}),
        "matin": (2, None, {"expected": 5, "places": 12}),
        "apres-midi": (1, None, {"expected": 4, "places": 12}),
    }
    assert (await centre.publish(shared_places=False)).status_code == 200
    assert await counts() == {"journee": (3, 12, None), "matin": (2, 12, None), "apres-midi": (1, 12, None)}


async def test_what_cannot_be_shared_is_refused_with_what_to_do(centre) -> None:
    await centre.open(capacity=2, shared_places=False)
    nothing = await centre.publish(shared_places=True, capacity=None)
    assert nothing.status_code == 422
    assert "indiquez combien de places" in nothing.json()["errors"][0]["message"]
    await centre.world.offer(centre.id, (*SLOTS, EVENING))
    for answer in (await centre.publish(shared_places=True), await centre.preview(shared_places=True)):
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "places-not-shared")
        assert "« Journée » et « Garderie du soir » se chevauchent" in answer.json()["detail"]
    assert (await centre.calendar())["notices"] == []


async def test_slots_that_become_compatible_afterwards_are_told_to_the_town_hall(centre) -> None:
    await centre.open(capacity=2)
    await centre.world.offer(centre.id, (*SLOTS, EVENING))
    (notice,) = (await centre.calendar())["notices"]
    assert notice.startswith("« Journée » et « Garderie du soir » se chevauchent")
