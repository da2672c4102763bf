"""A thousand guesses, in every shape: few are tried, and the people of the commune still come in.

Each test prints its figures (``pytest -s``).
"""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from typing import Any
from unittest.mock import AsyncMock

import argon2
import httpx
import pytest
import pytest_asyncio

from chassis.ids import new_id
from identity.adapters.turns import Turns
from identity.application.ports import BusyError, Caller
from identity.entrypoints.context import parts_of

GUESSES = 1000
PASSWORD = "girafe pliante du jeudi"


def tell(figures: str) -> None:
    print(f"\n{figures}")


async def known_device(town: Any, user_name: str) -> str:
    """What a login on a device of their own gives."""
    return (await town.log_in(user_name)).json()["device"]


async def guess(town: Any, attempts: Iterable[tuple[str, str]], at_once: int = 50) -> Counter[int]:
    """Sends (user name, address) with a wrong password; the answers by status."""
    free, statuses = asyncio.Semaphore(at_once), Counter[int]()
    async with town.harness.client() as client:

        async def one(user_name: str, address: str) -> None:
            async with free:
                body = {"user_name": user_name, "password": "une mauvaise phrase"}
                answer = await client.post("/sessions", json=body, headers={"x-forwarded-for": address})
            statuses[answer.status_code] += 1
            if answer.status_code == 429:
                assert answer.json()["retry_after_seconds"] > 0

        await asyncio.gather(*(one(*attempt) for attempt in attempts))
    return statuses


async def timed(town: Any, user_name: str, **more: Any) -> tuple[float, httpx.Response]:
    began = time.perf_counter()
    answer = await town.log_in(user_name, **more)
    return time.perf_counter() - began, answer


async def test_at_one_account_from_one_address(town: Any) -> None:
    parent = await town.parent("Visée")
    statuses = await guess(town, ((parent["user_name"], "203.0.113.1") for _ in range(GUESSES)))
    seconds, elsewhere = await timed(town, parent["user_name"])
    tell(f"one account, one address: {GUESSES} guesses, {statuses[401]} tried; the parent in {seconds:.2f} s")
    assert statuses == {401: statuses[401], 429: GUESSES - statuses[401]}
    assert 5 <= statuses[401] <= 12
    assert elsewhere.status_code == 200


async def test_at_one_account_from_a_thousand_addresses(town: Any) -> None:
    parent, home = await town.parent("Encerclée"), str(new_id())
    await town.log_in(parent["user_name"], address=home)
    telephone = await known_device(town, parent["user_name"])
    statuses = await guess(town, ((parent["user_name"], str(new_id())) for _ in range(GUESSES)))
    at_home = await town.log_in(parent["user_name"], address=home)
    on_the_train = await town.log_in(parent["user_name"], device=telephone)
    on_a_new_device = await town.log_in(parent["user_name"], device=telephone[:-1] + "x")
    wait = on_a_new_device.json().get("retry_after_seconds", 0)
    tell(f"one account, {GUESSES} addresses: {statuses[401]} tried; a new device waits {wait} s")
    assert statuses[401] + statuses[429] == GUESSES
    assert 20 <= statuses[401] <= 35
    assert (at_home.status_code, on_the_train.status_code) == (200, 200)
    assert on_a_new_device.status_code == 200 or "Réessayez dans" in on_a_new_device.json()["detail"]
    assert wait <= 60


async def test_at_a_thousand_accounts_from_one_address(town: Any) -> None:
    """One common password at every account. A school behind the same address keeps its known devices."""
    parent, school = await town.parent("Arrosée"), "203.0.113.3"
    device = await known_device(town, parent["user_name"])
    statuses = await guess(town, ((f"compte.{number}", school) for number in range(GUESSES)))
    at_school = await town.log_in(parent["user_name"], address=school, device=device)
    stranger = await town.log_in("une.autre", address=school)
    wait = stranger.json().get("retry_after_seconds", 0)
    tell(f"{GUESSES} accounts, one address: {statuses[401]} tried, {statuses[503]} put off; then a wait of {wait} s")
    assert statuses[401] <= 230
    assert statuses[429] >= GUESSES - 230 - statuses[503]
    assert at_school.status_code == 200
    assert (stranger.status_code, wait <= 60) == (429, True)


async def test_at_a_thousand_accounts_from_a_thousand_addresses(town: Any) -> None:
    """Nothing tells such guesses from people. They are worked off, and whoever is known passes before them."""
    parent = await town.parent("Pressée")
    device = await known_device(town, parent["user_name"])
    attempts = ((f"nom.{new_id()}", str(new_id())) for _ in range(GUESSES))
    flood = [asyncio.create_task(guess(town, [attempt])) for attempt in attempts]
    await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
    waits = []
    while not all(guessed.done() for guessed in flood) and len(waits) < 20:
        seconds, answer = await timed(town, parent["user_name"], device=device)
        assert answer.status_code == 200, answer.text
        waits.append(seconds)
    statuses = sum(await asyncio.gather(*flood), Counter())
    tell(
        f"{GUESSES} accounts, {GUESSES} addresses: {statuses[401]} tried, {statuses[503]} put off;"
        f" {len(waits)} logins meanwhile, median {statistics.median(waits):.2f} s, longest {max(waits):.2f} s"
    )
    assert statuses[401] + statuses[503] == GUESSES
    assert waits, "the flood was over before anyone logged in"


async def test_an_unknown_account_answers_alike_after_the_same_work(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is counted: a busy machine lets the same work take different times. Its time is told."""
    parent, verified, spent = await town.parent("Chronométrée"), [], []
    verify = argon2.PasswordHasher.verify

    def noting(self: argon2.PasswordHasher, password_hash: str, password: str) -> bool:
        verified.append(argon2.extract_parameters(password_hash))
        return verify(self, password_hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noting)
    for user_name in (parent["user_name"], f"personne.{new_id()}"):
        seconds, answer = await timed(town, user_name, password="une mauvaise phrase")
        spent.append((seconds, answer.status_code, answer.json()))
    (known_seconds, *known), (unknown_seconds, *unknown) = spent
    tell(f"known {known_seconds * 1000:.0f} ms, unknown {unknown_seconds * 1000:.0f} ms")
    assert known == unknown
    assert known[0] == 401
    assert len(verified) == 2, "one of them does not verify a password"
    assert verified[0] == verified[1]


async def test_who_is_put_off_has_not_tried(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    parent, address = await town.parent("Patiente"), str(new_id())
    with monkeypatch.context() as nobody_has_a_turn:
        nobody_has_a_turn.setattr(Turns, "_take", AsyncMock(side_effect=BusyError))
        answers = [await town.log_in(parent["user_name"], address=address) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [503] * 12
    assert "Réessayez dans quelques secondes" in answers[0].json()["detail"]
    assert (await town.log_in(parent["user_name"], address=address)).status_code == 200


@pytest_asyncio.fixture(loop_scope="session")
async def crowd(town: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """From its call until it is closed all places are taken, and nobody has the patience to wait."""
    turns = parts_of(town.harness.runtime).logins
    async with AsyncExitStack() as working:

        async def come() -> AsyncExitStack:
            monkeypatch.setattr(turns, "longest_wait_seconds", 0.01)
            for number in range(turns._free):
                await working.enter_async_context(turns.of(Caller(f"working {number}", known=False)))
            return working

        yield come


async def test_who_is_put_off_has_a_rank_and_keeps_the_place(town: Any, crowd: Any) -> None:
    await crowd()
    first, second = await town.log_in("qui.attend"), await town.log_in("autre.personne")
    assert first.headers["retry-after"] == str(first.json()["retry_after"])
    assert (first.status_code, first.json()["type"]) == (503, "urn:portail-famille:problem:busy")
    ranks = [answer.json()["rank"] for answer in (first, second)]
    back = await town.log_in("qui.attend", ticket=first.json()["ticket"])
    assert (ranks[1] - ranks[0], back.json()["rank"]) == (1, ranks[0]), "before who came later"
    again = await town.log_in("qui.attend", ticket=first.json()["ticket"])
    assert again.json()["rank"] > ranks[1], "a ticket serves once"
    for ticket in (second.json()["ticket"], back.json()["ticket"][:-1] + "x", "faux"):
        ignored = await town.log_in("qui.attend", ticket=ticket)
        assert ignored.json()["rank"] > again.json()["rank"] - 1, "another's, a forged one, none"
    assert (await town.log_in("qui.attend", ticket=back.json()["ticket"])).json()["rank"] == ranks[0]


async def test_a_ticket_helps_no_guess(town: Any, crowd: Any) -> None:
    parent, attacker = await town.parent("Ticketée"), str(new_id())
    crowded = await crowd()
    tickets = [(await town.log_in(parent["user_name"], address=attacker)).json()["ticket"] for _ in range(8)]
    await crowded.aclose()
    wrong, address = "une mauvaise phrase", attacker
    answers = [await town.log_in(parent["user_name"], wrong, address, ticket=ticket) for ticket in tickets]
    assert [answer.status_code for answer in answers] == [401] * 6 + [429] * 2
    assert "ticket" not in answers[-1].json()
    assert (await town.log_in(parent["user_name"])).status_code == 200


async def test_a_device_keeps_its_value(town: Any) -> None:
    parent = await town.parent("Fidèle")
    first = await known_device(town, parent["user_name"])
    again = (await town.log_in(parent["user_name"], device=first)).json()["device"]
    forged = (await town.log_in(parent["user_name"], device="x." + first.partition(".")[2])).json()["device"]
    assert again == first
    assert forged not in {first, None}


async def test_a_stolen_device_value_guesses_no_further_than_any_other(town: Any) -> None:
    parent = await town.parent("Dérobée")
    device = await known_device(town, parent["user_name"])
    statuses = [
        (await town.log_in(parent["user_name"], "une mauvaise phrase", device=device)).status_code for _ in range(8)
    ]
    assert statuses == [401] * 6 + [429] * 2
    assert (await town.log_in(parent["user_name"])).status_code == 200, "without that value, elsewhere"


async def test_a_device_known_to_one_account_is_nothing_to_another(town: Any) -> None:
    mine, other = await town.parent("Mienne"), await town.parent("Autrui")
    device = await known_device(town, mine["user_name"])
    statuses = await guess(town, ((other["user_name"], str(new_id())) for _ in range(25)), at_once=1)
    assert statuses[429] >= 1
    assert (await town.log_in(other["user_name"], device=device)).status_code == 429
