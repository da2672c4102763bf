"""Baskets committed together: each whole or not at all, refused alone, and none on what has changed meanwhile."""

import asyncio
from collections import Counter

import pytest

from chassis.ids import new_id
from contracts.values import Role
from planning.adapters import basket_store
from planning.adapters.commune_calendars import _READ
from planning.entrypoints import desk

SCHOOL_DAYS = ["2022-09-05", "2022-09-06", "2022-09-08", "2022-09-09", "2022-09-12", "2022-09-13"]
COUNTED = """
    select p.day, p.booked, p.capacity, count(r.*) as reservations
    from place_count p left join reservation r on (r.tenant_id, r.activity_id, r.day, r.slot, r.status)
        = (p.tenant_id, p.activity_id, p.day, p.slot, 'booked')
    where p.activity_id = $1 group by 1, 2, 3 order by 1
"""


@pytest.fixture
def batches(monkeypatch) -> list[int]:
    """How many baskets each call of the database's function had."""
    sizes: list[int] = []
    ask = basket_store.commit_baskets

    async def noting(asks, source, tenant_id, sent):
        sizes.append(len(sent))
        return await ask(asks, source, tenant_id, sent)

    monkeypatch.setattr("planning.entrypoints.desk.commit_baskets", noting)
    return sizes


async def drafted(world, activity, *days, cents: int = 500):
    family, child = await world.enrolled(activity)
    assert (await world.want(family, child, activity, *days)).status_code == 200
    return family


async def test_the_places_left_are_sold_to_the_last_whatever_days_families_want(world, harness, batches) -> None:
    centre = await world.activity(capacity=7)
    families = [await drafted(world, centre, *SCHOOL_DAYS[n % 3 : n % 3 + 3]) for n in range(40)]
    answers = await asyncio.gather(*(world.commit(family) for family in families))
    assert set(Counter(answer.status_code for answer in answers)) == {200, 409}
    assert all(line["slug"] == "day-full" for a in answers if a.status_code == 409 for line in a.json()["lines"])
    counts = await harness.query(COUNTED, centre)
    assert all(row["booked"] == row["reservations"] <= 7 for row in counts)
    assert max(row["booked"] for row in counts) == 7
    assert max(batches) > 1, "they came at once"
    for family, answer in zip(families, answers, strict=True):
        held = await harness.query("select 1 from reservation where family_id = $1", family)
        assert len(held) == (3 if answer.status_code == 200 else 0)
    told = {str(event["subject"]) for event in await harness.outbox()}
    assert {answer.json()["basket_id"] for answer in answers if answer.status_code == 200} <= told


async def test_one_refused_in_a_batch_refuses_no_other(world, harness, batches) -> None:
    small, large = await world.activity("Atelier", capacity=1), await world.activity()
    await world.commit(await drafted(world, large, "2022-09-05"))  # the calendars are known
    wanting_one = [await drafted(world, small, "2022-09-05") for _ in range(4)]
    others = [await drafted(world, large, "2022-09-05") for _ in range(8)]
    batches.clear()
    answers = await asyncio.gather(*(world.commit(family) for family in [*wanting_one, *others]))
    assert sorted(answer.status_code for answer in answers[:4]) == [200, 409, 409, 409]
    assert {answer.status_code for answer in answers[4:]} == {200}
    assert max(batches) > 1
    left = await harness.query("select distinct family_id from draft_line where family_id = any($1)", wanting_one)
    assert len(left) == 3, "the drafts of those refused are kept"


async def test_two_homes_in_one_batch(world, harness, registered, batches) -> None:
    canteen = await world.activity()
    homes = []
    for _ in range(6):
        (mother, (theo,)), (father, _) = await world.family("Théo"), await world.family()
        await world.keep(registered("Théo", mother, father, member_id=theo))
        for home in (mother, father):
            await world.adhesion(home, theo, canteen)
            assert (await world.want(home, theo, canteen, "2022-09-05")).status_code == 200
            homes.append(home)
    answers = await asyncio.gather(*(world.commit(home) for home in homes))
    for first, second in zip(answers[::2], answers[1::2], strict=True):
        assert sorted((first.status_code, second.status_code)) == [200, 409]
        (line,) = next(each for each in (first, second) if each.status_code == 409).json()["lines"]
        assert line["slug"] == "already-booked"
    counts = await harness.query(COUNTED, canteen)
    assert [(row["booked"], row["reservations"]) for row in counts] == [(6, 6)]


async def test_the_same_key_at_once_has_one_effect_and_one_answer(world, harness) -> None:
    canteen = await world.activity()
    family = await drafted(world, canteen, "2022-09-05")
    async with world.parent(family, **{"idempotency-key": str(new_id())}) as client:
        answers = await asyncio.gather(*(client.post("/draft/commit") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sorted(answer.headers.get("idempotent-replay", "") for answer in answers) == ["", "true", "true", "true"]
    assert len(await harness.query("select 1 from reservation where family_id = $1", family)) == 1


async def test_a_calendar_changed_between_the_look_and_the_commit_is_looked_at_again(
    world, harness, monkeypatch
) -> None:
    canteen = await world.activity()
    family = await drafted(world, canteen, "2022-09-05")
    commit = basket_store.commit_baskets
    calls = []

    async def closing_first(*arguments):
        if not calls:
            async with world.staff(Role.ADMINISTRATOR) as client:
                calendar = (await client.get(f"/activities/{canteen}/calendar")).json()
                closed = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
                closed["closures"] = [{"from": "2022-09-05", "to": "2022-09-06", "reason": "Grève"}]
                assert (await client.put(f"/activities/{canteen}/calendar", json=closed)).status_code == 200
        calls.append(arguments)
        return await commit(*arguments)

    monkeypatch.setattr("planning.entrypoints.desk.commit_baskets", closing_first)
    answer = await world.commit(family)
    assert (answer.status_code, answer.json()["lines"][0]["reason"]) == (409, "Grève")
    assert len(calls) == 1, "the second look refused"
    assert await harness.query("select 1 from reservation where family_id = $1", family) == []


async def test_a_draft_changed_between_the_look_and_the_commit_is_committed_as_it_is_now(
    world, harness, monkeypatch
) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    await world.want(family, child, canteen, "2022-09-05")
    commit = basket_store.commit_baskets
    calls = []

    async def wanting_more_first(*arguments):
        if not calls:
            await world.want(family, child, canteen, "2022-09-05", "2022-09-06")
        calls.append(arguments)
        return await commit(*arguments)

    monkeypatch.setattr("planning.entrypoints.desk.commit_baskets", wanting_more_first)
    assert (await world.commit(family)).json()["count"] == 2
    assert len(calls) == 2


async def test_a_call_that_fails_half_way_leaves_nothing(world, harness) -> None:
    canteen = await world.activity()
    family = await drafted(world, canteen, "2022-09-05")
    await harness.query("alter table outbox add constraint away check (subject is null) not valid")
    try:
        assert (await world.commit(family)).status_code == 500
    finally:
        await harness.query("alter table outbox drop constraint away")
    assert await harness.query("select 1 from reservation where family_id = $1", family) == []
    assert await harness.query("select 1 from place_count where activity_id = $1", canteen) == []
    assert (await world.commit(family)).status_code == 200


async def test_a_cancellation_gives_back_the_counters_of_its_reservation(world, harness) -> None:
    canteen = await world.activity(capacity=5)
    family, child = await world.enrolled(canteen)
    await world.book(family, child, canteen, "2022-09-05")
    await harness.query(
        "insert into place_count (tenant_id, activity_id, day, slot, counter, capacity, booked)"
        " select tenant_id, activity_id, day, slot, 'group:petits', 5, 1 from place_count where activity_id = $1",
        canteen,
    )
    await harness.query("update reservation set counters = '{\"\",group:petits}' where family_id = $1", family)
    assert (await world.want(family, child, canteen)).status_code == 200
    assert (await world.commit(family)).status_code == 200
    counts = await harness.query("select counter, booked from place_count where activity_id = $1 order by 1", canteen)
    assert [tuple(row) for row in counts] == [("", 0), ("group:petits", 0)]


async def test_every_table_read_once_gives_another_version_when_it_changes(harness) -> None:
    watched = await harness.query(
        "select c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid where t.tgname = 'calendars_change'"
    )
    tables = await harness.query(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    words = set(_READ.replace("(", " ").replace(")", " ").split())
    read = {row["relname"] for row in tables} & words - {"calendar_version"}
    assert read <= {row["relname"] for row in watched}
    assert len(read) == 7


async def test_families_who_look_at_once_are_read_together_each_its_own(world, monkeypatch) -> None:
    sizes: list[int] = []
    read = desk.look

    async def noting(asks, tenant_id, looks):
        sizes.append(len(looks))
        return await read(asks, tenant_id, looks)

    canteen = await world.activity()
    families = [await world.enrolled(canteen, f"Enfant {n}") for n in range(12)]
    for n, (family, child) in enumerate(families):
        assert (await world.want(family, child, canteen, SCHOOL_DAYS[n % 6])).status_code == 200
    await world.cells(*families[0], canteen)  # the calendars are known
    monkeypatch.setattr(desk, "look", noting)
    seen = await asyncio.gather(*(world.cells(family, child, canteen) for family, child in families))
    for n, cells in enumerate(seen):
        assert [day for day, cell in cells.items() if cell["wanted"]] == [SCHOOL_DAYS[n % 6]]
    assert sum(sizes) == 12
    assert len(sizes) < 6, sizes
