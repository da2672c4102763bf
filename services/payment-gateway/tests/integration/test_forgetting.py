"""What banks wrote names people: it is forgotten once no dispute may come, and what it proved stays."""

import hashlib
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.plugin import Harness


async def age(harness: Harness, attempt_id: str, days: int) -> None:
    await harness.query(
        "update bank_message set received_at = now() - make_interval(days => $2) where attempt_id = $1",
        UUID(attempt_id),
        days,
    )
    await harness.run_job("forget-bank-messages")


async def kept(harness: Harness, attempt_id: str) -> list[Any]:
    rows: list[Any] = await harness.query(
        "select * from bank_message where attempt_id = $1 order by message_id", UUID(attempt_id)
    )
    return rows


async def test_an_old_message_is_emptied_and_still_proves_the_payment(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    message = shop.bank.message(payment_id, 3400, trans="4242100")
    await shop.notify(attempt_id, message)
    told = await shop.history(payment_id)
    await age(harness, attempt_id, 395)
    assert [row["raw"] for row in await kept(harness, attempt_id)] == [message.encode()]
    await age(harness, attempt_id, 397)
    (row,) = await kept(harness, attempt_id)
    assert row["raw"] == b""
    assert row["digest"] == hashlib.sha256(message.encode()).digest(), "who has the bytes proves that they are those"
    assert (row["verdict"], row["amount_cents"], row["transaction_id"]) == ("valid", 3400, "4242100")
    assert sorted((await shop.history(payment_id)).splitlines()) == sorted(told.splitlines())


async def test_a_message_that_was_forgotten_is_known_again(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    message = shop.bank.message(payment_id, 3400)
    await shop.notify(attempt_id, message)
    await age(harness, attempt_id, 397)
    assert (await shop.notify(attempt_id, message)).status_code == 200
    (row,) = await kept(harness, attempt_id)
    assert (row["receptions"], row["verdict"]) == (2, "valid")
    assert await shop.published(payment_id) == [("succeeded", 3)]


@pytest.mark.parametrize(("status", "asked_again"), [("in_progress", None), ("refused", "now() + interval '1 day'")])
async def test_while_its_attempt_is_under_way_nothing_is_forgotten(
    shop: Any, harness: Harness, status: str, asked_again: str | None
) -> None:
    _, attempt_id = await shop.begin()
    await shop.notify(attempt_id, "montant=3400&sign=AAAA")
    await harness.query(
        f"update payment_attempt set status = $2, next_question_at = {asked_again or 'null'} where attempt_id = $1",
        UUID(attempt_id),
        status,
    )
    await age(harness, attempt_id, 500)
    assert [row["raw"] for row in await kept(harness, attempt_id)] == [b"montant=3400&sign=AAAA"]


async def test_what_waits_to_be_judged_is_not_forgotten(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    await harness.query(
        "update bank_message set verdict = null, judged_at = null where attempt_id = $1", UUID(attempt_id)
    )
    await age(harness, attempt_id, 500)
    assert all(row["raw"] for row in await kept(harness, attempt_id))


async def test_what_a_bank_answered_and_what_nobody_expected_are_forgotten_too(
    open_shop: Any, shop: Any, payzen: Any, calendar: Any, harness: Harness
) -> None:
    veyras = await open_shop("veyras", payzen)
    started = await veyras.start(await veyras.request())
    payzen.decide(started, "CAPTURED")
    await calendar.ask(started["attempt_id"])
    assert [row["channel"] for row in await kept(harness, started["attempt_id"])] == ["answer"]
    await age(harness, started["attempt_id"], 397)
    assert [row["raw"] for row in await kept(harness, started["attempt_id"])] == [b""]
    lost = shop.bank.message("lost-again", 100)
    assert (await shop.notify("00000000-0000-7000-8000-000000000001", lost)).status_code == 200
    await harness.query("update bank_message set received_at = now() - interval '397 days' where attempt_id is null")
    await harness.run_job("forget-bank-messages")
    rows = await harness.query("select raw from bank_message where digest = $1", hashlib.sha256(lost.encode()).digest())
    assert [row["raw"] for row in rows] == [b""]
