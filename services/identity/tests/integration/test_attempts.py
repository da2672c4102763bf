"""Growing delays, shared in the database."""

import asyncio
from typing import Any

import pytest

from chassis.ids import new_id
from identity.adapters.hashing import ArgonHasher
from identity.application.ports import BusyError

PASSWORD = "girafe pliante du jeudi"


async def fail(town: Any, user_name: str, times: int, address: str = "") -> list[int]:
    return [(await town.log_in(user_name, "une mauvaise phrase", address)).status_code for _ in range(times)]


async def test_guessing_one_account_is_slowed_down(town: Any) -> None:
    parent = await town.parent("Devinette")
    attacker = str(new_id())
    assert await fail(town, parent["user_name"], 6, attacker) == [401] * 6
    refused = await town.log_in(parent["user_name"], PASSWORD, attacker)
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:portail-famille:problem:too-many-attempts")
    assert 1 <= refused.json()["retry_after_seconds"] <= 5
    assert "Réessayez dans" in refused.json()["detail"]
    assert (await town.log_in(parent["user_name"])).status_code == 200, "the parent elsewhere is not held"


async def test_a_forged_address_does_not_help(town: Any) -> None:
    """The gateway writes the last hop; what stands before it and other headers come from the caller."""
    gateway_saw = str(new_id())
    statuses = []
    for number in range(7):
        headers = {"x-forwarded-for": f"203.0.113.{number}, {gateway_saw}", "x-real-ip": f"203.0.113.{number}"}
        async with town.harness.client() as client:
            body = {"user_name": "qui.se.cache", "password": "x"}
            statuses.append((await client.post("/sessions", json=body, headers=headers)).status_code)
    assert statuses == [401] * 6 + [429]


async def test_unknown_names_are_slowed_down_alike(town: Any) -> None:
    assert await fail(town, "nulle.part", 7, str(new_id())) == [401] * 6 + [429]


async def test_attempts_sent_at_once_do_not_slip_through(town: Any) -> None:
    attacker = str(new_id())
    answers = await asyncio.gather(*(town.log_in("tout.dun.coup", "x", attacker) for _ in range(30)))
    assert sorted(answer.status_code for answer in answers)[:7] == [401] * 6 + [429]


async def test_guesses_from_many_addresses_do_not_lock_the_parent_out(town: Any) -> None:
    parent, home = await town.parent("Assiegee"), str(new_id())
    assert (await town.log_in(parent["user_name"], address=home)).status_code == 200
    statuses = await fail(town, parent["user_name"], 24)
    assert statuses[-1] == 429, "each from an address of its own, and yet slowed down"
    assert (await town.log_in(parent["user_name"])).status_code == 429
    assert (await town.log_in(parent["user_name"], address=home)).status_code == 200


async def test_a_refused_attempt_does_not_lengthen_the_wait(town: Any) -> None:
    attacker = str(new_id())
    await fail(town, "sans.allonger", 6, attacker)
    before = await town.harness.query("select max(blocked_until) as until from attempt")
    assert await fail(town, "sans.allonger", 5, attacker) == [429] * 5
    assert await town.harness.query("select max(blocked_until) as until from attempt") == before


async def test_an_address_that_tries_many_names_is_slowed_down(town: Any) -> None:
    attacker = str(new_id())
    await fail(town, "un.nom", 1, attacker)
    await town.harness.query(
        "update attempt set level = 200 where kind = 'address' and as_of = (select max(as_of) from attempt)"
    )
    assert await fail(town, "autre.nom", 1, attacker) == [401]
    assert await fail(town, "encore.un", 1, attacker) == [429]


async def test_neither_names_nor_addresses_are_kept_in_clear(town: Any) -> None:
    await fail(town, "nom.secret", 1, "192.0.2.77")
    rows = await town.harness.query("select kind, digest from attempt")
    assert {len(row["digest"]) for row in rows} == {32}


async def test_a_rush_is_answered_honestly() -> None:
    hasher = ArgonHasher(threads=1, longest_wait_seconds=0.001)
    results = await asyncio.gather(*(hasher.verify(None, "x") for _ in range(5)), return_exceptions=True)
    assert results[0] is False
    assert all(isinstance(result, BusyError) for result in results[1:])
    assert await hasher.verify(await hasher.hash("encore libre"), "encore libre")


async def test_busy_is_a_503(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_arguments: object) -> bool:
        raise BusyError

    monkeypatch.setattr(ArgonHasher, "verify", busy)
    refused = await town.log_in("qui.que.ce.soit")
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:portail-famille:problem:busy")
    assert refused.headers["Retry-After"] == "5"
