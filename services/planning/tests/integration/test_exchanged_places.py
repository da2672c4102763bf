"""A family gives one child's place to another in one basket, unless somebody waits for it."""

import pytest

MONDAY, TUESDAY = "2022-09-05", "2022-09-06"


@pytest.fixture
async def siblings(world):
    """A full canteen where Louis has Monday's place, and Estelle none."""
    canteen = await world.activity(capacity=1)
    family, (louis, estelle) = await world.family("Louis", "Estelle")
    for child in (louis, estelle):
        await world.adhesion(family, child, canteen)
    assert (await world.book(family, louis, canteen, MONDAY)).status_code == 200
    return canteen, family, louis, estelle


async def test_a_place_is_given_to_a_sibling_in_one_basket(world, harness, siblings) -> None:
    canteen, family, louis, estelle = siblings
    refused = await world.want(family, estelle, canteen, MONDAY)
    assert refused.json()["lines"][0]["slug"] == "day-full", "Louis still has it"
    await world.want(family, louis, canteen)
    assert (await world.want(family, estelle, canteen, MONDAY)).status_code == 200
    assert (await world.commit(family)).json()["count"] == 2
    held = "select member_id from reservation where activity_id = $1 and status = 'booked'"
    assert [row["member_id"] for row in await harness.query(held, canteen)] == [estelle]
    counts = await harness.query("select booked, capacity from place_count where activity_id = $1", canteen)
    assert [tuple(row) for row in counts] == [(1, 1)]


async def test_who_waits_for_the_place_comes_first(world, siblings) -> None:
    canteen, family, louis, estelle = siblings
    await world.want(family, louis, canteen)
    assert (await world.want(family, estelle, canteen, MONDAY)).status_code == 200
    waiting, child = await world.enrolled(canteen, "Zoé")
    body = {"member_id": str(child), "activity_id": str(canteen), "days": [MONDAY]}
    async with world.parent(waiting) as client:
        assert (await client.post("/waiting-list", json=body)).status_code == 200
    refused = await world.commit(family)
    assert refused.status_code == 409
    assert [line["first_name"] for line in refused.json()["lines"]] == ["Estelle"]


async def test_a_line_that_is_taken_out_takes_its_place_back(world, siblings) -> None:
    canteen, family, louis, estelle = siblings
    await world.want(family, louis, canteen)
    await world.want(family, estelle, canteen, MONDAY)
    await world.want(family, louis, canteen, MONDAY)
    refused = await world.commit(family)
    assert [line["slug"] for line in refused.json()["lines"]] == ["day-full"]
