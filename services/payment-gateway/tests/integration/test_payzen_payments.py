"""PayZen over real HTTP and a real database: each trap of the protocol, and what the bank says when asked."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from chassis.ids import new_id
from chassis.testing.plugin import Harness
from contracts.values import Role
from payment_gateway.entrypoints.desk import desk_of


@pytest_asyncio.fixture(loop_scope="session")
async def veyras(open_shop: Any, payzen: Any) -> Any:
    return await open_shop("veyras", payzen)


async def begin(shop: Any, cents: int = 3400) -> tuple[str, dict[str, Any]]:
    payment_id = await shop.request(cents)
    return payment_id, await shop.start(payment_id)


async def test_the_form_and_its_numbers(veyras: Any) -> None:
    _, first = await begin(veyras)
    _, second = await begin(veyras)
    forms = [dict(started["fields"]) for started in (first, second)]
    assert first["action"] == "https://secure.payzen.example/vads-payment/"
    assert int(forms[1]["vads_trans_id"]) == int(forms[0]["vads_trans_id"]) + 1
    assert forms[0]["vads_order_id"] == first["attempt_id"]
    assert forms[0]["vads_url_check"] == f"http://127.0.0.1:8080/pay/ipn/payzen/veyras/{first['attempt_id']}"


async def test_a_hundred_starts_at_once_draw_a_hundred_numbers(veyras: Any) -> None:
    payments = [await veyras.request() for _ in range(100)]
    started = await asyncio.gather(*(veyras.start(payment_id) for payment_id in payments))
    assert len({dict(each["fields"])["vads_trans_id"] for each in started}) == 100


async def test_a_success_settles_once_however_often_and_however_it_is_told(veyras: Any, calendar: Any) -> None:
    payment_id, started = await begin(veyras)
    message, attempt_id = veyras.other.decide(started), started["attempt_id"]
    await veyras.come_back(attempt_id, message)
    for _ in range(3):
        assert (await veyras.notify(attempt_id, message)).status_code == 200
    await veyras.come_back(attempt_id, message)
    await calendar.ask(attempt_id)
    assert await veyras.published(payment_id) == [("succeeded", 3)]


async def test_what_is_accepted_is_asked_about_each_day_until_it_is_captured(
    veyras: Any, harness: Harness, calendar: Any
) -> None:
    """The town hall cancels in the bank's back office, whose message is lost: the money is known not to come."""
    payment_id, started = await begin(veyras)
    attempt_id = started["attempt_id"]
    await veyras.notify(attempt_id, veyras.other.decide(started))
    await calendar.ask(attempt_id)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    asked_next = await calendar.next_question(attempt_id)
    assert asked_next is not None
    assert abs(asked_next - tomorrow) < timedelta(minutes=5)
    veyras.other.orders[attempt_id][0]["detailedStatus"] = "CANCELLED"
    await calendar.ask(attempt_id, minutes=24 * 60)
    rows = await harness.query("select kind from bank_reversal where payment_id = $1", UUID(payment_id))
    assert [row["kind"] for row in rows] == ["cancellation"]
    assert await calendar.next_question(attempt_id) is None


@pytest.mark.parametrize(("status", "days"), [("CAPTURED", 1), ("AUTHORISED", 31)])
async def test_questions_end_with_the_capture_or_in_a_month(veyras: Any, calendar: Any, status: str, days: int) -> None:
    payment_id, started = await begin(veyras)
    await veyras.notify(started["attempt_id"], veyras.other.decide(started, status))
    await calendar.ask(started["attempt_id"], minutes=days * 24 * 60)
    assert await calendar.next_question(started["attempt_id"]) is None
    assert await veyras.published(payment_id) == [("succeeded", 3)]


@pytest.mark.parametrize("form", ["message", "rest_message"])
async def test_a_message_by_the_address_of_the_whole_shop(veyras: Any, form: str) -> None:
    """A replay by hand from the bank's back office does not know the payment's own address."""
    payment_id, started = await begin(veyras)
    message = getattr(veyras.other, form)(dict(started["fields"]), veyras.other.transaction())
    answer = await veyras.notify_shop(message)
    assert (answer.status_code, answer.content) == (200, b"")
    await veyras.notify(started["attempt_id"], message)
    assert await veyras.verdicts(started["attempt_id"]) == ["valid"]
    assert await veyras.published(payment_id) == [("succeeded", 3)]


async def test_the_address_of_the_whole_shop_believes_no_more_than_another(veyras: Any, shop: Any) -> None:
    payment_id, started = await begin(veyras)
    form, transaction = dict(started["fields"]), veyras.other.transaction()
    forged = veyras.other.message(form, transaction).replace("vads_amount=3400", "vads_amount=1")
    assert (await veyras.notify_shop(forged)).status_code == 200
    assert await veyras.verdicts(started["attempt_id"]) == ["bad-signature"]
    assert await veyras.status(payment_id) == "in_progress"
    others = veyras.other.message({**form, "vads_order_id": "PISCINE-12"}, transaction)
    unknown = veyras.other.message({**form, "vads_order_id": str(new_id())}, transaction).replace("34", "35")
    for message in (others, unknown, "", "vads_order_id=%FF", "kr-answer={}", "a=" + "b" * 100):
        assert (await veyras.notify_shop(message)).status_code == 404, message
    assert (await veyras.notify_shop("a=" + "b" * 65_536)).status_code == 413
    assert (await shop.notify_shop(shop.bank.message(payment_id, 3400))).status_code == 404, "Paybox has none"


async def test_a_hundred_pairs_of_message_and_return_at_once(veyras: Any, harness: Harness) -> None:
    begun = [await begin(veyras) for _ in range(100)]
    calls = []
    for _, started in begun:
        message = veyras.other.decide(started)
        calls += [veyras.notify(started["attempt_id"], message), veyras.come_back(started["attempt_id"], message)]
    answers = await asyncio.gather(*calls, harness.run_job("judge-waiting-messages"))
    assert {answer.status_code for answer in answers[:-1]} == {200, 303}
    for payment_id, _ in begun:
        assert await veyras.published(payment_id) == [("succeeded", 3)]
    rows = await harness.query(
        "select payment_id from bank_transaction where outcome = 'settled' and payment_id = any($1::uuid[])",
        [UUID(payment_id) for payment_id, _ in begun],
    )
    assert len(rows) == len({row["payment_id"] for row in rows}) == 100


async def test_an_answer_and_a_message_at_once_settle_once(veyras: Any, harness: Harness, calendar: Any) -> None:
    """The bank answers a question while its message arrives: whoever comes first settles, the other finds it so."""
    begun = [await begin(veyras) for _ in range(20)]
    messages = [veyras.other.decide(started) for _, started in begun]
    for _, started in begun:
        await calendar.age(started["attempt_id"], 1)
    veyras.other.gate.clear()
    asking = asyncio.create_task(harness.run_job("ask-banks"))
    await veyras.other.wait_asked(begun[0][1]["attempt_id"])
    notifying = [
        asyncio.create_task(veyras.notify(started["attempt_id"], message))
        for (_, started), message in zip(begun, messages, strict=True)
    ]
    veyras.other.gate.set()
    answers = await asyncio.gather(*notifying)
    await asking
    await harness.run_job("judge-waiting-messages")
    assert {answer.status_code for answer in answers} == {200}
    for payment_id, started in begun:
        assert await veyras.published(payment_id) == [("succeeded", 3)]
        assert sorted(await veyras.verdicts(started["attempt_id"])) == ["duplicate", "valid"]
    rows = await harness.query(
        "select count(*) as taken from bank_transaction where payment_id = any($1::uuid[])",
        [UUID(payment_id) for payment_id, _ in begun],
    )
    assert rows[0]["taken"] == 20


async def test_refused_then_accepted_on_one_order(veyras: Any) -> None:
    payment_id, started = await begin(veyras)
    await veyras.notify(started["attempt_id"], veyras.other.decide(started, "REFUSED"))
    assert "provision" in (await veyras.payment(payment_id))["reason"]
    await veyras.notify(started["attempt_id"], veyras.other.decide(started))
    assert [status for status, _ in await veyras.published(payment_id)] == ["refused", "succeeded"]


async def test_a_pending_status_is_not_paid(veyras: Any, calendar: Any) -> None:
    payment_id, started = await begin(veyras)
    await veyras.notify(started["attempt_id"], veyras.other.decide(started, "WAITING_AUTHORISATION"))
    await calendar.ask(started["attempt_id"], minutes=60)
    assert await veyras.status(payment_id) == "in_progress"
    assert await calendar.next_question(started["attempt_id"]) is not None


async def test_a_lost_message_is_asked_for(veyras: Any, calendar: Any) -> None:
    payment_id, started = await begin(veyras)
    veyras.other.decide(started, "REFUSED")
    veyras.other.decide(started)
    await calendar.ask(started["attempt_id"])
    assert await veyras.status(payment_id) == "succeeded"
    assert "Réponse de la banque" in await veyras.history(payment_id)


async def test_an_abandoned_page_ends_when_nothing_can_come(veyras: Any, calendar: Any) -> None:
    payment_id, started = await begin(veyras)
    await calendar.ask(started["attempt_id"], minutes=10)
    assert await veyras.status(payment_id) == "in_progress"
    await calendar.ask(started["attempt_id"], minutes=21)
    assert await veyras.status(payment_id) == "expired"
    assert await calendar.next_question(started["attempt_id"]) is None


async def test_a_late_success_after_expiry(veyras: Any, calendar: Any) -> None:
    payment_id, started = await begin(veyras)
    await calendar.ask(started["attempt_id"], minutes=21)
    await veyras.notify(started["attempt_id"], veyras.other.decide(started))
    assert [status for status, _ in await veyras.published(payment_id)] == ["expired", "succeeded"]


@pytest.mark.parametrize("cents", [100, 3401])
async def test_another_amount_waits_for_a_decision(veyras: Any, harness: Harness, cents: int) -> None:
    payment_id, started = await begin(veyras)
    await veyras.notify(started["attempt_id"], veyras.other.decide(started, cents=cents))
    assert await veyras.status(payment_id) == "to_review"
    async with veyras.client(Role.REGISSEUR) as client:
        listed = (await client.get("/surpluses", params={"decision": "to_decide"})).json()["items"]
    (item,) = [item for item in listed if item["payment_id"] == payment_id]
    assert (item["amount_cents"], item["due_cents"], item["reason"]) == (cents, 3400, "amount-mismatch")
    assert item["sentence"].startswith("Le montant encaissé n'est pas celui du paiement")
    (event,) = await harness.query(
        "select body from kept.published_event where type = 'payment_gateway.surplus_received.v1'"
        " and body ->> 'payment_id' = $1",
        payment_id,
    )
    assert f'"amount_cents": {cents}' in event["body"]


async def test_an_acceptance_of_nothing_ends_the_payment(veyras: Any) -> None:
    payment_id, started = await begin(veyras)
    await veyras.notify(started["attempt_id"], veyras.other.decide(started, cents=0))
    assert await veyras.verdicts(started["attempt_id"]) == ["amount-mismatch"]
    assert [status for status, _ in await veyras.published(payment_id)] == ["cancelled"]
    async with veyras.client(Role.REGISSEUR) as client:
        assert (await client.get(f"/payments/{payment_id}/money")).json()["taken"] == []


@pytest.mark.parametrize("taken_back", ["CANCELLED", "CAPTURE_FAILED", "EXPIRED"])
async def test_what_the_bank_took_back_before_it_told_of_it(
    veyras: Any, harness: Harness, calendar: Any, taken_back: str
) -> None:
    """Its acceptance is sent again later, or both are judged at once."""
    payment_id, started = await begin(veyras)
    form, transaction = dict(started["fields"]), veyras.other.transaction()
    older = veyras.other.message(form, transaction)
    await veyras.notify(started["attempt_id"], veyras.other.message(form, transaction | {"detailedStatus": taken_back}))
    await veyras.notify(started["attempt_id"], older)
    assert (await veyras.verdicts(started["attempt_id"]))[-1] == "undone"
    assert "succeeded" not in [status for status, _ in await veyras.published(payment_id)]
    assert "cette somme ne serait pas versée" in await veyras.history(payment_id)
    assert not await harness.query("select 1 from bank_transaction where payment_id = $1", UUID(payment_id))
    await veyras.notify(started["attempt_id"], veyras.other.decide(started))
    assert await veyras.status(payment_id) == "succeeded", "another card"


async def test_what_the_bank_took_back_before_it_told_of_it_in_one_batch(veyras: Any, harness: Harness) -> None:
    payment_id, started = await begin(veyras)
    form, transaction = dict(started["fields"]), veyras.other.transaction()
    messages = [veyras.other.message(form, transaction | {"detailedStatus": s}) for s in ("CANCELLED", "AUTHORISED")]
    for message in messages:
        await veyras.notify(started["attempt_id"], message)
    await harness.query("update payment_attempt set undone_transactions = '{}' where payment_id = $1", UUID(payment_id))
    await harness.query(
        "update bank_message set verdict = null, judged_at = null where attempt_id = $1", UUID(started["attempt_id"])
    )
    rows = await harness.query(
        "select message_id from bank_message where attempt_id = $1 order by 1", UUID(started["attempt_id"])
    )
    desk = desk_of(harness.runtime)
    await asyncio.gather(*(desk.judge(veyras.tenant_id, row["message_id"]) for row in rows))
    assert await veyras.verdicts(started["attempt_id"]) == ["valid", "undone"]
    assert await veyras.status(payment_id) == "cancelled"


async def test_another_currency_waits_for_a_decision(veyras: Any) -> None:
    payment_id, started = await begin(veyras)
    form, transaction = dict(started["fields"]), veyras.other.transaction()
    await veyras.notify(started["attempt_id"], veyras.other.message(form, transaction, vads_currency="840"))
    assert await veyras.verdicts(started["attempt_id"]) == ["currency-mismatch"]
    assert await veyras.status(payment_id) == "to_review"


async def test_another_shop_proves_nothing(veyras: Any) -> None:
    payment_id, started = await begin(veyras)
    form, transaction = dict(started["fields"]), veyras.other.transaction()
    await veyras.notify(started["attempt_id"], veyras.other.message(form, transaction, vads_site_id="99999999"))
    assert await veyras.verdicts(started["attempt_id"]) == ["other-shop"]
    assert await veyras.status(payment_id) == "in_progress"


async def test_another_attempts_message_proves_nothing(veyras: Any) -> None:
    _, cheap = await begin(veyras, 100)
    payment_id, dear = await begin(veyras)
    await veyras.notify(dear["attempt_id"], veyras.other.decide(cheap, cents=100))
    assert await veyras.verdicts(dear["attempt_id"]) == ["reference-mismatch"]
    assert await veyras.status(payment_id) == "in_progress"


async def test_a_test_message_never_settles_production(open_shop: Any, payzen: Any) -> None:
    """Even where somebody gave the test key as the production one."""
    shop = await open_shop("veyras", payzen, mode="production", rest_url=None, rest_password=None)
    payment_id, started = await begin(shop)
    message = payzen.decide(started)
    await shop.notify(started["attempt_id"], message)
    assert await shop.verdicts(started["attempt_id"]) == ["test-in-production"]
    assert await shop.status(payment_id) == "in_progress"
    payzen.mode = "PRODUCTION"
    await shop.notify(started["attempt_id"], payzen.decide(started))
    assert await shop.status(payment_id) == "succeeded"


async def test_a_secret_of_tests_does_not_follow_into_production(open_shop: Any, payzen: Any) -> None:
    shop = await open_shop("veyras", payzen)
    async with shop.client(Role.ADMINISTRATOR) as client:
        contract = {**payzen.contract(mode="production", rest_url=None), "form_key": None}
        response = await client.put(f"/regies/{shop.regie_id}/contract", json=contract)
    assert response.json()["type"].endswith("contract-secret-missing")


async def test_a_parameter_that_is_not_the_banks_changes_nothing(veyras: Any) -> None:
    """The signature covers all that is read."""
    payment_id, started = await begin(veyras)
    genuine = veyras.other.message(dict(started["fields"]), veyras.other.transaction())
    await veyras.notify(started["attempt_id"], genuine + "&montant=1&vads=2")
    assert await veyras.verdicts(started["attempt_id"]) == ["valid"]
    assert await veyras.published(payment_id) == [("succeeded", 3)]


async def test_a_message_of_the_rest_api_is_long(veyras: Any) -> None:
    payment_id, started = await begin(veyras)
    message = veyras.other.rest_message(dict(started["fields"]), veyras.other.transaction())
    assert 8192 < len(message) < 32_768
    assert (await veyras.notify(started["attempt_id"], message)).status_code == 200
    assert await veyras.verdicts(started["attempt_id"]) == ["valid"]
    assert await veyras.published(payment_id) == [("succeeded", 3)]


@pytest.mark.parametrize("tampering", ["appended-signed-name", "twice", "amount", "unsigned"])
async def test_tampered_messages_change_nothing(veyras: Any, tampering: str) -> None:
    payment_id, started = await begin(veyras)
    genuine = veyras.other.message(dict(started["fields"]), veyras.other.transaction())
    tampered = {
        "appended-signed-name": genuine + "&vads_zero=1",
        "twice": genuine + "&vads_amount=3400",
        "amount": genuine.replace("vads_amount=3400", "vads_amount=1"),
        "unsigned": genuine.partition("&signature=")[0],
    }[tampering]
    answer = await veyras.notify(started["attempt_id"], tampered)
    assert (answer.status_code, answer.content) == (200, b"")
    assert set(await veyras.verdicts(started["attempt_id"])) <= {"bad-signature", "malformed"}
    assert await veyras.status(payment_id) == "in_progress"


async def test_two_tabs_both_paid_leave_one_to_give_back(veyras: Any, harness: Harness) -> None:
    payment_id, first = await begin(veyras)
    second = await veyras.start(payment_id, confirmed=True)
    await asyncio.gather(
        *(veyras.notify(started["attempt_id"], veyras.other.decide(started)) for started in (first, second))
    )
    assert [status for status, _ in await veyras.published(payment_id)].count("succeeded") == 1
    rows = await harness.query("select outcome, decision from bank_transaction where payment_id = $1", UUID(payment_id))
    assert sorted((row["outcome"], row["decision"]) for row in rows) == [("settled", None), ("surplus", "to_decide")]


async def test_a_status_that_goes_back_is_a_movement_of_its_own(veyras: Any, harness: Harness, calendar: Any) -> None:
    """The town hall cancels at the bank what was authorised: the payment stays, the money is said not to come."""
    payment_id, started = await begin(veyras)
    form = dict(started["fields"])
    transaction = veyras.other.transaction()
    await veyras.notify(started["attempt_id"], veyras.other.message(form, transaction))
    refused = {**transaction, "detailedStatus": "REFUSED"}
    await veyras.notify(started["attempt_id"], veyras.other.message(form, refused))
    cancelled = {**transaction, "detailedStatus": "CANCELLED"}
    for source in ("MERCH_BO", "RETRY"):
        await veyras.notify(started["attempt_id"], veyras.other.message(form, cancelled, vads_url_check_src=source))
    assert await veyras.verdicts(started["attempt_id"]) == ["valid", "late", "reversal", "duplicate"]
    assert await veyras.status(payment_id) == "succeeded"
    (event,) = await harness.query(
        "select body ->> 'kind' as kind from kept.published_event"
        " where type = 'payment_gateway.payment_reversed.v1' and body ->> 'payment_id' = $1",
        payment_id,
    )
    assert event["kind"] == "cancellation"
    async with veyras.client() as parent:
        shown, receipt = [(await parent.get(f"/payments/{payment_id}{part}")).json() for part in ("", "/receipt")]
    assert shown["returned_cents"] == receipt["returned_cents"] == 3400
    assert "annulé avant d'être versé" in await veyras.history(payment_id)


async def test_a_refund_made_at_the_bank_is_found_when_asked(veyras: Any, harness: Harness, calendar: Any) -> None:
    payment_id, started = await begin(veyras)
    veyras.other.decide(started, "CAPTURED")
    veyras.other.decide(started, cents=1000, operationType="CREDIT")
    await calendar.ask(started["attempt_id"])
    await calendar.ask(started["attempt_id"])
    (row,) = await harness.query("select * from bank_reversal where payment_id = $1", UUID(payment_id))
    assert (row["kind"], row["amount_cents"]) == ("refund", 1000)
    assert await veyras.published(payment_id) == [("succeeded", 3)]


async def test_the_contract_can_be_tried(veyras: Any) -> None:
    async with veyras.client(Role.ADMINISTRATOR) as client:
        path = f"/regies/{veyras.regie_id}/contract"
        good = (await client.post(f"{path}/test")).json()
        await client.put(path, json=veyras.contract(rest_password="another-password"))
        wrong = (await client.post(f"{path}/test")).json()
        veyras.other.is_down = True
        silent = (await client.post(f"{path}/test")).json()
    assert (good["works"], "reconnaît la boutique" in good["sentence"]) == (True, True)
    assert (wrong["works"], "mot de passe REST faux" in wrong["sentence"]) == (False, True)
    assert (silent["works"], "ne répond pas" in silent["sentence"]) == (False, True)
