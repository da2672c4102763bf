"""Orders of adhesions: what is ordered, asked for and refused."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from chassis.ids import new_id
from contracts.values import PaymentStatus

if TYPE_CHECKING:
    from ..conftest import Commune

pytestmark = pytest.mark.integration


async def test_the_guides_order(commune: "Commune") -> None:
    activity_id, home = await commune.activity(), await commune.family()
    order = await commune.order(home, activity_id, "Louis", "Estelle")
    assert [(line["first_name"], line["activity_name"], line["amount_cents"]) for line in order["lines"]] == [
        ("Louis", "Cantine d'Alixan 2022/2023", 1700),
        ("Estelle", "Cantine d'Alixan 2022/2023", 1700),
    ]
    assert (order["status"], order["count"], order["total_cents"], order["payment_id"]) == ("draft", 2, 3400, None)
    assert order["regie"] == {"regie_id": str(commune.regie_id), "name": "Régie cantine"}
    assert await commune.adhesions(home) == {}


async def test_paying_asks_the_gateway_once_in_the_guardians_name(commune: "Commune") -> None:
    activity_id, home = await commune.activity(), await commune.family()
    order = await commune.order(home, activity_id, "Louis", "Estelle")
    first, *others = await asyncio.gather(*(commune.pay(home, order) for _ in range(6)))
    assert {paying["payment_id"] for paying in others} == {first["payment_id"]}
    assert (first["status"], first["payment_status"]) == ("awaiting_payment", None)
    (event,) = await commune.events("adhesion_payment_requested", "reference_id", order["order_id"])
    assert json.loads(event["body"]) == {
        "payment_id": first["payment_id"],
        "purpose": "adhesion_order",
        "reference_id": order["order_id"],
        "regie_id": str(commune.regie_id),
        "family_id": str(home.family_id),
        "amount_cents": 3400,
        "label": "Cantine d'Alixan 2022/2023",
        "article_count": 2,
        "article_ids": [],
        "payer": {
            "first_name": "Camille",
            "last_name": "Martin",
            "email": "camille@example.org",
            "address": {"line": "3 rue des Écoles", "postal_code": "26300", "city": "Alixan"},
        },
    }
    assert (await commune.adhesions(home))["Louis"]["status"] == "awaiting_payment"


async def test_the_same_order_is_given_again(commune: "Commune") -> None:
    activity_id, home = await commune.activity(), await commune.family()
    drafts = await asyncio.gather(*(commune.order(home, activity_id, "Louis", "Estelle") for _ in range(4)))
    paying = await commune.pay(home, drafts[0])
    again = await commune.order(home, activity_id, "Estelle", "Louis")
    assert {order["order_id"] for order in [*drafts, again]} == {paying["order_id"]}
    assert again["payment_id"] == paying["payment_id"]


async def test_a_draft_takes_the_fee_of_the_day_and_gives_way_to_another_choice(commune: "Commune") -> None:
    activity_id, home = await commune.activity(), await commune.family()
    alone = await commune.order(home, activity_id, "Louis")
    tariff = {"adhesion_fee_cents": 1800, "label": "à l'unité", "unit": {"kind": "flat", "cents": 500}}
    await commune.put(f"/activities/{activity_id}", commune.canteen(tariff=tariff))
    assert (await commune.order(home, activity_id, "Louis"))["total_cents"] == 1800
    both = await commune.order(home, activity_id, "Louis", "Estelle")
    assert both["order_id"] != alone["order_id"]
    assert (await commune.read(home, f"/adhesion-orders/{alone['order_id']}"))["status"] == "cancelled"
    listed = await commune.read(home, "/adhesion-orders")
    assert [order["order_id"] for order in listed] == [both["order_id"], alone["order_id"]]


async def test_a_member_whose_order_awaits_payment_is_not_ordered_twice(commune: "Commune") -> None:
    activity_id, home = await commune.activity(), await commune.family()
    order = await commune.pay(home, await commune.order(home, activity_id, "Louis"))
    async with commune.parent(home) as client:
        response = await client.post(
            "/adhesion-orders", json={"activity_id": activity_id, "member_ids": home.ids("Louis", "Estelle")}
        )
        activities = (await client.get("/activities")).json()
    assert (response.status_code, response.json()["type"].rsplit(":")[-1]) == (409, "payment-pending")
    (activity,) = [found for found in activities if found["activity_id"] == activity_id]
    louis, estelle = activity["members"]
    assert (louis["eligible"], louis["adhesion_status"]) == (False, "awaiting_payment")
    assert louis["order_id"] == order["order_id"]
    assert (estelle["eligible"], estelle["reason"], estelle["adhesion_status"]) == (True, None, None)


async def test_a_cancelled_order_is_neither_paid_nor_in_the_way(commune: "Commune") -> None:
    activity_id, home = await commune.activity(), await commune.family()
    order = await commune.pay(home, await commune.order(home, activity_id, "Louis"))
    async with commune.parent(home) as client:
        for _ in range(2):
            assert (await client.delete(f"/adhesion-orders/{order['order_id']}")).status_code == 204
        refused = await client.post(f"/adhesion-orders/{order['order_id']}/payment")
    assert (refused.status_code, refused.json()["type"].rsplit(":")[-1]) == (409, "order-cancelled")
    assert (await commune.order(home, activity_id, "Louis"))["order_id"] != order["order_id"]


async def test_a_free_order_is_in_force_at_once(commune: "Commune") -> None:
    tariff = {"adhesion_fee_cents": 0, "label": "à l'unité", "unit": {"kind": "flat", "cents": 500}}
    activity_id, home = await commune.activity(tariff=tariff), await commune.family()
    order = await commune.order(home, activity_id, "Louis")
    paid = await asyncio.gather(*(commune.pay(home, order) for _ in range(4)))
    assert {(answer["status"], answer["payment_id"]) for answer in paid} == {("paid", None)}
    (event,) = await commune.events("adhesion_paid", "family_id", home.family_id)
    assert json.loads(event["body"])["amount_cents"] == 0
    assert json.loads(event["body"])["payment_id"] is None
    assert await commune.events("adhesion_payment_requested", "family_id", home.family_id) == []
    assert (await commune.adhesions(home))["Louis"]["status"] == "active"


async def test_a_payer_without_email_is_told_what_to_do(commune: "Commune") -> None:
    home = commune.home()
    guardian = {**home.file()["guardians"][0], "email": None}
    activity_id = await commune.activity()
    await commune.family(home, guardians=[guardian])
    order = await commune.order(home, activity_id, "Louis")
    async with commune.parent(home) as client:
        refused = await client.post(f"/adhesion-orders/{order['order_id']}/payment")
        assert (refused.status_code, refused.json()["type"].rsplit(":")[-1]) == (409, "email-missing")
        contact = {"email": "moi@example.org", "phone": None}
        assert (await client.put(f"/family/guardians/{home.guardian_id}", json=contact)).status_code == 200
    assert (await commune.pay(home, order))["payment_id"]


async def test_what_changed_since_the_order_is_checked_when_paying(commune: "Commune") -> None:
    activity_id, home = await commune.activity(), await commune.family()
    order = await commune.order(home, activity_id, "Louis")
    commune.harness.clock.instant = datetime(2023, 7, 8, 9, tzinfo=UTC)
    async with commune.parent(home) as client:
        closed = await client.post(f"/adhesion-orders/{order['order_id']}/payment")
        assert (closed.status_code, closed.json()["type"].rsplit(":")[-1]) == (409, "activity-closed")
        commune.harness.clock.instant -= timedelta(days=300)
        await commune.family(home, members=[home.member("Estelle")])
        left = await client.post(f"/adhesion-orders/{order['order_id']}/payment")
    assert (left.status_code, left.json()["type"].rsplit(":")[-1]) == (409, "not-eligible")
    assert await commune.events("adhesion_payment_requested", "family_id", home.family_id) == []


async def test_another_familys_ids_do_not_exist(commune: "Commune") -> None:
    activity_id, home, stranger = await commune.activity(), await commune.family(), await commune.family()
    order = await commune.order(home, activity_id, "Louis")
    path = f"/adhesion-orders/{order['order_id']}"
    async with commune.parent(stranger) as client:
        answers = [
            await client.get(path),
            await client.post(f"{path}/payment"),
            await client.delete(path),
            await client.put(f"/family/guardians/{home.guardian_id}", json={"email": None, "phone": None}),
            await client.post("/adhesion-orders", json={"activity_id": activity_id, "member_ids": home.ids("Louis")}),
            await client.post(
                "/adhesion-orders", json={"activity_id": str(new_id()), "member_ids": stranger.ids("Louis")}
            ),
        ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert (await commune.read(home, path))["status"] == "draft"


@pytest.mark.parametrize(
    "extra", [{"total_cents": 1}, {"amount_cents": 1}, {"status": "paid"}, {"member_ids": []}, {"activity_id": "x"}]
)
async def test_a_browser_sends_neither_amounts_nor_states(commune: "Commune", extra: dict[str, object]) -> None:
    activity_id, home = await commune.activity(), await commune.family()
    body = {"activity_id": activity_id, "member_ids": home.ids("Louis"), **extra}
    async with commune.parent(home) as client:
        response = await client.post("/adhesion-orders", json=body)
    assert response.status_code == 422
    assert await commune.read(home, "/adhesion-orders") == []


async def test_the_same_member_twice_is_a_payload_problem(commune: "Commune") -> None:
    activity_id, home = await commune.activity(), await commune.family()
    async with commune.parent(home) as client:
        response = await client.post(
            "/adhesion-orders", json={"activity_id": activity_id, "member_ids": home.ids("Louis", "Louis")}
        )
    assert response.status_code == 422


async def test_a_refused_card_then_another_try(commune: "Commune") -> None:
    activity_id, home = await commune.activity(), await commune.family()
    order = await commune.pay(home, await commune.order(home, activity_id, "Louis"))
    await commune.settle(home, order, PaymentStatus.REFUSED)
    refused = await commune.read(home, f"/adhesion-orders/{order['order_id']}")
    assert (refused["status"], refused["payment_status"]) == ("awaiting_payment", "refused")
    assert refused["payment_reason"] == "Votre banque a refusé le paiement."
    second, same = await asyncio.gather(commune.pay(home, order), commune.pay(home, order))
    assert second["payment_id"] == same["payment_id"] != order["payment_id"]
    assert second["payment_status"] is None
    assert len(await commune.events("adhesion_payment_requested", "reference_id", order["order_id"])) == 2
