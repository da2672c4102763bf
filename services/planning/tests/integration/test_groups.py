"""Groups, reserved places and overbooking: kept when many book at once, told in words, given back by cancellations."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from chassis.ids import new_id
from contracts.values import MemberKind, Role
from planning.adapters.recounting import AGE
from planning.domain.members import Member

MONDAY = "2022-09-05"
GROUPS = [
    {"code": "petits", "name": "3–5 ans", "from_age": 3, "to_age": 5, "capacity": 1},
    {"code": "grands", "name": "6–11 ans", "from_age": 6, "to_age": 11, "reserved": 2},
]


async def test_a_calendar_gives_back_its_groups_and_limits(world) -> None:
    limits = {"capacity": 10, "groups": GROUPS, "overbooking_percent": 5, "slots": {"matin": {"capacity": 4}}}
    activity = await world.activity(**limits)
    async with world.staff() as client:
        calendar = (await client.get(f"/activities/{activity}/calendar")).json()
    assert calendar["slots"] == {"matin": {"week_days": None, "capacity": 4}}
    assert calendar["overbooking_percent"] == 5
    assert [(group["code"], group["capacity"], group["reserved"]) for group in calendar["groups"]] == [
        ("petits", 1, 0),
        ("grands", None, 2),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"groups": [GROUPS[0], GROUPS[0]]},
        {"groups": [{"code": "tous", "name": "Tous"}]},
        {"groups": [GROUPS[0] | {"from_age": 6}]},
        {"groups": [GROUPS[1]], "capacity": 1},
        {"groups": [GROUPS[1]], "capacity": None},
        {"overbooking_percent": 101},
    ],
)
async def test_limits_that_contradict_each_other_are_refused(world, wrong) -> None:
    activity = await world.activity()
    async with world.staff(Role.ADMINISTRATOR) as client:
        calendar = (await client.get(f"/activities/{activity}/calendar")).json()
        body = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
        assert (await client.put(f"/activities/{activity}/calendar", json=body)).status_code == 200
        assert (await client.put(f"/activities/{activity}/calendar", json=body | wrong)).status_code == 422


PETITS = {"code": "petits", "name": "3–5 ans", "from_age": 3, "to_age": 5, "capacity": 5, "reserved": 3}
GRANDS = {"code": "grands", "name": "6–11 ans", "from_age": 6, "to_age": 11, "reserved": 4}


async def aged(world, registered, activity, age, *, day=MONDAY):
    """A child of that age in September 2022, whose family has drafted a day."""
    family, _ = await world.family()
    child = registered("Léa", family, birth_date=date(2022 - age, 1, 15))
    await world.keep(child)
    await world.adhesion(family, child.member_id, activity)
    if day:
        assert (await world.want(family, child.member_id, activity, day)).status_code == 200
    return family, child.member_id


async def test_no_limit_is_passed_when_all_book_at_once(world, harness, registered) -> None:
    activity = await world.activity(capacity=12, groups=[PETITS, GRANDS])
    families = [await aged(world, registered, activity, age) for _ in range(12) for age in (4, 8, 13)]
    answers = await asyncio.gather(*(world.commit(family) for family, _ in families))
    refused = {line["reason"] for a in answers if a.status_code == 409 for line in a.json()["lines"]}
    assert {answer.status_code for answer in answers} == {200, 409}
    assert refused <= {
        "Complet : il n'y a plus de place ce jour-là.",
        "Complet pour le groupe « 3–5 ans » : il n'y a plus de place ce jour-là.",
        "Complet : les places qui restent sont réservées à « 3–5 ans ».",
        "Complet : les places qui restent sont réservées à « 6–11 ans ».",
        "Complet : les places qui restent sont réservées à « 3–5 ans » et « 6–11 ans ».",
    }
    counts = {
        row["counter"]: (row["booked"], row["capacity"], row["reservations"])
        for row in await harness.query(
            "select p.counter, p.booked, p.capacity, (select count(*) from reservation r where r.status = 'booked'"
            " and r.activity_id = p.activity_id and r.day = p.day and p.counter = any(r.counters)) as reservations"
            " from place_count p where activity_id = $1",
            activity,
        )
    }
    limits = {"": 12, "group:petits": 5, "outside:petits": 9, "outside:grands": 8, "outside:petits+grands": 5}
    assert {counter: capacity for counter, (_, capacity, _) in counts.items()}.items() <= limits.items()
    assert all(booked == reservations <= limits[counter] for counter, (booked, _, reservations) in counts.items())
    booked = {counter: booked for counter, (booked, _, _) in counts.items()}
    assert booked[""] == 12, "every place is taken"
    assert booked[""] - booked["outside:petits"] >= 3
    assert booked[""] - booked["outside:grands"] >= 4


async def test_a_day_says_for_whom_it_is_full(world, registered) -> None:
    activity = await world.activity(capacity=10, last_places=2, groups=[PETITS | {"capacity": 1}, GRANDS])
    family, _ = await aged(world, registered, activity, 4)
    assert (await world.commit(family)).status_code == 200
    little, big = [await aged(world, registered, activity, age, day=None) for age in (5, 7)]
    cell = (await world.cells(*little, activity))[MONDAY]
    assert (cell["state"], cell["reason"]) == (
        "full",
        "Complet pour le groupe « 3–5 ans » : il n'y a plus de place ce jour-là.",
    )
    assert (await world.cells(*big, activity))[MONDAY]["state"] == "available"
    assert (await world.want(*little, activity, MONDAY)).json()["lines"][0]["slug"] == "day-full"


async def test_reserved_places_are_told_and_kept(world, registered) -> None:
    activity = await world.activity(capacity=4, groups=[PETITS | {"capacity": None}])
    family, _ = await aged(world, registered, activity, 8)
    assert (await world.commit(family)).status_code == 200
    other, little = [await aged(world, registered, activity, age, day=None) for age in (8, 4)]
    cell = (await world.cells(*other, activity))[MONDAY]
    assert (cell["state"], cell["reason"]) == ("full", "Complet : les places qui restent sont réservées à « 3–5 ans ».")
    assert (await world.book(*little, activity, MONDAY)).status_code == 200


async def test_a_cancellation_gives_back_its_place_in_every_counter(world, harness, registered) -> None:
    activity = await world.activity(capacity=3, groups=[PETITS | {"capacity": 1, "reserved": 0}])
    (family, child), (waiting, sibling) = [
        await aged(world, registered, activity, 4, day=day) for day in (MONDAY, None)
    ]
    assert (await world.commit(family)).status_code == 200
    assert (await world.cells(waiting, sibling, activity))[MONDAY]["state"] == "full"
    assert (await world.book(family, child, activity)).status_code == 200
    assert (await world.book(waiting, sibling, activity, MONDAY)).status_code == 200
    counts = await harness.query("select counter, booked from place_count where activity_id = $1 order by 1", activity)
    assert [tuple(row) for row in counts] == [("", 1), ("group:petits", 1)]


async def test_siblings_together_find_the_last_place_of_their_group_once(world, registered) -> None:
    activity = await world.activity(capacity=5, groups=[PETITS | {"capacity": 1, "reserved": 0}])
    family, _ = await world.family()
    for name in ("Tom", "Zoé"):
        child = registered(name, family, birth_date=date(2018, 1, 15))
        await world.keep(child)
        await world.adhesion(family, child.member_id, activity)
        assert (await world.want(family, child.member_id, activity, MONDAY)).status_code == 200
    answer = await world.commit(family)
    assert answer.status_code == 409
    assert {line["reason"] for line in answer.json()["lines"]} == {
        "Complet pour le groupe « 3–5 ans » : il n'y a plus de place ce jour-là."
    }


async def test_overbooking_sells_a_little_more(world, harness, registered) -> None:
    activity = await world.activity(capacity=10, overbooking_percent=15)
    families = [await aged(world, registered, activity, 8) for _ in range(14)]
    answers = await asyncio.gather(*(world.commit(family) for family, _ in families))
    assert [answer.status_code for answer in answers].count(200) == 11
    (count,) = await harness.query("select booked, capacity from place_count where activity_id = $1", activity)
    assert tuple(count) == (11, 11)


async def test_limits_changed_afterwards_are_stored_by_counter_and_never_below_what_is_booked(
    world, harness, registered
) -> None:
    activity = await world.activity(capacity=10, groups=[PETITS])
    for age in (4, 5, 8):
        family, _ = await aged(world, registered, activity, age)
        assert (await world.commit(family)).status_code == 200
    async with world.staff(Role.ADMINISTRATOR) as client:
        calendar = (await client.get(f"/activities/{activity}/calendar")).json()
        body = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
        body |= {"capacity": 6, "groups": [PETITS | {"capacity": 1}]}
        assert (await client.put(f"/activities/{activity}/calendar", json=body)).status_code == 200
    counts = await harness.query("select counter, booked, capacity from place_count where activity_id = $1", activity)
    assert {tuple(row) for row in counts} == {("", 3, 6), ("group:petits", 2, 2), ("outside:petits", 1, 3)}


@pytest.fixture
def publish(world):
    """Publishes an activity's calendar again, with other limits."""

    async def put(activity, **limits):
        async with world.staff(Role.ADMINISTRATOR) as client:
            calendar = (await client.get(f"/activities/{activity}/calendar")).json()
            body = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
            answer = await client.put(f"/activities/{activity}/calendar", json=body | limits)
        assert answer.status_code == 200, answer.text

    return put


async def counts_of(harness, activity):
    rows = await harness.query("select counter, booked from place_count where activity_id = $1 order by 1", activity)
    return {row["counter"]: row["booked"] for row in rows}


async def test_a_group_published_later_counts_who_is_already_booked(world, harness, registered, publish) -> None:
    activity = await world.activity(capacity=10)
    families = [await aged(world, registered, activity, age) for age in (3, 4, 5, 8)]
    for family, _ in families:
        assert (await world.commit(family)).status_code == 200
    await publish(activity, groups=[PETITS | {"capacity": 3, "reserved": 0}])
    assert await counts_of(harness, activity) == {"": 4, "group:petits": 3}
    fourth = await aged(world, registered, activity, 4, day=None)
    late = await world.want(*fourth, activity, MONDAY)
    assert late.status_code == 409
    assert late.json()["lines"][0]["reason"] == (
        "Complet pour le groupe « 3–5 ans » : il n'y a plus de place ce jour-là."
    )
    assert (await world.book(*families[0], activity)).status_code == 200, "given back in every counter"
    assert (await world.book(*fourth, activity, MONDAY)).status_code == 200
    assert await counts_of(harness, activity) == {"": 4, "group:petits": 3}


async def test_other_ages_schools_and_reserved_places_count_anew(world, harness, registered, publish) -> None:
    activity = await world.activity(capacity=10, groups=[PETITS | {"reserved": 0}])
    for age, school in ((4, "Jean Moulin"), (6, "Jean Moulin"), (8, "Pasteur")):
        family, _ = await world.family()
        child = registered("Léa", family, birth_date=date(2022 - age, 1, 15), school=school)
        await world.keep(child)
        await world.adhesion(family, child.member_id, activity)
        assert (await world.book(family, child.member_id, activity, MONDAY)).status_code == 200
    assert await counts_of(harness, activity) == {"": 3, "group:petits": 1}
    older = PETITS | {"reserved": 0, "to_age": 6}
    await publish(activity, groups=[older])
    assert await counts_of(harness, activity) == {"": 3, "group:petits": 2}
    await publish(activity, groups=[older | {"reserved": 2}])
    assert await counts_of(harness, activity) == {"": 3, "group:petits": 2, "outside:petits": 1}
    of_school = {"code": "pasteur", "name": "École Pasteur", "schools": ["Pasteur"], "capacity": 5}
    await publish(activity, groups=[of_school])
    assert await counts_of(harness, activity) == {"": 3, "group:pasteur": 1}
    await publish(activity, groups=[])
    assert await counts_of(harness, activity) == {"": 3}


async def test_birthdays_and_unknown_ones_count_as_when_booking(world, harness, registered, publish) -> None:
    """A group's age is that of the day; who has no birth date is of no group with an age, and outside of it."""
    activity = await world.activity(capacity=10)
    for birth_date in (date(2016, 9, 5), date(2016, 9, 6), date(2016, 2, 29), None):
        family, _ = await world.family()
        child = registered("Léa", family)
        await world.keep(child)
        await world.adhesion(family, child.member_id, activity)
        await harness.query("update member set birth_date = $1 where member_id = $2", birth_date, child.member_id)
        assert (await world.book(family, child.member_id, activity, MONDAY)).status_code == 200
    await publish(activity, groups=[PETITS | {"reserved": 2}])
    assert await counts_of(harness, activity) == {"": 4, "group:petits": 1, "outside:petits": 3}


async def test_days_that_are_past_keep_their_counters(world, harness, registered, publish) -> None:
    activity, later = await world.activity(capacity=10), "2022-09-19"
    family, child = await aged(world, registered, activity, 4, day=None)
    assert (await world.book(family, child, activity, MONDAY, later)).status_code == 200
    world.stand_at(2022, 9, 12)
    await publish(activity, groups=[PETITS | {"reserved": 0}])
    by_day = "select day::text, array_agg(counter order by counter) from place_count where activity_id = $1 group by 1"
    counted = dict([tuple(row) for row in await harness.query(by_day, activity)])
    assert counted == {MONDAY: [""], later: ["", "group:petits"]}


async def test_ages_are_those_of_the_domain(harness) -> None:
    days = [date(2022, 2, 28), date(2022, 3, 1), date(2024, 2, 29), date(2022, 9, 5), date(2022, 12, 31)]
    births = [date(2016, 2, 28), date(2016, 2, 29), date(2016, 3, 1), date(2016, 9, 5), date(2016, 12, 31), None]
    given = "unnest($1::date[]) as r (day), unnest($2::date[]) as m (birth_date)"
    ages = f"select {AGE} as age, day, birth_date from {given}"
    found = {(row["day"], row["birth_date"]): row["age"] for row in await harness.query(ages, days, births)}
    louis = Member(new_id(), MemberKind.CHILD, "Louis")
    assert found == {(day, born): replace(louis, birth_date=born).age_on(day) for day in days for born in births}


async def test_an_offered_place_counts_in_a_group_published_later(world, harness, registered, publish) -> None:
    activity = await world.activity(capacity=1)
    holder, (waiting, child) = [await aged(world, registered, activity, 4, day=day) for day in (MONDAY, None)]
    assert (await world.commit(holder[0])).status_code == 200
    async with world.parent(waiting) as client:
        body = {"member_id": str(child), "activity_id": str(activity), "days": [MONDAY]}
        assert (await client.post("/waiting-list", json=body)).status_code == 200
    assert (await world.book(*holder, activity)).status_code == 200
    await harness.eventually("select from reservation where member_id = $1 and status = 'offered'", child)
    await publish(activity, capacity=5, groups=[PETITS | {"capacity": 1, "reserved": 0}])
    assert await counts_of(harness, activity) == {"": 1, "group:petits": 1}
    late = await aged(world, registered, activity, 5, day=None)
    assert (await world.want(*late, activity, MONDAY)).status_code == 409


async def test_a_group_that_is_published_while_families_book_is_never_passed(
    world, harness, registered, publish
) -> None:
    activity = await world.activity(capacity=20)
    families = [await aged(world, registered, activity, 4) for _ in range(12)]
    petits = PETITS | {"capacity": 5, "reserved": 0}
    early = [world.commit(family) for family, _ in families[:3]]
    assert {answer.status_code for answer in await asyncio.gather(*early)} == {200}
    answers = await asyncio.gather(
        publish(activity, groups=[petits]), *(world.commit(family) for family, _ in families[3:])
    )
    booked = 3 + [answer.status_code for answer in answers[1:]].count(200)
    counts = await counts_of(harness, activity)
    assert counts == {"": booked, "group:petits": booked}
    late = await aged(world, registered, activity, 4, day=None)
    assert (await world.want(*late, activity, MONDAY)).status_code == (409 if booked >= 5 else 200)


async def test_the_preview_says_which_groups_would_have_more_than_their_places(world, registered) -> None:
    activity = await world.activity(capacity=10)
    for age in (3, 4, 8):
        family, _ = await aged(world, registered, activity, age)
        assert (await world.commit(family)).status_code == 200

    async def overfull(**limits):
        async with world.staff(Role.ADMINISTRATOR) as client:
            calendar = (await client.get(f"/activities/{activity}/calendar")).json()
            body = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
            asked = {"from": "2022-09-01", "to": "2022-10-01", "calendar": body | limits}
            answer = await client.post(f"/activities/{activity}/calendar/preview", json=asked)
        assert answer.status_code == 200, answer.text
        return [tuple(each.values()) for each in answer.json()["overfull"]]

    petits = PETITS | {"reserved": 0}
    assert await overfull(groups=[petits | {"capacity": 2}]) == []
    assert await overfull(groups=[petits | {"capacity": 1}]) == [(MONDAY, 2, 1, "pour le groupe « 3–5 ans »")]
    grands = GRANDS | {"reserved": 9}
    assert await overfull(groups=[petits, grands]) == [(MONDAY, 2, 1, "hors des places réservées à « 6–11 ans »")]
    assert await overfull(capacity=2) == [(MONDAY, 3, 2, None)]
