"""Committing at the same time, twice, too late, or a full day: whole or not at all, never oversold."""

import asyncio

import pytest

from chassis.ids import new_id
from chassis.testing.counting import counted_statements
from contracts.values import Role

NOTHING_BOOKED = "select count(*) as n from reservation where family_id = $1 and status = 'booked'"


async def test_fifty_families_for_the_last_five_places(world, harness) -> None:
    canteen = await world.activity(capacity=5)
    families = [await world.enrolled(canteen, f"Enfant {n}") for n in range(50)]
    for family, child in families:
        assert (await world.want(family, child, canteen, "2022-09-05", "2022-09-06")).status_code == 200
    answers = await asyncio.gather(*(world.commit(family) for family, _ in families))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [409] * 45
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["type"].endswith("lines-refused")
    assert {(line["day"], line["slug"]) for line in refused["lines"]} == {
        ("2022-09-05", "day-full"),
        ("2022-09-06", "day-full"),
    }
    assert all(line["reason"].startswith("Complet") and line["element_name"] for line in refused["lines"])
    counts = await harness.query("select booked, capacity from place_count where activity_id = $1", canteen)
    assert [tuple(row) for row in counts] == [(5, 5), (5, 5)]
    assert len(await harness.query("select 1 from reservation where activity_id = $1", canteen)) == 10


async def test_families_wanting_different_days_in_any_order_never_block_each_other(world, harness) -> None:
    activities = [await world.activity(f"Atelier {n}", capacity=100) for n in range(3)]
    days = ["2022-09-05", "2022-09-06", "2022-09-08", "2022-09-09"]

    async def one(n: int) -> int:
        family, (child,) = await world.family("Louis")
        for step in range(3):
            activity = activities[(n + step) % 3]
            await world.adhesion(family, child, activity)
            assert (await world.want(family, child, activity, *days[n % 4 :])).status_code == 200
        return (await world.commit(family)).status_code

    assert set(await asyncio.gather(*(one(n) for n in range(12)))) == {200}
    counts = await harness.query(
        "select p.booked, (select count(*) from reservation r where (r.activity_id, r.day) = (p.activity_id, p.day)) n"
        " from place_count p where p.activity_id = any($1)",
        activities,
    )
    assert len(counts) == 12
    assert all(row["booked"] == row["n"] for row in counts)


async def test_one_full_day_refuses_the_whole_basket(world, harness) -> None:
    canteen = await world.activity(capacity=1)
    late, (louis, estelle) = await world.family("Louis", "Estelle")
    for child in (louis, estelle):
        await world.adhesion(late, child, canteen)
        await world.want(late, child, canteen, "2022-09-05", "2022-09-06")
    answer = await world.commit(late)
    assert answer.status_code == 409
    assert {line["first_name"] for line in answer.json()["lines"]} == {"Louis", "Estelle"}
    assert (await harness.query(NOTHING_BOOKED, late))[0]["n"] == 0
    async with world.parent(late) as client:
        assert (await client.get("/draft")).json()["count"] == 4
        await world.want(late, estelle, canteen)
    assert (await world.commit(late)).status_code == 200


async def test_a_family_can_swap_its_own_last_place(world) -> None:
    canteen = await world.activity(capacity=1)
    family, (louis, estelle) = await world.family("Louis", "Estelle")
    for child in (louis, estelle):
        await world.adhesion(family, child, canteen)
    await world.book(family, louis, canteen, "2022-09-05")
    refused = await world.want(family, estelle, canteen, "2022-09-05")
    assert refused.json()["lines"][0]["slug"] == "day-full"


async def test_two_parents_book_the_same_childs_day_at_once(world, harness, registered) -> None:
    canteen = await world.activity()
    (mother, (theo,)), (father, _) = await world.family("Théo"), await world.family()
    await world.keep(registered("Théo", mother, father, member_id=theo))
    for family in (mother, father):
        await world.adhesion(family, theo, canteen)
        assert (await world.want(family, theo, canteen, "2022-09-05")).status_code == 200
    answers = await asyncio.gather(world.commit(mother), world.commit(father))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = next(answer for answer in answers if answer.status_code == 409).json()["lines"]
    assert refused["slug"] == "already-booked"
    assert "autre foyer" in refused["reason"]
    assert len(await harness.query("select 1 from reservation where member_id = $1", theo)) == 1


async def test_the_same_parent_twice_at_once_books_once(world, harness) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.want(family, louis, canteen, "2022-09-05")
    answers = await asyncio.gather(*(world.commit(family) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert {answer.json()["type"][-11:] for answer in answers if answer.status_code == 409} == {"draft-empty"}
    assert (await harness.query(NOTHING_BOOKED, family))[0]["n"] == 1


async def test_the_same_key_gives_the_same_answer(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.want(family, louis, canteen, "2022-09-05")
    async with world.parent(family, **{"idempotency-key": str(new_id())}) as client:
        first = await client.post("/draft/commit")
        second = await client.post("/draft/commit")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()


async def test_the_deadline_is_checked_again_at_the_commit(world, harness) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.want(family, louis, canteen, "2022-09-06", "2022-09-12")
    world.stand_at(2022, 9, 1, 10, 1)
    answer = await world.commit(family)
    (line,) = answer.json()["lines"]
    assert (answer.status_code, line["day"], line["slug"]) == (409, "2022-09-06", "deadline-passed")
    assert line["reason"] == (
        "Trop tard : les réservations pour le 6 septembre 2022 étaient possibles jusqu'au jeudi 1er septembre 2022 "
        "à 12h00. Pour une demande exceptionnelle, contactez la mairie au 04 75 00 00 00."
    )
    assert (await harness.query(NOTHING_BOOKED, family))[0]["n"] == 0
    async with world.parent(family) as client:
        assert [x["possible"] for x in (await client.get("/draft")).json()["lines"]] == [False, True]
        assert [x["day"] for x in (await client.delete("/draft/impossible-lines")).json()["lines"]] == ["2022-09-12"]
    assert (await world.commit(family)).status_code == 200


async def test_a_closure_since_the_draft_refuses_the_commit(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.want(family, louis, canteen, "2022-09-05")
    async with world.staff(Role.ADMINISTRATOR) as client:
        calendar = (await client.get(f"/activities/{canteen}/calendar")).json()
        closed = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
        closed["closures"] = [{"from": "2022-09-05", "to": "2022-09-06", "reason": "Grève"}]
        assert (await client.put(f"/activities/{canteen}/calendar", json=closed)).status_code == 200
    (line,) = (await world.commit(family)).json()["lines"]
    assert (line["slug"], line["reason"]) == ("day-closed", "Grève")


async def test_lowering_the_capacity_keeps_who_is_booked_and_sells_no_more(world, harness) -> None:
    canteen = await world.activity(capacity=3)
    families = [await world.enrolled(canteen) for _ in range(4)]
    for family, child in families[:3]:
        assert (await world.book(family, child, canteen, "2022-09-05")).status_code == 200
    async with world.staff(Role.ADMINISTRATOR) as client:
        calendar = (await client.get(f"/activities/{canteen}/calendar")).json()
        lowered = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
        assert (await client.put(f"/activities/{canteen}/calendar", json=lowered | {"capacity": 1})).status_code == 200
    family, child = families[0]
    await world.want(family, child, canteen)
    await world.commit(family)
    family, child = families[3]
    assert (await world.want(family, child, canteen, "2022-09-05")).json()["lines"][0]["slug"] == "day-full"
    counts = await harness.query("select booked, capacity from place_count where activity_id = $1", canteen)
    assert [tuple(row) for row in counts] == [(2, 2)]


async def test_statements_do_not_grow_with_the_basket(world, harness) -> None:
    canteen, nursery = await world.activity(), await world.activity("Garderie")
    family, (louis, estelle) = await world.family("Louis", "Estelle")
    for child in (louis, estelle):
        await world.adhesion(family, child, canteen)
        await world.adhesion(family, child, nursery)
    await world.want(family, louis, canteen, "2022-09-01")
    with counted_statements(harness) as small:
        assert (await world.commit(family)).json()["count"] == 1
    school_days = [f"2022-09-{day:02}" for day in (2, 5, 6, 8, 9, 12, 13, 15, 16, 19, 20, 22, 23, 26, 27, 29, 30)]
    for child in (louis, estelle):
        for activity in (canteen, nursery):
            await world.want(family, child, activity, *school_days)
    with counted_statements(harness) as large:
        assert (await world.commit(family)).json()["count"] == 4 * 17 + 1
    assert len(large) == len(small) == 2


@pytest.mark.parametrize("number", [1, 4])
async def test_statements_of_the_planning_do_not_grow_with_activities(world, harness, number) -> None:
    family, (louis,) = await world.family("Louis")
    for n in range(number):
        activity = await world.activity(f"Atelier {n}", capacity=10, last_places=2)
        await world.adhesion(family, louis, activity)
    await world.book(family, louis, activity, "2022-09-05")
    with counted_statements(harness) as statements:
        await world.cells(family, louis, activity)
    assert len(statements) == 1


async def test_the_database_refuses_what_the_code_would_let_through(harness, world) -> None:
    canteen = await world.activity(capacity=1)
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, "2022-09-05")
    with pytest.raises(Exception, match="place_count_check"):
        await harness.query("update place_count set booked = 2 where activity_id = $1", canteen)
    with pytest.raises(Exception, match="reservation_booked_idx"):
        await harness.query(
            "insert into reservation select tenant_id, gen_random_uuid(), version, basket_id, family_id, member_id,"
            " activity_id, regie_id, day, tariff_label, unit_price_cents, status, booked_at, cancelled_at"
            " from reservation where family_id = $1",
            family,
        )
