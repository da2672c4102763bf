"""Paybox is asked: a lost message is found by PPPS, the same transaction settles once however it is told."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.plugin import Harness
from contracts.values import Role


async def taken(harness: Harness, payment_id: str) -> list[tuple[str, str, str | None, int]]:
    rows = await harness.query(
        "select outcome, transaction_id, call_number, amount_cents from bank_transaction where payment_id = $1",
        UUID(payment_id),
    )
    return [(row["outcome"], row["transaction_id"], row["call_number"], row["amount_cents"]) for row in rows]


@pytest.mark.parametrize("status", ["Capturé", "Autorisé"])
async def test_a_lost_message_is_asked_for(
    alixan: Any, pays: Any, calendar: Any, harness: Harness, status: str
) -> None:
    payment_id, attempt_id = await alixan.begin()
    tried, message = pays.accept(alixan, payment_id, status=status)
    await calendar.ask(attempt_id)
    assert await alixan.published(payment_id) == [("succeeded", 3)]
    assert await calendar.next_question(attempt_id) is None
    assert await taken(harness, payment_id) == [("settled", tried.transaction, tried.call, 3400)]
    assert "Réponse de la banque" in await alixan.history(payment_id)
    find, tell = pays.asked
    assert (find["TYPE"], tell["TYPE"], int(tell["NUMTRANS"])) == ("00011", "00017", int(tried.transaction))
    assert (find["MONTANT"], find["DEVISE"], find["REFERENCE"]) == ("0000003400", "978", payment_id)
    await alixan.notify(attempt_id, message)
    assert await alixan.verdicts(attempt_id) == ["valid", "duplicate"]
    assert await alixan.published(payment_id) == [("succeeded", 3)]


async def test_a_message_first_then_the_question(alixan: Any, pays: Any, calendar: Any, harness: Harness) -> None:
    """The bank pads its numbers in answers: they are those of its message."""
    payment_id, attempt_id = await alixan.begin()
    tried, message = pays.accept(alixan, payment_id)
    await alixan.notify(attempt_id, message)
    await calendar.ask(attempt_id)
    assert await alixan.verdicts(attempt_id) == ["valid", "duplicate"]
    assert await taken(harness, payment_id) == [("settled", tried.transaction, tried.call, 3400)]
    assert await calendar.next_question(attempt_id) is None


async def test_messages_and_questions_at_once_settle_once_each(
    alixan: Any, pays: Any, calendar: Any, harness: Harness
) -> None:
    begun = [await alixan.begin() for _ in range(20)]
    messages = [pays.accept(alixan, payment_id)[1] for payment_id, _ in begun]
    for _, attempt_id in begun:
        await calendar.age(attempt_id, 1)
    told = zip(begun, messages, strict=True)
    await asyncio.gather(
        harness.run_job("ask-banks"),
        *(alixan.notify(attempt_id, message) for (_, attempt_id), message in told),
        *(alixan.come_back(attempt_id, messages[number]) for number, (_, attempt_id) in enumerate(begun)),
    )
    for payment_id, _ in begun:
        assert await alixan.published(payment_id) == [("succeeded", 3)]
        assert [outcome for outcome, *_ in await taken(harness, payment_id)] == ["settled"]
    numbers = [asked["NUMQUESTION"] for asked in pays.asked]
    assert len(numbers) == len(set(numbers)) > 20


async def test_the_way_back_brings_the_question_forward(alixan: Any, pays: Any) -> None:
    payment_id, attempt_id = await alixan.begin()
    _, message = pays.accept(alixan, payment_id)
    await alixan.come_back(attempt_id, message)
    await alixan.wait_for(payment_id, "succeeded")


async def test_a_refusal_is_told_only_once_the_page_is_closed(alixan: Any, pays: Any, calendar: Any) -> None:
    payment_id, attempt_id = await alixan.begin()
    pays.accept(alixan, payment_id, status="Refusé", authorisation="")
    await calendar.ask(attempt_id, minutes=19.5)
    assert await alixan.status(payment_id) == "in_progress"
    await calendar.ask(attempt_id, minutes=20.5)
    told = await alixan.payment(payment_id)
    assert (told["status"], "Rien n'a été débité" in told["reason"]) == ("refused", True)
    assert await calendar.next_question(attempt_id) is None


async def test_a_refused_attempt_then_a_paid_one_share_a_reference(
    alixan: Any, pays: Any, calendar: Any, harness: Harness
) -> None:
    payment_id, first = await alixan.begin()
    refused, _ = pays.accept(alixan, payment_id, status="Refusé", authorisation="")
    second = (await alixan.start(payment_id, confirmed=True))["attempt_id"]
    await calendar.ask(second, minutes=2)
    assert await alixan.status(payment_id) == "in_progress", "the second page is still open"
    paid, message = pays.accept(alixan, payment_id)
    await asyncio.gather(*(calendar.age(each, 3) for each in (first, second)))
    await asyncio.gather(harness.run_job("ask-banks"), alixan.notify(second, message))
    assert await alixan.published(payment_id) == [("succeeded", 4)]
    assert [(outcome, number) for outcome, number, *_ in await taken(harness, payment_id)] == [
        ("settled", paid.transaction)
    ]
    assert refused.transaction != paid.transaction


async def test_nothing_found_ends_when_the_page_is_closed(alixan: Any, pays: Any, calendar: Any) -> None:
    payment_id, attempt_id = await alixan.begin()
    await calendar.ask(attempt_id, minutes=19.5)
    assert await alixan.status(payment_id) == "in_progress"
    await calendar.ask(attempt_id, minutes=20.5)
    assert await alixan.status(payment_id) == "expired"
    assert await calendar.next_question(attempt_id) is None
    _, message = pays.accept(alixan, payment_id)
    await alixan.notify(attempt_id, message)
    assert [status for status, _ in await alixan.published(payment_id)] == ["expired", "succeeded"]


@pytest.mark.parametrize("status", ["Remboursé", "Crédit", "Crédit Annulé", "Rejet support", "Mot nouveau", ""])
async def test_words_that_do_not_say_paid_decide_nothing(
    alixan: Any, pays: Any, calendar: Any, harness: Harness, status: str
) -> None:
    payment_id, attempt_id = await alixan.begin()
    pays.accept(alixan, payment_id, status=status)
    await calendar.ask(attempt_id, minutes=30)
    assert await alixan.status(payment_id) == "in_progress"
    assert await taken(harness, payment_id) == []
    assert await calendar.next_question(attempt_id) is not None


async def test_cancelled_at_the_bank(alixan: Any, pays: Any, calendar: Any) -> None:
    payment_id, attempt_id = await alixan.begin()
    pays.accept(alixan, payment_id, status="Annulé")
    await calendar.ask(attempt_id, minutes=30)
    assert await alixan.status(payment_id) == "cancelled"


@pytest.mark.parametrize(
    ("more", "reason"),
    [({"MONTANT": "0000003399"}, "amount-mismatch"), ({"MONTANT": "3400", "DEVISE": "840"}, "currency-mismatch")],
)
async def test_money_that_is_not_what_was_due_waits_for_a_decision(
    alixan: Any, pays: Any, calendar: Any, more: dict[str, str], reason: str
) -> None:
    payment_id, attempt_id = await alixan.begin()
    pays.accept(alixan, payment_id, more=more)
    await calendar.ask(attempt_id)
    assert await alixan.status(payment_id) == "to_review"
    async with alixan.client(Role.REGISSEUR) as client:
        listed = (await client.get("/surpluses", params={"decision": "to_decide"})).json()["items"]
    (item,) = [item for item in listed if item["payment_id"] == payment_id]
    assert (item["amount_cents"], item["reason"]) == (int(more["MONTANT"]), reason)


@pytest.mark.parametrize("code", ["00001", "00003", "00005", "00006", "00039", "00097", "00098", "00099", "77777"])
async def test_a_bank_that_says_nothing_is_asked_again(alixan: Any, pays: Any, calendar: Any, code: str) -> None:
    payment_id, attempt_id = await alixan.begin()
    pays.accept(alixan, payment_id)
    pays.code = code
    await calendar.ask(attempt_id, minutes=60)
    assert await alixan.status(payment_id) == "in_progress"
    pays.code = ""
    await calendar.ask(attempt_id, minutes=60)
    assert await alixan.status(payment_id) == "succeeded"


@pytest.mark.parametrize("changed", [{"NUMQUESTION": "7"}, {"SITE": "1999887"}, {"RANG": ""}, {"NUMTRANS": "0"}])
async def test_an_answer_to_something_else_is_none(
    alixan: Any, pays: Any, calendar: Any, harness: Harness, changed: dict[str, str]
) -> None:
    payment_id, attempt_id = await alixan.begin()
    pays.accept(alixan, payment_id)
    pays.changed = changed
    await calendar.ask(attempt_id)
    assert (await alixan.status(payment_id), await taken(harness, payment_id)) == ("in_progress", [])


async def test_without_ppps_the_bank_is_not_asked(shop: Any, calendar: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    assert await calendar.next_question(attempt_id) is None
    (row,) = await harness.query("select expires_at from payment where payment_id = $1", UUID(payment_id))
    left = row["expires_at"] - datetime.now(UTC)
    assert timedelta(minutes=19) < left <= timedelta(minutes=20)
