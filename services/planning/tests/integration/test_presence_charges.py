"""Who was there without having booked is billed at the town's price, once, and no longer when the list is corrected."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.ids import new_id
from contracts.values import Role

MONDAY = "2022-09-05"
REAL = datetime.now(UTC)
TOLD = (
    "select body from kept.published_event where type = 'planning.reservations_committed.v1'"
    " and body::json ->> 'family_id' = $1 order by seq"
)


@pytest.fixture
async def canteen(world) -> Any:
    canteen = await world.activity()
    await _price(world, canteen, 150)
    return canteen


async def _price(world, canteen, percent) -> None:
    async with world.staff(Role.ADMINISTRATOR) as client:
        answer = await client.put(f"/activities/{canteen}/absence-policy", json={"unbooked_percent": percent})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["unbooked_percent"], f"{percent} %" in answer.json()["how"]) == (percent, percent > 0)


async def _tick(world, canteen, child, present, minutes_ago) -> None:
    mark = {
        "mark_id": str(new_id()),
        "member_id": str(child),
        "present": present,
        "marked_at": (REAL - timedelta(minutes=minutes_ago)).isoformat(),
    }
    async with world.staff() as client:
        body = {"activity_id": str(canteen), "day": MONDAY, "marks": [mark]}
        assert (await client.post("/presence/marks", json=body)).status_code == 204


async def _charged(world, family) -> list[tuple[Any, ...]]:
    """What billing is told, after the job has run twice."""
    for _ in range(2):
        await world.harness.run_job("charge-presences")
    bodies = [json.loads(row["body"]) for row in await world.harness.query(TOLD, str(family))]
    return [
        (state["element_name"], state["unit_price_cents"], state["status"], state["version"])
        for body in bodies
        for state in body["reservations"]
    ]


NAME = "Cantine d'Alixan – présence sans réservation"


async def test_billed_once_the_day_is_over(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await _tick(world, canteen, louis, True, 9)
    world.stand_at(2022, 9, 5, 20)
    assert await _charged(world, family) == [], "the list may still change"
    world.stand_at(2022, 9, 6, 8)
    assert await _charged(world, family) == [(NAME, 750, "booked", 1)]


async def test_a_corrected_list_takes_it_back_and_may_bring_it_again(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await _tick(world, canteen, louis, True, 9)
    world.stand_at(2022, 9, 6, 8)
    await _charged(world, family)
    await _tick(world, canteen, louis, False, 8)
    assert (await _charged(world, family))[1:] == [(NAME, 750, "cancelled", 2)]
    await _tick(world, canteen, louis, True, 7)
    await _price(world, canteen, 200)
    assert (await _charged(world, family))[2:] == [(NAME, 1000, "booked", 3)]
    await _price(world, canteen, 100)
    assert len(await _charged(world, family)) == 3, "what was billed keeps its price"


async def test_who_booked_or_is_not_priced_is_not_billed(world, canteen) -> None:
    booked, louis = await world.enrolled(canteen)
    assert (await world.book(booked, louis, canteen, MONDAY)).status_code == 200
    free, zoe = await world.enrolled(canteen, "Zoé")
    for child in (louis, zoe):
        await _tick(world, canteen, child, True, 9)
    await _price(world, canteen, 0)
    world.stand_at(2022, 9, 6, 8)
    assert [name for name, *_ in await _charged(world, booked)] == ["Cantine d'Alixan"]
    assert await _charged(world, free) == []


async def test_the_home_whose_day_it_is_pays(world, canteen, registered) -> None:
    mother, (theo,) = await world.family("Théo")
    father, _ = await world.family()
    await world.keep(registered("Théo", mother, father, member_id=theo))
    await world.adhesion(mother, theo, canteen, 350)
    await world.adhesion(father, theo, canteen, 500)
    async with world.staff() as client:
        custody = {"homes": [str(mother), str(father)], "even_weeks": str(father)}
        assert (await client.put(f"/members/{theo}/custody", json=custody)).status_code == 204
    await _tick(world, canteen, theo, True, 9)
    world.stand_at(2022, 9, 6, 8)
    assert await _charged(world, mother) == []
    assert [cents for _, cents, *_ in await _charged(world, father)] == [750]


async def test_it_is_stated_with_the_reservations(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await _tick(world, canteen, louis, True, 9)
    world.stand_at(2022, 9, 6, 8)
    await _charged(world, family)
    world.stand_at(2022, 9, 6, 9)
    async with world.staff(Role.REGISSEUR) as client:
        assert (await client.post("/statements")).is_success
    await world.harness.run_job("statements")
    pages = await world.harness.query(
        "select body from kept.published_event where type = 'planning.reservations_stated.v1' order by seq desc limit 5"
    )
    stated = [each for page in pages for each in json.loads(page["body"])["reservations"]]
    found = {each["reservation"]["element_name"] for each in stated if each["family_id"] == str(family)}
    assert found == {NAME}
