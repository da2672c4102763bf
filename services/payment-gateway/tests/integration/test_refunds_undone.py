"""A refund that the bank accepted and did not pay out: its money is there again, and the régie decides anew."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.plugin import Harness
from contracts.values import Role

REASON = {"reason": "Repas annulé par la mairie"}


class Scene:
    """A payment of 34 € at PayZen, and what the bank makes of its refunds."""

    def __init__(self, shop: Any, payzen: Any, calendar: Any, harness: Harness) -> None:
        self.shop, self.payzen, self.calendar, self.harness = shop, payzen, calendar, harness
        self.payment_id = self.attempt_id = ""
        self.form: dict[str, str] = {}

    async def pay(self) -> None:
        self.payment_id = await self.shop.request()
        started = await self.shop.start(self.payment_id)
        self.attempt_id, self.form = started["attempt_id"], dict(started["fields"])
        await self.shop.notify(self.attempt_id, self.payzen.decide(started, "CAPTURED"))
        await self.shop.wait_for(self.payment_id, "succeeded")
        await self.calendar.ask(self.attempt_id)
        assert await self.calendar.next_question(self.attempt_id) is None

    async def refund(self, cents: int = 1000) -> str:
        """Made by the bank, and accepted; its id."""
        self.payzen.refund_status = "AUTHORISED"
        async with self.shop.client(Role.REGISSEUR) as client:
            made = (
                await client.post(f"/payments/{self.payment_id}/refunds", json={**REASON, "amount_cents": cents})
            ).json()
        await self.harness.run_job("make-refunds")
        await self.harness.eventually(
            "select 1 from refund where refund_id = $1 and status = 'done'", UUID(made["refund_id"]), seconds=60
        )
        return str(made["refund_id"])

    @property
    def credit(self) -> dict[str, Any]:
        order = self.payzen.orders[self.form["vads_order_id"]]
        found: dict[str, Any] = [one for one in order if one["operationType"] == "CREDIT"][-1]
        return found

    async def ask(self) -> None:
        """The next question is due now."""
        await self.harness.query(
            "update payment_attempt set next_question_at = now() where attempt_id = $1", UUID(self.attempt_id)
        )
        await self.harness.run_job("ask-banks")

    async def money(self) -> dict[str, Any]:
        async with self.shop.client(Role.REGISSEUR) as client:
            found: dict[str, Any] = (await client.get(f"/payments/{self.payment_id}/money")).json()
        return found

    async def to_decide(self) -> list[dict[str, Any]]:
        async with self.shop.client(Role.REGISSEUR) as client:
            items = (await client.get("/surpluses", params={"decision": "to_decide"})).json()["items"]
        return [item for item in items if item["payment_id"] == self.payment_id]

    async def books(self) -> tuple[int, list[str]]:
        """Cents of this payment that the bank holds, and where the books disagree."""
        (row,) = await self.harness.query(
            "select sum(cents) filter (where account = 'bank')::bigint as cents from ledger_side where payment_id = $1",
            UUID(self.payment_id),
        )
        async with self.shop.client(Role.REGISSEUR) as client:
            found = (await client.get("/ledger/differences")).json()["items"]
        return row["cents"], [each["kind"] for each in found if each["payment_id"] == self.payment_id]

    async def told(self) -> list[tuple[str, int, str | None]]:
        """Money that moved after the settlement, as told to the other services: its kind, cents, and of what."""
        rows = await self.harness.query(
            "select type, (body::json ->> 'amount_cents')::int as cents,"
            " coalesce(body::json ->> 'undone_movement_id', body::json ->> 'surplus_id') as of_what"
            " from kept.published_event where body::json ->> 'payment_id' = $1"
            " and (type like '%payment_reversed%' or type like '%surplus_received%') order by seq",
            self.payment_id,
        )
        return [(row["type"].split(".")[1], row["cents"], row["of_what"]) for row in rows]


@pytest.fixture
async def scene(open_shop: Any, payzen: Any, calendar: Any, harness: Harness) -> Scene:
    made = Scene(await open_shop(other=payzen), payzen, calendar, harness)
    await made.pay()
    return made


@pytest.mark.parametrize(
    ("status", "why"), [("CANCELLED", "a été annulé avant d'être versé"), ("CAPTURE_FAILED", "n'a pas pu être versé")]
)
async def test_a_refund_that_is_not_paid_out_is_decided_anew(
    scene: Scene, harness: Harness, status: str, why: str
) -> None:
    await scene.refund()
    at = await scene.calendar.next_question(scene.attempt_id)
    assert at is not None, "accepted is not paid out: the bank is asked the next day"
    assert timedelta(hours=23) < at - datetime.now(UTC) <= timedelta(days=1)
    assert await scene.books() == (2400, [])
    scene.credit["detailedStatus"] = status
    await scene.ask()
    (item,) = await scene.to_decide()
    assert item["amount_cents"] == 1000
    assert "n'a pas été versé : la somme est de nouveau à décider" in item["sentence"]
    assert await scene.books() == (3400, [])
    money = await scene.money()
    assert [(one["outcome"], one["was_given_back"], one["left_cents"]) for one in money["taken"]] == [
        ("settled", False, 2400),
        ("surplus", True, 1000),
    ]
    (refund,) = money["refunds"]
    assert (refund["status"], f"ce remboursement {why} (code {status})" in refund["sentence"]) == ("undone", True)
    assert "pas versé. La banque a dit ensuite" in await scene.shop.history(scene.payment_id)
    (returned,) = await harness.query(
        "select movement_id from bank_reversal where payment_id = $1", UUID(scene.payment_id)
    )
    assert await scene.told() == [
        ("payment_reversed", 1000, None),
        ("surplus_received", 1000, str(returned["movement_id"])),
    ]
    assert await scene.calendar.next_question(scene.attempt_id) is None
    await scene.ask()
    assert len(await scene.to_decide()) == 1, "said again, it is known"
    assert len(await scene.told()) == 2


async def test_it_is_then_given_back_by_a_transfer(scene: Scene) -> None:
    """The card does not take it: the bank is not asked to refund what it did not pay out."""
    await scene.refund()
    scene.credit["detailedStatus"] = "CAPTURE_FAILED"
    await scene.ask()
    (item,) = await scene.to_decide()
    asked = scene.payzen.asked.count("Transaction/CancelOrRefund")
    async with scene.shop.client(Role.REGISSEUR) as client:
        body = {"decision": "refunded", "reason": "Virement"}
        assert (await client.post(f"/surpluses/{item['movement_id']}/decision", json=body)).status_code == 204
        refund = (await scene.money())["refunds"][0]
        assert (refund["status"], "faites un virement" in refund["sentence"]) == ("by_hand", True)
        await client.post(f"/refunds/{refund['refund_id']}/end", json={"done": True})
    assert scene.payzen.asked.count("Transaction/CancelOrRefund") == asked
    assert (await scene.told())[-1] == ("payment_reversed", 1000, item["movement_id"])
    assert await scene.books() == (2400, [])
    assert await scene.to_decide() == []


async def test_the_rest_can_still_be_refunded_and_no_more(scene: Scene) -> None:
    await scene.refund()
    scene.credit["detailedStatus"] = "CANCELLED"
    await scene.ask()
    async with scene.shop.client(Role.REGISSEUR) as client:
        too_much = await client.post(f"/payments/{scene.payment_id}/refunds", json={**REASON, "amount_cents": 2401})
    assert too_much.json()["type"].endswith("refund-too-large")
    await scene.refund(2400)
    assert await scene.books() == (1000, [])


async def test_a_message_tells_it_too(scene: Scene) -> None:
    """A refund made in the bank's own pages, cancelled there: two messages, in order."""
    order = scene.payzen.orders[scene.form["vads_order_id"]]
    order.append(scene.payzen.transaction("AUTHORISED", 500, operationType="CREDIT"))
    await scene.shop.notify(scene.attempt_id, scene.payzen.message(scene.form, scene.credit))
    assert await scene.books() == (2900, [])
    assert await scene.calendar.next_question(scene.attempt_id) is not None
    scene.credit["detailedStatus"] = "CANCELLED"
    for _ in range(2):
        await scene.shop.notify(scene.attempt_id, scene.payzen.message(scene.form, scene.credit))
    assert [item["amount_cents"] for item in await scene.to_decide()] == [500]
    assert await scene.books() == (3400, [])


async def test_cancelled_before_it_was_told_nothing_went_back(scene: Scene) -> None:
    """Messages overtake one another."""
    order = scene.payzen.orders[scene.form["vads_order_id"]]
    order.append(scene.payzen.transaction("AUTHORISED", 500, operationType="CREDIT"))
    made = scene.payzen.message(scene.form, scene.credit)
    scene.credit["detailedStatus"] = "CANCELLED"
    for message in (scene.payzen.message(scene.form, scene.credit), made):
        await scene.shop.notify(scene.attempt_id, message)
    assert (await scene.told(), await scene.to_decide()) == ([], [])
    assert await scene.books() == (3400, [])


async def test_paid_out_it_is_asked_about_no_more(scene: Scene) -> None:
    await scene.refund()
    scene.credit["detailedStatus"] = "CAPTURED"
    await scene.ask()
    assert await scene.calendar.next_question(scene.attempt_id) is None
    assert [refund["status"] for refund in (await scene.money())["refunds"]] == ["done"]
    assert await scene.to_decide() == []


async def test_of_an_old_payment_it_is_asked_about_even_by_a_bank_that_was_away(scene: Scene, harness: Harness) -> None:
    await harness.query(
        "update payment_attempt set started_at = started_at - interval '90 days' where attempt_id = $1",
        UUID(scene.attempt_id),
    )
    await scene.refund()
    scene.payzen.is_down = True
    await scene.ask()
    assert await scene.calendar.next_question(scene.attempt_id) is not None
    scene.payzen.is_down = False
    await scene.ask()
    assert await scene.calendar.next_question(scene.attempt_id) is not None, "accepted, not yet paid out"
    scene.credit["detailedStatus"] = "CAPTURE_FAILED"
    await scene.ask()
    assert len(await scene.to_decide()) == 1
