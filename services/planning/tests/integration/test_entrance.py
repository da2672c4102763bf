"""The entrance: a crowd comes in, the others are told their rank and time; each commune has its own."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, VEYRAS
from planning.adapters.entrance_store import SqlEntranceStore
from planning.application.enter import enter
from planning.domain.entrance import GOOD_FOR, Terms
from planning.entrypoints.http.entrance import Entrance

TERMS = Terms(at_once=3, per_second=2)


class Door:
    """The entrance of a commune, at a given second."""

    def __init__(self, harness) -> None:
        self.harness = harness
        self.opened = datetime.now(UTC) + timedelta(days=1)  # after every turn that other tests have given

    async def come(self, *families, at: float = 0, tenant=ALIXAN) -> list[float]:
        """The seconds at which each family's turn comes."""
        store = SqlEntranceStore(self.harness.runtime.database, tenant.tenant_id)
        turns = await enter(store, families, self.opened + timedelta(seconds=at), TERMS)
        return [(turn - self.opened).total_seconds() for turn in turns]


@pytest.fixture
async def door(harness):
    door = Door(harness)
    yield door
    await harness.query("delete from entrance")
    await harness.query("delete from entrance_ticket")


def families(number: int):
    return [new_id() for _ in range(number)]


async def test_a_crowd_comes_in_then_one_after_another(door) -> None:
    assert await door.come(*families(6)) == [0, 0, 0, 0.5, 1.0, 1.5]


async def test_a_family_keeps_its_turn_and_takes_no_second_one(door) -> None:
    early, late = families(5), new_id()
    await door.come(*early)
    assert await door.come(late, late, early[0], at=0.1) == [1.5, 1.5, 0]
    assert await door.come(late, new_id(), at=0.2) == [1.5, 2.0]


async def test_the_crowd_is_let_in_anew_once_the_rush_is_over(door) -> None:
    await door.come(*families(10))
    assert await door.come(*families(4), at=60) == [60, 60, 60, 60.5]


async def test_a_turn_ends(door) -> None:
    (family,) = families(1)
    await door.come(family)
    later = GOOD_FOR.total_seconds() + 1
    assert await door.come(family, at=later) == [later]


async def test_one_commune_does_not_hold_up_another(door) -> None:
    await door.come(*families(50))
    assert await door.come(*families(3), tenant=VEYRAS) == [0, 0, 0]


async def test_who_comes_at_the_same_time_shares_no_turn(door) -> None:
    turns = await asyncio.gather(*(door.come(new_id()) for _ in range(23)))
    assert sorted(turn for (turn,) in turns) == [0, 0, 0, *(n / 2 for n in range(1, 21))]


async def test_over_http_rank_and_time_are_told(world, harness, door, monkeypatch) -> None:
    monkeypatch.setattr(Entrance, "_ask", lambda *_: asyncio.sleep(0, [datetime.now(UTC) + timedelta(seconds=90)]))
    canteen = await world.activity()
    family, child = await world.enrolled(canteen, "Louis")
    answer = await world.want(family, child, canteen, "2022-09-05")
    assert answer.status_code == 429
    problem = answer.json()
    assert problem["type"].endswith("not-yet-in")
    assert 60 <= problem["retry_after"] <= 90
    assert answer.headers["retry-after"] == str(problem["retry_after"])
    assert problem["rank"] > 1
    assert "votre place est gardée" in problem["detail"]


async def test_turns_that_are_over_are_forgotten(door, harness) -> None:
    (gone,) = families(1)
    await door.come(gone, at=-2 * 86400)
    await harness.run_job("forget-turns")
    assert await harness.query("select 1 from entrance_ticket where family_id = $1", gone) == []
