"""Money given back: by the bank over real HTTP, by hand, once, and never more than was taken."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI, Request, Response

from chassis.ids import new_id
from chassis.testing.contract import served
from chassis.testing.plugin import Harness
from contracts.values import Role
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.application.make_refund import claim_refunds
from payment_gateway.application.request_refund import Wanted, request_refund
from payment_gateway.domain.refund import bank_day
from payment_gateway.entrypoints.wiring import store_of

REASON = {"reason": "Repas annulé par la mairie"}


class Direct:
    """PPPS of Paybox: knows a question by its number."""

    def __init__(self) -> None:
        self.made: list[dict[str, str]] = []
        self.asked: list[dict[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.code, self.loses_answers = "00000", False
        self.address = ""
        self.app = FastAPI()
        self.app.post("/PPPS.php")(self._answer)

    async def _answer(self, request: Request) -> Response:
        asked = dict(parse_qsl((await request.body()).decode()))
        self.asked.append(asked)
        await self.gate.wait()
        again = any(made["NUMQUESTION"] == asked["NUMQUESTION"] for made in self.made)
        code = "00005" if again else self.code
        if code == "00000":
            self.made.append(asked)
        if self.loses_answers:
            return Response(status_code=503)
        return Response(f"NUMTRANS={len(self.made):010}&CODEREPONSE={code}")


@pytest_asyncio.fixture(loop_scope="session")
async def direct() -> Any:
    bank = Direct()
    async with served(bank.app) as bank.address:
        yield bank
        bank.gate.set()


@pytest_asyncio.fixture(loop_scope="session")
async def paybox(open_shop: Any, direct: Direct) -> Any:
    return await open_shop(direct_url=f"{direct.address}/PPPS.php")


async def paid(shop: Any, **changed: Any) -> str:
    """A payment of 34 € that its bank took."""
    payment_id: str = await shop.request(**changed)
    started = await shop.start(payment_id)
    message = shop.other.decide(started, cents=3400) if shop.other else shop.bank.message(payment_id, 3400)
    await shop.notify(started["attempt_id"], message)
    await shop.wait_for(payment_id, "succeeded")
    return payment_id


async def ask(shop: Any, payment_id: str, cents: int = 3400, **more: Any) -> Any:
    async with shop.client(Role.REGISSEUR) as client:
        body = {"amount_cents": cents, **REASON, **more}
        return await client.post(f"/payments/{payment_id}/refunds", json=body)


async def stands(harness: Harness, refund: Any, status: str) -> None:
    await harness.eventually(
        "select 1 from refund where refund_id = $1 and status = $2", UUID(refund["refund_id"]), status, seconds=60
    )


async def due_again(harness: Harness, refund: Any, *, sent_days_ago: int = 0) -> None:
    """The next try is due."""
    await harness.query(
        "update refund set next_try_at = now() - interval '1 second',"
        " sent_at = sent_at - make_interval(days => $2) where refund_id = $1",
        UUID(refund["refund_id"]),
        sent_days_ago,
    )
    await harness.run_job("make-refunds")


async def reversals(harness: Harness, payment_id: str) -> list[Any]:
    rows: list[Any] = await harness.query(
        "select kind, amount_cents, refund_id from bank_reversal where payment_id = $1 order by movement_id",
        UUID(payment_id),
    )
    return rows


async def told(harness: Harness, payment_id: str) -> list[tuple[str, int]]:
    rows = await harness.query(
        "select body ->> 'kind' as kind, (body ->> 'amount_cents')::int as cents from kept.published_event"
        " where type = 'payment_gateway.payment_reversed.v1' and body ->> 'payment_id' = $1 order by seq",
        payment_id,
    )
    return [(row["kind"], row["cents"]) for row in rows]


async def differences(shop: Any, payment_id: str) -> list[str]:
    async with shop.client(Role.REGISSEUR) as client:
        found = (await client.get("/ledger/differences")).json()["items"]
    return [one["kind"] for one in found if one["payment_id"] == payment_id]


async def test_a_part_then_the_rest_are_given_back(paybox: Any, direct: Direct, harness: Harness) -> None:
    payment_id = await paid(paybox)
    first = (await ask(paybox, payment_id, 1000)).json()
    assert first["status"] == "in_progress"
    await stands(harness, first, "done")
    too_much = await ask(paybox, payment_id, 2401)
    assert (too_much.status_code, too_much.json()["detail"]) == (
        409,
        "Il reste au plus 24,00\xa0€ à rembourser sur ce paiement.",
    )
    second = (await ask(paybox, payment_id, 2400)).json()
    await stands(harness, second, "done")
    assert [made["MONTANT"] for made in direct.made] == ["0000001000", "0000002400"]
    assert direct.made[0]["NUMQUESTION"] != direct.made[1]["NUMQUESTION"]
    assert await told(harness, payment_id) == [("refund", 1000), ("refund", 2400)]
    assert (await ask(paybox, payment_id, 1)).json()["detail"] == "Ce paiement est déjà remboursé, ou va l'être."
    assert await differences(paybox, payment_id) == []
    assert await paybox.status(payment_id) == "succeeded"
    assert "demandé par la régie (Repas annulé par la mairie) : fait." in await paybox.history(payment_id)


async def test_only_the_regie_gives_back(paybox: Any) -> None:
    payment_id = await paid(paybox)
    for client in (paybox.client(), paybox.client(Role.AGENT)):
        async with client:
            body = {"amount_cents": 100, **REASON}
            assert (await client.post(f"/payments/{payment_id}/refunds", json=body)).status_code == 403
            for path in (f"/payments/{payment_id}/money", "/refunds", "/surpluses", "/ledger/differences"):
                assert (await client.get(path)).status_code == 403, path


async def test_many_ask_at_once_and_one_refund_is_made(paybox: Any, direct: Direct, harness: Harness) -> None:
    payment_id = await paid(paybox)
    direct.gate.clear()
    answers = await asyncio.gather(*(ask(paybox, payment_id, 3400) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert {answer.json()["type"].rsplit(":", 1)[-1] for answer in answers if answer.status_code == 409} == {
        "refund-open"
    }
    direct.gate.set()
    (accepted,) = [answer.json() for answer in answers if answer.status_code == 201]
    await stands(harness, accepted, "done")
    assert len(direct.made) == 1
    assert len(await reversals(harness, payment_id)) == 1


async def test_the_same_click_twice_is_one_refund(paybox: Any, direct: Direct, harness: Harness) -> None:
    payment_id = await paid(paybox)
    path, body, key = f"/payments/{payment_id}/refunds", {"amount_cents": 500, **REASON}, {"idempotency-key": "click"}
    async with paybox.client(Role.REGISSEUR) as client:
        first = (await client.post(path, json=body, headers=key)).json()
        assert (await client.post(path, json=body, headers=key)).json() == first
        await stands(harness, first, "done")
        assert (await client.post(path, json=body, headers=key)).json() == first
    assert len(direct.made) == 1


async def test_the_database_refuses_too_much(paybox: Any, direct: Direct, harness: Harness) -> None:
    payment_id = await paid(paybox)
    await stands(harness, (await ask(paybox, payment_id, 3000)).json(), "done")
    copy = (
        "insert into refund select tenant_id, gen_random_uuid(), payment_id, attempt_id, protocol, site,"
        " transaction_id, $2, reason, consequence, 'by_hand', sentence, code, daily_number, requested_by,"
        " requested_at from refund"
        " where payment_id = $1 limit 1"
    )
    with pytest.raises(asyncpg.CheckViolationError, match="more is given back than was taken"):
        await harness.query(copy, UUID(payment_id), 401)
    await harness.query(copy, UUID(payment_id), 300)
    with pytest.raises(asyncpg.UniqueViolationError, match="refund_open_key"):
        await harness.query(copy, UUID(payment_id), 100)


async def test_a_lost_answer_is_asked_for_again(paybox: Any, direct: Direct, harness: Harness) -> None:
    """The bank is away before it does anything: the same request again is done."""
    payment_id = await paid(paybox)
    direct.code, direct.loses_answers = "00097", True
    refund = (await ask(paybox, payment_id)).json()
    await harness.eventually("select 1 from refund where refund_id = $1 and tries = 1", UUID(refund["refund_id"]))
    await harness.run_job("make-refunds")
    direct.code, direct.loses_answers = "00000", False
    await due_again(harness, refund)
    await stands(harness, refund, "done")
    assert len({(asked["NUMQUESTION"], asked["DATEQ"]) for asked in direct.asked}) == 1
    assert len(direct.asked) == 2
    assert len(direct.made) == 1


async def test_a_refund_whose_answer_is_lost_is_never_made_twice(paybox: Any, direct: Direct, harness: Harness) -> None:
    """The bank did it and its answer is lost: it refuses the number again, and a person looks."""
    payment_id = await paid(paybox)
    direct.loses_answers = True
    refund = (await ask(paybox, payment_id)).json()
    await harness.eventually("select 1 from refund where refund_id = $1 and tries = 1", UUID(refund["refund_id"]))
    await harness.run_job("make-refunds")
    direct.loses_answers = False
    await due_again(harness, refund)
    await stands(harness, refund, "to_check")
    assert len(direct.made) == 1
    assert (await ask(paybox, payment_id)).json()["type"].endswith("refund-open")
    async with paybox.client(Role.REGISSEUR) as client:
        ends = [client.post(f"/refunds/{refund['refund_id']}/end", json={"done": True}) for _ in range(5)]
        assert {answer.status_code for answer in await asyncio.gather(*ends)} == {200}
        contrary = await client.post(f"/refunds/{refund['refund_id']}/end", json={"done": False})
    assert contrary.json()["type"].endswith("refund-over")
    assert await told(harness, payment_id) == [("refund", 3400)]
    assert await differences(paybox, payment_id) == []


@pytest.mark.parametrize("code", ["00001", "00003", "00097", "00099"])
async def test_an_unsure_answer_is_asked_for_again_under_its_number(
    paybox: Any, direct: Direct, harness: Harness, code: str
) -> None:
    """The bank's own trouble is no refusal: nobody may ask anew while the money may have gone back."""
    payment_id = await paid(paybox)
    direct.code = code
    refund = (await ask(paybox, payment_id)).json()
    await harness.eventually("select 1 from refund where refund_id = $1 and tries = 1", UUID(refund["refund_id"]))
    await harness.run_job("make-refunds")
    await stands(harness, refund, "in_progress")
    assert (await ask(paybox, payment_id)).json()["type"].endswith("refund-open")
    direct.code = "00000"
    await due_again(harness, refund)
    await stands(harness, refund, "done")
    assert len({asked["NUMQUESTION"] for asked in direct.asked}) == 1
    assert await told(harness, payment_id) == [("refund", 3400)]


async def test_the_next_day_the_number_is_not_used_again(paybox: Any, direct: Direct, harness: Harness) -> None:
    payment_id = await paid(paybox)
    direct.loses_answers = True
    refund = (await ask(paybox, payment_id)).json()
    await harness.eventually("select 1 from refund where refund_id = $1 and tries = 1", UUID(refund["refund_id"]))
    await harness.run_job("make-refunds")
    await due_again(harness, refund, sent_days_ago=1)
    await stands(harness, refund, "to_check")
    assert len(direct.asked) == 1


async def test_its_number_is_one_of_the_day_it_is_sent(paybox: Any, harness: Harness) -> None:
    """Asked for just before midnight, sent just after: the new day's first number was drawn by a question."""
    payment_id = await paid(paybox)
    midnight = datetime.combine(bank_day(datetime.now(UTC)) + timedelta(days=3), time(), ZoneInfo("Europe/Paris"))
    wanted = Wanted(100, "Repas annulé")
    async with harness.runtime.transaction(paybox.tenant_id) as transaction:
        store = store_of(harness.runtime, transaction)
        asked_at = midnight - timedelta(seconds=30)
        refund = await request_refund(store, PROTOCOLS, UUID(payment_id), wanted, by=new_id(), real_now=asked_at)
        attempt = await store.attempt(refund.attempt_id)
        assert attempt is not None
        question = await store.next_daily_number(attempt.contract, midnight.date())
        assert refund.refund_id in await claim_refunds(store, midnight + timedelta(seconds=5), 100)
        sent = await store.refund(refund.refund_id)
        assert sent is not None
        assert sent.daily_number == question + 1
        assert refund.refund_id in await claim_refunds(store, midnight + timedelta(hours=1), 100)
        repeated = await store.refund(refund.refund_id)
        assert repeated is not None
        assert (repeated.daily_number, repeated.sent_at) == (sent.daily_number, sent.sent_at)


async def test_a_refusal_gives_the_amount_free_again(paybox: Any, direct: Direct, harness: Harness) -> None:
    payment_id = await paid(paybox)
    direct.code = "00015"
    refund = (await ask(paybox, payment_id)).json()
    await stands(harness, refund, "refused")
    assert "La banque a refusé le remboursement : elle ne trouve pas ce paiement, ou il est déjà" in (
        await paybox.history(payment_id)
    )
    direct.code = "00000"
    again = (await ask(paybox, payment_id)).json()
    await stands(harness, again, "done")


async def test_without_its_api_it_is_made_by_hand(shop: Any, harness: Harness) -> None:
    payment_id = await paid(shop)
    refund = (await ask(shop, payment_id, 400)).json()
    assert refund["status"] == "by_hand"
    assert "faites le virement" in refund["sentence"]
    assert await told(harness, payment_id) == []
    async with shop.client(Role.REGISSEUR) as client:
        money = (await client.get(f"/payments/{payment_id}/money")).json()
        assert (money["by_bank"], money["taken"][0]["left_cents"]) == (False, 3000)
        waiting = [one["refund_id"] for one in (await client.get("/refunds")).json()["items"]]
        assert refund["refund_id"] in waiting
        done = await client.post(f"/refunds/{refund['refund_id']}/end", json={"done": True})
    assert done.json()["status"] == "done"
    assert await told(harness, payment_id) == [("refund", 400)]


async def test_given_up_nothing_went_back(shop: Any, harness: Harness) -> None:
    payment_id = await paid(shop)
    refund = (await ask(shop, payment_id)).json()
    async with shop.client(Role.REGISSEUR) as client:
        await client.post(f"/refunds/{refund['refund_id']}/end", json={"done": False})
        money = (await client.get(f"/payments/{payment_id}/money")).json()
    assert money["taken"][0]["left_cents"] == 3400
    assert money["refunds"][0]["status"] == "refused"
    assert await told(harness, payment_id) == []


async def test_invoices_ask_what_becomes_of_them(shop: Any, harness: Harness) -> None:
    payment_id = await paid(shop, purpose="invoices")
    assert (await ask(shop, payment_id)).json()["type"].endswith("consequence-missing")
    refund = (await ask(shop, payment_id, consequence="credit_note")).json()
    async with shop.client(Role.REGISSEUR) as client:
        await client.post(f"/refunds/{refund['refund_id']}/end", json={"done": True})
    (event,) = await harness.query(
        "select body from kept.published_event where type = 'payment_gateway.payment_reversed.v1'"
        " and body ->> 'payment_id' = $1",
        payment_id,
    )
    assert '"consequence": "credit_note"' in event["body"]


async def test_what_was_never_taken_is_not_given_back(shop: Any) -> None:
    payment_id = await shop.request()
    assert (await ask(shop, payment_id)).json()["type"].endswith("nothing-taken")


class TestPayZen:
    """A bank that is asked what became of a transaction, and tells of its refunds by messages too."""

    @staticmethod
    def credit(payzen: Any, order_id: str, cents: int = 3400) -> dict[str, Any]:
        credit: dict[str, Any] = payzen.transaction(
            "CAPTURED", cents, operationType="CREDIT", creationDate=datetime.now(UTC).isoformat()
        )
        payzen.orders[order_id].append(credit)
        return credit

    @staticmethod
    async def credit_of(payzen: Any, order_id: str) -> dict[str, Any]:
        """Once the bank has made it."""
        async with asyncio.timeout(20):
            while not (made := [one for one in payzen.orders[order_id] if one["operationType"] == "CREDIT"]):
                await asyncio.sleep(0.01)
        credit: dict[str, Any] = made[0]
        return credit

    async def test_the_answer_and_the_message_are_one_movement(
        self, open_shop: Any, payzen: Any, harness: Harness
    ) -> None:
        shop = await open_shop(other=payzen)
        payment_id = await shop.request()
        started = await shop.start(payment_id)
        await shop.notify(started["attempt_id"], payzen.decide(started))
        await shop.wait_for(payment_id, "succeeded")
        payzen.refund_answers.clear()
        refund = (await ask(shop, payment_id)).json()
        form = dict(started["fields"])
        credit = await self.credit_of(payzen, form["vads_order_id"])
        message = payzen.message(form, credit)
        await asyncio.gather(*(shop.notify(started["attempt_id"], message) for _ in range(5)))
        await harness.run_job("judge-waiting-messages")
        await stands(harness, refund, "done")
        payzen.refund_answers.set()
        await harness.run_job("make-refunds")
        assert await told(harness, payment_id) == [("refund", 3400)]
        assert [str(row["refund_id"]) for row in await reversals(harness, payment_id)] == [refund["refund_id"]]
        assert await differences(shop, payment_id) == []

    async def test_the_answer_and_the_message_at_once_are_one_movement_too(
        self, open_shop: Any, payzen: Any, harness: Harness
    ) -> None:
        shop = await open_shop(other=payzen)
        for _ in range(10):
            payment_id = await shop.request()
            started = await shop.start(payment_id)
            await shop.notify(started["attempt_id"], payzen.decide(started))
            await shop.wait_for(payment_id, "succeeded")
            payzen.refund_answers.clear()
            refund = (await ask(shop, payment_id)).json()
            form = dict(started["fields"])
            message = payzen.message(form, await self.credit_of(payzen, form["vads_order_id"]))
            payzen.refund_answers.set()
            await asyncio.gather(*(shop.notify(started["attempt_id"], message) for _ in range(2)))
            await harness.run_job("make-refunds")
            await harness.run_job("judge-waiting-messages")
            await stands(harness, refund, "done")
            assert await told(harness, payment_id) == [("refund", 3400)]
            assert await differences(shop, payment_id) == []

    async def test_an_unknown_outcome_is_asked_for_not_asked_again(
        self, open_shop: Any, payzen: Any, harness: Harness
    ) -> None:
        shop = await open_shop(other=payzen)
        payment_id = await paid(shop)
        payzen.loses_answers = True
        refund = (await ask(shop, payment_id, 1200)).json()
        await payzen.wait_asked("Transaction/CancelOrRefund")
        await harness.run_job("make-refunds")
        payzen.loses_answers = False
        await due_again(harness, refund)
        await stands(harness, refund, "done")
        assert payzen.asked.count("Transaction/CancelOrRefund") == 1
        assert await told(harness, payment_id) == [("refund", 1200)]

    @pytest.mark.parametrize("status", ["AUTHORISED_TO_VALIDATE", "WAITING_AUTHORISATION", "REFUND_TO_RETRY"])
    async def test_a_credit_that_waits_is_given_back_once_it_is_made(
        self, open_shop: Any, payzen: Any, harness: Harness, status: str
    ) -> None:
        shop = await open_shop(other=payzen)
        payment_id = await paid(shop)
        payzen.refund_status = status
        refund = (await ask(shop, payment_id)).json()
        await payzen.wait_asked("Transaction/CancelOrRefund")
        await harness.run_job("make-refunds")
        await due_again(harness, refund)
        await stands(harness, refund, "in_progress")
        assert await told(harness, payment_id) == []
        (credit,) = [one for order in payzen.orders.values() for one in order if one["operationType"] == "CREDIT"]
        credit["detailedStatus"] = "CAPTURED"
        await due_again(harness, refund)
        await stands(harness, refund, "done")
        assert payzen.asked.count("Transaction/CancelOrRefund") == 1
        assert await told(harness, payment_id) == [("refund", 3400)]

    async def test_a_credit_that_never_is_made_ends_with_a_person(
        self, open_shop: Any, payzen: Any, harness: Harness
    ) -> None:
        shop = await open_shop(other=payzen)
        payment_id = await paid(shop)
        payzen.refund_status = "WAITING_AUTHORISATION"
        refund = (await ask(shop, payment_id)).json()
        await payzen.wait_asked("Transaction/CancelOrRefund")
        for _ in range(4):
            await due_again(harness, refund)
        await stands(harness, refund, "to_check")
        assert payzen.asked.count("Transaction/CancelOrRefund") == 1
        assert await told(harness, payment_id) == []

    async def test_a_credit_refused_gives_the_amount_free_again(
        self, open_shop: Any, payzen: Any, harness: Harness
    ) -> None:
        shop = await open_shop(other=payzen)
        payment_id = await paid(shop)
        payzen.refund_status = "REFUSED"
        refused = (await ask(shop, payment_id)).json()
        await stands(harness, refused, "refused")
        assert "faites un virement (code REFUSED)." in await shop.history(payment_id)
        assert await told(harness, payment_id) == []
        payzen.refund_status = "CAPTURED"
        await stands(harness, (await ask(shop, payment_id)).json(), "done")
        assert await told(harness, payment_id) == [("refund", 3400)]

    async def test_a_refund_in_the_banks_own_pages_is_recorded(
        self, open_shop: Any, payzen: Any, harness: Harness
    ) -> None:
        shop = await open_shop(other=payzen)
        payment_id = await shop.request()
        started = await shop.start(payment_id)
        await shop.notify(started["attempt_id"], payzen.decide(started))
        await shop.wait_for(payment_id, "succeeded")
        form = dict(started["fields"])
        credit = self.credit(payzen, form["vads_order_id"], 500)
        for _ in range(3):
            await shop.notify(started["attempt_id"], payzen.message(form, credit))
        await harness.run_job("judge-waiting-messages")
        assert await told(harness, payment_id) == [("refund", 500)]
        assert (await ask(shop, payment_id, 2901)).json()["type"].endswith("refund-too-large")
        assert await differences(shop, payment_id) == []

    async def test_a_debit_and_its_credit_told_at_once_are_both_recorded(
        self, open_shop: Any, payzen: Any, harness: Harness
    ) -> None:
        """In either order, and together: the credit waits for what it is of."""
        shop = await open_shop(other=payzen)
        payment_id = await shop.request()
        started = await shop.start(payment_id)
        form = dict(started["fields"])
        debit = payzen.decide(started)
        credit = payzen.message(form, self.credit(payzen, form["vads_order_id"], 500))
        await asyncio.gather(*(shop.notify(started["attempt_id"], each) for each in (credit, debit, credit)))
        await shop.wait_for(payment_id, "succeeded")
        await harness.run_job("judge-waiting-messages")
        assert await told(harness, payment_id) == [("refund", 500)]
        assert await differences(shop, payment_id) == []
