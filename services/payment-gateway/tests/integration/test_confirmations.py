"""What Paybox's key signed is confirmed by Paybox's own answer, which knows the shop: else the régie decides."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from chassis.testing.plugin import Harness
from contracts.values import Role

REASON = "Absent du relevé"


class Desk:
    """Time that passes, and the régie of a shop."""

    def __init__(self, shop: Any, calendar: Any, harness: Harness) -> None:
        self.shop, self.calendar, self.harness = shop, calendar, harness

    async def pass_time(self, attempt_id: str, minutes: float = 30) -> None:
        """Since the attempt began and its messages came; its question is due if one is to come."""
        await self.harness.query(
            "update bank_transaction set accepted_at = accepted_at - make_interval(secs => $2) where attempt_id = $1",
            UUID(attempt_id),
            minutes * 60,
        )
        await self.harness.query(
            "update payment_attempt set started_at = started_at - make_interval(secs => $2),"
            " next_question_at = next_question_at - make_interval(secs => $2) where attempt_id = $1",
            UUID(attempt_id),
            minutes * 60,
        )

    async def ask(self, attempt_id: str, minutes: float = 30) -> None:
        await self.pass_time(attempt_id, minutes)
        await self.harness.run_job("ask-banks")

    async def listed(self, payment_id: str, *, decided: bool = False) -> list[dict[str, Any]]:
        async with self.shop.client(Role.REGISSEUR) as client:
            items = (await client.get("/unconfirmed-money", params={"decided": decided})).json()["items"]
        return [item for item in items if item["payment_id"] == payment_id]

    async def decide(self, client: Any, movement_id: str, decision: str) -> tuple[int, str]:
        answer = await client.post(
            f"/unconfirmed-money/{movement_id}/decision", json={"decision": decision, "reason": REASON}
        )
        return answer.status_code, answer.json()["type"] if answer.content else ""

    async def net_cents(self, payment_id: str) -> tuple[int, list[str]]:
        """What the ledger says the bank holds of a payment, and where the books disagree."""
        (row,) = await self.harness.query(
            "select coalesce(sum(cents) filter (where account = 'bank'), 0)::bigint as cents from ledger_side"
            " where payment_id = $1",
            UUID(payment_id),
        )
        async with self.shop.client(Role.REGISSEUR) as client:
            found = (await client.get("/ledger/differences")).json()["items"]
        return row["cents"], [each["kind"] for each in found if each["payment_id"] == payment_id]

    async def reversed(self, payment_id: str) -> list[tuple[str, int]]:
        """Told to the other services."""
        rows = await self.harness.query(
            "select body::json ->> 'kind' as kind, (body::json ->> 'amount_cents')::int as cents"
            " from kept.published_event where body::json ->> 'payment_id' = $1 and type like '%payment_reversed%'",
            payment_id,
        )
        return [(row["kind"], row["cents"]) for row in rows]


@pytest.fixture
def desk(alixan: Any, calendar: Any, harness: Harness) -> Desk:
    return Desk(alixan, calendar, harness)


async def pay_elsewhere(shop: Any, attempt_id: str, payment_id: str, cents: int = 3400) -> str:
    """Another merchant's shop takes our amount under our reference and has the bank write to our address."""
    number = str(shop.bank.transaction())
    answer = await shop.notify(attempt_id, shop.bank.message(payment_id, cents, trans=number))
    assert answer.status_code == 200
    return number


def counted(verdict: str) -> float:
    return REGISTRY.get_sample_value("portail_bank_messages_total", {"verdict": verdict}) or 0


async def test_money_of_another_shop_settles_at_once_and_is_then_put_before_the_regie(
    alixan: Any, desk: Desk, calendar: Any
) -> None:
    payment_id, attempt_id = await alixan.begin()
    number = await pay_elsewhere(alixan, attempt_id, payment_id)
    assert await alixan.published(payment_id) == [("succeeded", 3)]
    assert await desk.listed(payment_id) == []
    before = counted("unconfirmed")
    await desk.ask(attempt_id)
    (item,) = await desk.listed(payment_id)
    assert (item["transaction_id"], item["amount_cents"], item["left_cents"]) == (number, 3400, 3400)
    assert "elle ne le trouve pas dans votre boutique" in item["sentence"]
    assert counted("unconfirmed") == before + 1
    assert await calendar.next_question(attempt_id) is None, "asked no more"
    assert "à vérifier, voyez « Contrôles »" in await alixan.history(payment_id)
    async with alixan.client(Role.AGENT) as client:
        shown = (await client.get(f"/payments/{payment_id}")).json()
        assert (shown["status"], shown["needs_review"]) == ("succeeded", True)
        assert (await client.get("/unconfirmed-money")).status_code == 403
    assert await alixan.published(payment_id) == [("succeeded", 3)], "nothing is taken back by itself"
    assert await desk.net_cents(payment_id) == (3400, [])


async def test_what_did_not_arrive_is_due_again(alixan: Any, desk: Desk) -> None:
    payment_id, attempt_id = await alixan.begin()
    await pay_elsewhere(alixan, attempt_id, payment_id)
    await desk.ask(attempt_id)
    (item,) = await desk.listed(payment_id)
    async with alixan.client(Role.REGISSEUR) as client, alixan.client(Role.REGISSEUR) as colleague:
        assert (await desk.decide(client, item["movement_id"], "not_received"))[0] == 204
        assert (await desk.decide(client, item["movement_id"], "not_received"))[0] == 204, "the same click again"
        told = await desk.decide(colleague, item["movement_id"], "received")
        assert (told[0], "arrival-known" in told[1]) == (409, True)
    assert await desk.reversed(payment_id) == [("rejection", 3400)]
    assert await desk.net_cents(payment_id) == (0, [])
    assert await desk.listed(payment_id) == []
    (kept,) = await desk.listed(payment_id, decided=True)
    assert (kept["decision"], kept["reason"], kept["left_cents"]) == ("not_received", REASON, 0)
    history = await alixan.history(payment_id)
    assert f"34,00\xa0€ n'est pas arrivée ({REASON}). Elle n'est plus comptée comme encaissée." in history
    assert "rejeté par la banque du payeur" not in history, "what is not known is not said"
    payment = await alixan.payment(payment_id)
    assert (payment["status"], payment["returned_cents"]) == ("succeeded", 3400)


async def test_what_did_arrive_stays(alixan: Any, desk: Desk) -> None:
    payment_id, attempt_id = await alixan.begin()
    await pay_elsewhere(alixan, attempt_id, payment_id)
    await desk.ask(attempt_id)
    (item,) = await desk.listed(payment_id)
    async with alixan.client(Role.REGISSEUR) as client:
        assert (await desk.decide(client, item["movement_id"], "received"))[0] == 204
    assert await desk.reversed(payment_id) == []
    assert await desk.net_cents(payment_id) == (3400, [])
    async with alixan.client(Role.AGENT) as client:
        assert (await client.get(f"/payments/{payment_id}")).json()["needs_review"] is False


async def test_two_people_at_once_decide_once(alixan: Any, desk: Desk) -> None:
    payment_id, attempt_id = await alixan.begin()
    await pay_elsewhere(alixan, attempt_id, payment_id)
    await desk.ask(attempt_id)
    (item,) = await desk.listed(payment_id)
    async with alixan.client(Role.REGISSEUR) as one, alixan.client(Role.REGISSEUR) as other:
        answers = await asyncio.gather(
            *(desk.decide(client, item["movement_id"], "not_received") for client in (one, other))
        )
    assert sorted(status for status, _ in answers) == [204, 409]
    assert await desk.reversed(payment_id) == [("rejection", 3400)]


async def test_money_in_doubt_is_not_given_back(alixan: Any, pays: Any, desk: Desk) -> None:
    """A second «payment» of another shop would be money out of the till."""
    payment_id, attempt_id = await alixan.begin()
    _, message = pays.accept(alixan, payment_id)
    await alixan.notify(attempt_id, message)
    await pay_elsewhere(alixan, attempt_id, payment_id)
    await desk.ask(attempt_id)
    (item,) = await desk.listed(payment_id)
    assert item["settles"] is False
    async with alixan.client(Role.REGISSEUR) as client:
        surplus = {"decision": "refunded", "reason": "Payé deux fois"}
        for decision in ("refunded", "credited"):
            refused = await client.post(
                f"/surpluses/{item['movement_id']}/decision", json={**surplus, "decision": decision}
            )
            assert (refused.status_code, "money-in-doubt" in refused.json()["type"]) == (409, True)
        assert (await desk.decide(client, item["movement_id"], "not_received"))[0] == 204
        waiting = (await client.get("/surpluses", params={"decision": "to_decide"})).json()["items"]
    assert item["movement_id"] not in {one["movement_id"] for one in waiting}
    assert await desk.net_cents(payment_id) == (3400, [])


async def test_an_ordinary_payment_is_confirmed_and_asked_no_more(
    alixan: Any, pays: Any, desk: Desk, calendar: Any, harness: Harness
) -> None:
    payment_id, attempt_id = await alixan.begin()
    _, message = pays.accept(alixan, payment_id)
    await alixan.notify(attempt_id, message)
    await desk.ask(attempt_id, 1)
    assert [asked["TYPE"] for asked in pays.asked] == ["00011", "00017"]
    assert await calendar.next_question(attempt_id) is None
    (row,) = await harness.query("select confirmed_at from bank_transaction where payment_id = $1", UUID(payment_id))
    assert row["confirmed_at"] is not None
    assert "la banque confirme ce qu'elle avait dit" in await alixan.history(payment_id)
    await alixan.notify(attempt_id, message)
    assert await calendar.next_question(attempt_id) is None, "the same message again asks nothing"
    assert await desk.listed(payment_id) == []


async def test_a_payment_refused_here_and_paid_elsewhere(alixan: Any, pays: Any, desk: Desk) -> None:
    """The bank knows the reference, by another card."""
    payment_id, attempt_id = await alixan.begin()
    pays.accept(alixan, payment_id, status="Refusé", authorisation="")
    number = await pay_elsewhere(alixan, attempt_id, payment_id)
    await desk.ask(attempt_id)
    assert [item["transaction_id"] for item in await desk.listed(payment_id)] == [number]


async def test_a_surplus_that_is_the_shops_own_is_confirmed(alixan: Any, pays: Any, desk: Desk) -> None:
    """Two true payments of one reference: the bank finds the last by the reference, the other by its number."""
    payment_id, first = await alixan.begin()
    second = (await alixan.start(payment_id, confirmed=True))["attempt_id"]
    for attempt_id in (first, second):
        await alixan.notify(attempt_id, pays.accept(alixan, payment_id)[1])
    for attempt_id in (first, second):
        await desk.ask(attempt_id)
    assert await desk.listed(payment_id) == []
    assert "repose sur son seul message" not in await alixan.history(payment_id)


@pytest.mark.parametrize("code", ["00001", "00003", "00006", "00098"])
async def test_a_bank_that_says_nothing_lists_nothing(
    alixan: Any, pays: Any, desk: Desk, calendar: Any, code: str
) -> None:
    payment_id, attempt_id = await alixan.begin()
    await pay_elsewhere(alixan, attempt_id, payment_id)
    pays.code = code
    await desk.ask(attempt_id)
    assert await desk.listed(payment_id) == []
    assert await calendar.next_question(attempt_id) is not None


async def test_a_bank_that_never_answers_is_asked_ever_more_rarely_and_given_up(
    alixan: Any, pays: Any, desk: Desk, calendar: Any
) -> None:
    payment_id, attempt_id = await alixan.begin()
    await pay_elsewhere(alixan, attempt_id, payment_id)
    pays.code = "00001"
    waits = []
    while (at := await calendar.next_question(attempt_id)) is not None:
        wait = at - datetime.now(UTC)
        waits.append(wait)
        assert len(waits) < 60
        await desk.ask(attempt_id, wait.total_seconds() / 60 + 0.01)
    assert waits[-1] > timedelta(hours=23) > timedelta(minutes=5) > waits[2]
    assert len(pays.asked) == len(waits)
    assert await desk.listed(payment_id) == []
    assert "repose sur son seul message signé" in await alixan.history(payment_id)


async def test_two_replicas_ask_once(alixan: Any, pays: Any, desk: Desk, harness: Harness) -> None:
    begun = [await alixan.begin() for _ in range(10)]
    for payment_id, attempt_id in begun:
        await pay_elsewhere(alixan, attempt_id, payment_id)
        await desk.pass_time(attempt_id)
    await asyncio.gather(*(harness.run_job("ask-banks") for _ in range(3)))
    for payment_id, attempt_id in begun:
        about = [asked["TYPE"] for asked in pays.asked if asked["REFERENCE"] == payment_id]
        assert about == ["00011", "00017"], payment_id
        assert len(await desk.listed(payment_id)) == 1
        assert await alixan.verdicts(attempt_id) == ["valid", "unconfirmed"]


async def test_a_message_after_the_last_word_of_the_bank_has_it_asked_again(
    alixan: Any, desk: Desk, calendar: Any
) -> None:
    """The page is closed, the bank has said that nothing was paid; then a signed message comes."""
    payment_id, attempt_id = await alixan.begin()
    await desk.ask(attempt_id)
    assert (await alixan.status(payment_id), await calendar.next_question(attempt_id)) == ("expired", None)
    await pay_elsewhere(alixan, attempt_id, payment_id)
    assert await alixan.status(payment_id) == "succeeded"
    at = await calendar.next_question(attempt_id)
    assert at is not None
    assert timedelta(minutes=14) < at - datetime.now(UTC) <= timedelta(minutes=15)
    await desk.ask(attempt_id)
    assert len(await desk.listed(payment_id)) == 1


async def test_a_message_during_the_question_is_asked_about_too(
    alixan: Any, pays: Any, desk: Desk, calendar: Any, harness: Harness
) -> None:
    payment_id, attempt_id = await alixan.begin()
    await desk.pass_time(attempt_id)
    pays.gate.clear()
    asking = asyncio.create_task(harness.run_job("ask-banks"))
    await pays.wait_asked(1)
    await pay_elsewhere(alixan, attempt_id, payment_id)
    pays.gate.set()
    await asking
    assert await calendar.next_question(attempt_id) is not None
    await desk.ask(attempt_id, 60)
    assert len(await desk.listed(payment_id)) == 1


async def test_a_refund_of_ours_is_not_taken_for_a_denial(alixan: Any, pays: Any, desk: Desk, harness: Harness) -> None:
    """Cancelled at the bank because we gave it back: nothing is left to confirm."""
    payment_id, attempt_id = await alixan.begin()
    tried, message = pays.accept(alixan, payment_id)
    await alixan.notify(attempt_id, message)
    body = {"amount_cents": 3400, "reason": "Geste", "consequence": None}
    async with alixan.client(Role.REGISSEUR) as client:
        made = (await client.post(f"/payments/{payment_id}/refunds", json=body)).json()
    await harness.query(
        "update refund set status = 'to_check', next_try_at = null where refund_id = $1", UUID(made["refund_id"])
    )
    async with alixan.client(Role.REGISSEUR) as client:
        assert (await client.post(f"/refunds/{made['refund_id']}/end", json={"done": True})).status_code == 200
    tried.status = "Annulé"
    await desk.ask(attempt_id)
    assert await desk.listed(payment_id) == []


async def test_a_contract_that_cannot_ask_says_that_the_message_stands_alone(
    shop: Any, harness: Harness, calendar: Any
) -> None:
    payment_id, attempt_id = await shop.begin()
    assert "repose sur son seul message" not in await shop.history(payment_id)
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    assert await calendar.next_question(attempt_id) is None
    assert "repose sur son seul message signé" in await shop.history(payment_id)


async def test_another_commune_sees_and_decides_nothing(alixan: Any, desk: Desk, open_shop: Any) -> None:
    payment_id, attempt_id = await alixan.begin()
    await pay_elsewhere(alixan, attempt_id, payment_id)
    await desk.ask(attempt_id)
    (item,) = await desk.listed(payment_id)
    veyras = await open_shop("veyras")
    async with veyras.client(Role.REGISSEUR) as client:
        assert payment_id not in (await client.get("/unconfirmed-money")).text
        assert (await desk.decide(client, item["movement_id"], "received"))[0] == 404
