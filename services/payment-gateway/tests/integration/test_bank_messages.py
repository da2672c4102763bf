"""The bank's messages over real HTTP and a real database: each trap of the protocol, and what becomes of the money."""

from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import Harness
from contracts.values import Role


async def expire(harness: Harness, payment_id: str) -> None:
    await harness.query(
        "update payment set expires_at = now() - interval '1 second' where payment_id = $1", UUID(payment_id)
    )
    await harness.run_job("expire-silent-payments")


async def test_a_success_settles_and_is_told(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    assert await shop.status(payment_id) == "in_progress"
    answer = await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    assert (answer.status_code, answer.content) == (200, b"")
    payment = await shop.payment(payment_id)
    assert (payment["status"], payment["attempts"], payment["reason"]) == ("succeeded", 1, None)
    assert payment["settled_at"] == "2022-07-04T07:00:00Z"
    assert await shop.published(payment_id) == [("succeeded", 3)]
    (row,) = await harness.query("select payer from payment where payment_id = $1", UUID(payment_id))
    assert row["payer"] is None


async def test_the_message_by_get(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    async with shop.outside() as bank_server:
        url = f"/pay/ipn/paybox/alixan/{attempt_id}?{shop.bank.message(payment_id, 3400)}"
        assert (await bank_server.get(url)).status_code == 200
    assert await shop.status(payment_id) == "succeeded"


async def test_the_bytes_are_kept_as_received(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    message = shop.bank.message(payment_id, 3400, heure="09:30:12")
    await shop.notify(attempt_id, message)
    (row,) = await harness.query("select * from bank_message where attempt_id = $1", UUID(attempt_id))
    assert row["raw"] == message.encode()
    assert (row["channel"], row["verdict"], row["encoding"]) == ("ipn", "valid", "raw")
    assert row["received_at"].year >= 2025


async def test_the_same_message_twice_settles_once(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    message = shop.bank.message(payment_id, 3400)
    for _ in range(3):
        assert (await shop.notify(attempt_id, message)).status_code == 200
    assert await shop.published(payment_id) == [("succeeded", 3)]
    (row,) = await harness.query("select receptions from bank_message where attempt_id = $1", UUID(attempt_id))
    assert row["receptions"] == 3


async def test_the_same_transaction_in_other_words_counts_once(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    for hour in ("09:30:12", "09:31:00"):
        await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, trans="4242001", heure=hour))
    assert await shop.verdicts(attempt_id) == ["valid", "duplicate"]
    assert await shop.published(payment_id) == [("succeeded", 3)]


async def test_a_transaction_settles_one_payment_only(shop: Any) -> None:
    first, first_attempt = await shop.begin()
    second, second_attempt = await shop.begin()
    await shop.notify(first_attempt, shop.bank.message(first, 3400, trans="4242002"))
    await shop.notify(second_attempt, shop.bank.message(second, 3400, trans="4242002"))
    assert await shop.verdicts(second_attempt) == ["transaction-elsewhere"]
    assert await shop.status(second) == "in_progress"


async def test_the_return_alone_settles_nothing(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    answer = await shop.come_back(attempt_id, shop.bank.message(payment_id, 3400))
    assert answer.status_code == 303
    assert answer.headers["location"] == f"http://alixan.localhost:8080/paiement/{payment_id}"
    assert await shop.status(payment_id) == "in_progress"
    assert await shop.verdicts(attempt_id) == ["display-only"]
    assert await shop.published(payment_id) == []


@pytest.mark.parametrize("order", ["before", "after"])
async def test_the_message_before_or_after_the_return(shop: Any, order: str) -> None:
    payment_id, attempt_id = await shop.begin()
    message = shop.bank.message(payment_id, 3400)
    if order == "before":
        await shop.notify(attempt_id, message)
    await shop.come_back(attempt_id, message)
    if order == "after":
        await shop.notify(attempt_id, message)
    assert await shop.published(payment_id) == [("succeeded", 3)]


async def test_a_signed_cancellation_closes_and_a_success_still_wins(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.come_back(attempt_id, shop.bank.message(payment_id, 3400, "00001", trans=None), "annule")
    payment = await shop.payment(payment_id)
    assert payment["status"] == "cancelled"
    assert "abandonné" in payment["reason"]
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    assert await shop.published(payment_id) == [("cancelled", 3), ("succeeded", 4)]


async def test_a_cancellation_after_success_changes_nothing(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    await shop.come_back(attempt_id, shop.bank.message(payment_id, 3400, "00001", trans=None), "annule")
    assert await shop.published(payment_id) == [("succeeded", 3)]


async def test_refused_refused_accepted(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, "00105"))
    assert "sans préciser" in (await shop.payment(payment_id))["reason"]
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, "00151"))
    assert "provision" in (await shop.payment(payment_id))["reason"]
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    assert (await shop.payment(payment_id))["reason"] is None
    assert await shop.published(payment_id) == [("refused", 3), ("refused", 4), ("succeeded", 5)]


async def test_a_refusal_after_success_is_ignored_and_kept(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, "00105"))
    assert await shop.verdicts(attempt_id) == ["valid", "late"]
    assert await shop.published(payment_id) == [("succeeded", 3)]


async def test_already_paid_says_that_a_success_was_lost(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, "00015"))
    payment = await shop.payment(payment_id)
    assert payment["status"] == "to_review"
    assert "ne payez pas une seconde fois" in payment["reason"]
    assert await shop.published(payment_id) == []


async def test_an_acceptance_of_nothing_is_told_and_leaves_nothing_to_decide(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 0))
    payment = await shop.payment(payment_id)
    assert (payment["status"], "Rien n'a été débité" in payment["reason"]) == ("cancelled", True)
    assert await shop.verdicts(attempt_id) == ["amount-mismatch"]
    assert not await harness.query("select 1 from bank_transaction where payment_id = $1", UUID(payment_id))


@pytest.mark.parametrize("cents", [100, 3399, 3401, 340000])
async def test_another_amount_is_reviewed_never_dropped(shop: Any, harness: Harness, cents: int) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, cents))
    payment = await shop.payment(payment_id)
    assert payment["status"] == "to_review"
    assert "ne payez pas une seconde fois" in payment["reason"]
    assert await shop.published(payment_id) == []
    (row,) = await harness.query("select * from bank_transaction where payment_id = $1", UUID(payment_id))
    assert (row["outcome"], row["amount_cents"]) == ("to_review", cents)
    async with shop.client(Role.AGENT) as client:
        listed = (await client.get("/payments", params={"status": "to_review"})).json()["items"]
    assert payment_id in [item["payment_id"] for item in listed]
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    assert await shop.status(payment_id) == "succeeded"


async def test_without_authorisation_nothing_is_settled(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, auto=None))
    assert await shop.verdicts(attempt_id) == ["incomplete"]
    assert await shop.status(payment_id) == "to_review"


async def test_two_tabs_both_paid(shop: Any, harness: Harness) -> None:
    payment_id, first = await shop.begin()
    second = (await shop.start(payment_id, confirmed=True))["attempt_id"]
    assert (await shop.payment(payment_id))["attempts"] == 2
    await shop.notify(second, shop.bank.message(payment_id, 3400))
    await shop.notify(first, shop.bank.message(payment_id, 3400))
    assert await shop.published(payment_id) == [("succeeded", 4)]
    rows = await harness.query("select outcome from bank_transaction where payment_id = $1", UUID(payment_id))
    assert sorted(row["outcome"] for row in rows) == ["settled", "surplus"]
    assert "à rembourser" in await shop.history(payment_id)
    async with shop.client(Role.AGENT) as client:
        listed = (await client.get("/payments", params={"status": "to_review"})).json()["items"]
    (item,) = [item for item in listed if item["payment_id"] == payment_id]
    assert (item["status"], item["needs_review"]) == ("succeeded", True)


async def test_two_tabs_the_older_refused(shop: Any) -> None:
    payment_id, first = await shop.begin()
    second = (await shop.start(payment_id, confirmed=True))["attempt_id"]
    await shop.notify(first, shop.bank.message(payment_id, 3400, "00105"))
    assert await shop.status(payment_id) == "in_progress"
    await shop.notify(second, shop.bank.message(payment_id, 3400))
    assert await shop.status(payment_id) == "succeeded"


async def test_a_late_success_after_expiry(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    await expire(harness, payment_id)
    payment = await shop.payment(payment_id)
    assert payment["status"] == "expired"
    assert "dans le délai prévu" in payment["reason"]
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    assert await shop.published(payment_id) == [("expired", 3), ("succeeded", 4)]


async def test_nothing_expires_before_its_time(shop: Any, harness: Harness) -> None:
    payment_id, _ = await shop.begin()
    await harness.run_job("expire-silent-payments")
    assert await shop.status(payment_id) == "in_progress"


async def test_what_a_crash_left_is_judged_by_the_job(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    await harness.query(
        "insert into bank_message (tenant_id, message_id, attempt_id, protocol, channel, raw, received_at)"
        " values ($1, $2, $3, 'paybox', 'ipn', $4, now())",
        shop.tenant_id,
        new_id(),
        UUID(attempt_id),
        shop.bank.message(payment_id, 3400).encode(),
    )
    await harness.run_job("judge-waiting-messages")
    await harness.run_job("judge-waiting-messages")
    assert await shop.published(payment_id) == [("succeeded", 3)]


async def test_history_in_words(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, "00105", trans=None))
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, trans="4242003"))
    words = await shop.history(payment_id)
    assert "Paiement demandé : 34,00\u00a0€, Cantine d'Alixan 2022/2023." in words
    assert "départ vers la page de la banque (Paybox ou Up2pay e-Transactions, contrat d'essai), référence" in words
    assert "Message de la banque (tentative n° 1) : paiement refusé, code 00105, 34,00\u00a0€." in words
    assert "paiement accepté, code 00000, 34,00\u00a0€, transaction 4242003." in words
    assert words.endswith("Réglé.")
