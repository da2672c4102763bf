"""Messages that come together: exactly one settlement each."""

import asyncio
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from chassis.testing.plugin import Harness


async def test_a_hundred_pairs_of_message_and_return_at_once(shop: Any, harness: Harness) -> None:
    begun = [await shop.begin() for _ in range(100)]
    calls = []
    for payment_id, attempt_id in begun:
        message = shop.bank.message(payment_id, 3400)
        calls += [shop.notify(attempt_id, message), shop.come_back(attempt_id, message)]
    answers = await asyncio.gather(*calls, harness.run_job("judge-waiting-messages"))
    assert {answer.status_code for answer in answers[:-1]} == {200, 303}
    for payment_id, _ in begun:
        assert await shop.published(payment_id) == [("succeeded", 3)]
    rows = await harness.query(
        "select payment_id from bank_transaction where outcome = 'settled' and payment_id = any($1::uuid[])",
        [UUID(payment_id) for payment_id, _ in begun],
    )
    assert len(rows) == len({row["payment_id"] for row in rows}) == 100


async def test_twenty_different_successes_of_one_payment_at_once(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    attempts = [attempt_id, *[(await shop.start(payment_id, confirmed=True))["attempt_id"] for _ in range(4)]]
    await asyncio.gather(
        *(shop.notify(attempts[n % 5], shop.bank.message(payment_id, 3400)) for n in range(20)),
        *(shop.notify(attempts[n % 5], shop.bank.message(payment_id, 3400, "00105")) for n in range(5)),
    )
    outcomes = await harness.query("select outcome from bank_transaction where payment_id = $1", UUID(payment_id))
    assert sorted(row["outcome"] for row in outcomes) == ["settled"] + ["surplus"] * 19
    assert [status for status, _ in await shop.published(payment_id)].count("succeeded") == 1
    assert await shop.status(payment_id) == "succeeded"


async def test_one_transaction_for_two_payments_at_once(shop: Any, harness: Harness) -> None:
    first, first_attempt = await shop.begin()
    second, second_attempt = await shop.begin()
    number = shop.bank.transaction()
    await asyncio.gather(
        shop.notify(first_attempt, shop.bank.message(first, 3400, trans=number)),
        shop.notify(second_attempt, shop.bank.message(second, 3400, trans=number)),
    )
    await harness.run_job("judge-waiting-messages")
    assert sorted([await shop.status(first), await shop.status(second)]) == ["in_progress", "succeeded"]
    assert sorted(await shop.verdicts(first_attempt) + await shop.verdicts(second_attempt)) == [
        "transaction-elsewhere",
        "valid",
    ]


async def test_an_end_for_want_of_news_and_a_success_at_once(shop: Any, harness: Harness) -> None:
    begun = [await shop.begin() for _ in range(40)]
    ids = [UUID(payment_id) for payment_id, _ in begun]
    await harness.query("update payment set expires_at = now() where payment_id = any($1::uuid[])", ids)
    sent = [shop.notify(attempt_id, shop.bank.message(payment_id, 3400)) for payment_id, attempt_id in begun]
    await asyncio.gather(
        *sent[:20], harness.run_job("expire-silent-payments"), *sent[20:], harness.run_job("expire-silent-payments")
    )
    await harness.run_job("judge-waiting-messages")
    for payment_id, _ in begun:
        assert [status for status, _ in await shop.published(payment_id)] in [["succeeded"], ["expired", "succeeded"]]
    rows = await harness.query(
        "select p.status as payment, a.status as attempt from payment p join payment_attempt a using (payment_id)"
        " where payment_id = any($1::uuid[])",
        ids,
    )
    assert {(row["payment"], row["attempt"]) for row in rows} == {("succeeded", "succeeded")}


async def test_the_banks_answer_and_its_message_at_once(open_shop: Any, payzen: Any, harness: Harness) -> None:
    veyras = await open_shop("veyras", payzen)
    begun = []
    for _ in range(20):
        payment_id = await veyras.request()
        begun.append((payment_id, await veyras.start(payment_id)))
    sent = [veyras.notify(started["attempt_id"], payzen.decide(started)) for _, started in begun]
    ids = [UUID(payment_id) for payment_id, _ in begun]
    await harness.query("update payment_attempt set next_question_at = now() where payment_id = any($1::uuid[])", ids)
    await asyncio.gather(harness.run_job("ask-banks"), *sent)
    await harness.run_job("judge-waiting-messages")
    for payment_id, _ in begun:
        assert await veyras.published(payment_id) == [("succeeded", 3)]
    rows = await harness.query("select 1 from bank_transaction where payment_id = any($1::uuid[])", ids)
    assert len(rows) == 20


async def test_a_double_click_opens_one_attempt(shop: Any) -> None:
    payment_id = await shop.request()
    async with shop.client() as client:
        answers = await asyncio.gather(*(client.post(f"/payments/{payment_id}/attempts") for _ in range(10)))
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert [answer.status_code for answer in answers].count(201) == 1
    assert {problem["type"].rpartition(":")[2] for problem in refused} == {"attempt-in-progress"}
    assert "vous paieriez deux fois" in refused[0]["detail"]
    assert (await shop.payment(payment_id))["attempts"] == 1


async def test_whoever_confirms_may_try_again_at_his_risk(shop: Any) -> None:
    payment_id = await shop.request()
    started = await asyncio.gather(*(shop.start(payment_id, confirmed=True) for _ in range(10)))
    assert len({attempt["attempt_id"] for attempt in started}) == 10
    assert (await shop.payment(payment_id))["attempts"] == 10


async def test_another_payment_of_the_same_order_is_warned_against_too(shop: Any) -> None:
    order = new_id()
    first, second = [await shop.request(reference_id=order) for _ in range(2)]
    attempt_id = (await shop.start(first))["attempt_id"]
    async with shop.client() as client:
        warned = await client.post(f"/payments/{second}/attempts")
    assert warned.json()["type"].endswith("attempt-in-progress")
    await shop.notify(attempt_id, shop.bank.message(first, 3400, "00105"))
    await shop.start(second)


async def test_another_payment_with_one_of_its_invoices_is_warned_against_too(shop: Any) -> None:
    """Each choice of invoices is a payment with a reference of its own."""
    january, february, march = (new_id() for _ in range(3))
    both = await shop.request(purpose="invoices", article_ids=(january, february))
    one = await shop.request(purpose="invoices", article_ids=(february,))
    other = await shop.request(purpose="invoices", article_ids=(march,))
    attempt_id = (await shop.start(both))["attempt_id"]
    async with shop.client() as client:
        warned = await client.post(f"/payments/{one}/attempts")
    assert warned.json()["type"].endswith("attempt-in-progress")
    await shop.start(other)
    await shop.notify(attempt_id, shop.bank.message(both, 3400, "00105"))
    await shop.start(one)


async def test_the_same_message_many_times_at_once_is_judged_once(shop: Any) -> None:
    begun = [await shop.begin() for _ in range(5)]
    for payment_id, attempt_id in begun:
        message = shop.bank.message(payment_id, 3400)
        await asyncio.gather(*(shop.notify(attempt_id, message) for _ in range(8)))
        assert await shop.verdicts(attempt_id) == ["valid"]
        assert await shop.published(payment_id) == [("succeeded", 3)]


async def test_messages_that_come_at_once_share_their_transactions(shop: Any, harness: Harness) -> None:
    """In any number of batches, a spoilt one among them: few commits, and each message has its own verdict."""
    begun = [await shop.begin() for _ in range(40)]
    spoilt = [shop.notify(begun[0][1], "montant=3400&sign=faux") for _ in range(3)]
    answers = await asyncio.gather(
        *(shop.notify(attempt_id, shop.bank.message(payment_id, 3400)) for payment_id, attempt_id in begun), *spoilt
    )
    assert {answer.status_code for answer in answers} == {200}
    ids = [UUID(payment_id) for payment_id, _ in begun]
    (row,) = await harness.eventually(
        "select count(distinct xmin::text) as commits, count(*) as settled from bank_transaction"
        " where payment_id = any($1::uuid[]) and outcome = 'settled' having count(*) = 40",
        ids,
    )
    assert row["commits"] <= 20
    assert sorted(await shop.verdicts(begun[0][1])) == ["bad-signature", "valid"]
