"""Outcomes of payments: nothing paid is lost, nothing is put in force twice."""

import asyncio
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from chassis.testing.plugin import GUIDE_DAY
from contracts.values import PaymentPurpose, PaymentStatus, Role

if TYPE_CHECKING:
    from ..conftest import Commune, Home

pytestmark = pytest.mark.integration

REFUSED, SUCCEEDED = PaymentStatus.REFUSED, PaymentStatus.SUCCEEDED


async def paying(commune: "Commune", *first_names: str) -> tuple["Home", dict[str, Any]]:
    activity_id, home = await commune.activity(), await commune.family()
    return home, await commune.pay(home, await commune.order(home, activity_id, *first_names))


async def cancel(commune: "Commune", home: "Home", order: dict[str, Any]) -> None:
    async with commune.parent(home) as client:
        assert (await client.delete(f"/adhesion-orders/{order['order_id']}")).status_code == 204


async def surpluses(commune: "Commune", home: "Home") -> list[tuple[int, str]]:
    async with commune.staff(Role.AGENT) as client:
        page = (await client.get("/surplus-payments", params={"limit": 100})).json()
    return [
        (item["amount_cents"], item["reason"]) for item in page["items"] if item["family_id"] == str(home.family_id)
    ]


async def test_a_success_puts_every_adhesion_in_force(commune: "Commune") -> None:
    home, order = await paying(commune, "Louis", "Estelle")
    await commune.settle(home, order, at=GUIDE_DAY + timedelta(minutes=3))
    paid = await commune.read(home, f"/adhesion-orders/{order['order_id']}")
    assert (paid["status"], paid["payment_status"], paid["paid_at"]) == ("paid", "succeeded", "2022-07-04T07:03:00Z")
    louis = (await commune.adhesions(home))["Louis"]
    assert louis["status"] == "active"
    assert (louis["valid_from"], louis["valid_until"]) == ("2022-09-01", "2023-07-08")
    assert louis["paid_at"] == "2022-07-04T07:03:00Z"
    events = await commune.events("adhesion_paid", "family_id", home.family_id)
    assert [event["sequence"] for event in events] == [1, 1]
    assert json.loads(events[0]["body"]) == {
        "adhesion_id": louis["adhesion_id"],
        "family_id": str(home.family_id),
        "member_id": home.ids("Louis")[0],
        "activity_id": louis["activity_id"],
        "regie_id": str(commune.regie_id),
        "payment_id": order["payment_id"],
        "amount_cents": 1700,
        "unit_price_cents": 500,
        "slot_prices": [],
        "tariff_label": "à l'unité",
        "valid_from": "2022-09-01",
        "valid_until": "2023-07-08",
    }
    async with commune.parent(home) as client:
        refused = await client.delete(f"/adhesion-orders/{order['order_id']}")
        again = await client.post(f"/adhesion-orders/{order['order_id']}/payment")
    assert (refused.status_code, refused.json()["type"].rsplit(":")[-1]) == (409, "order-paid")
    assert (again.status_code, again.json()) == (200, paid)


async def test_an_adhesion_paid_in_winter_starts_that_day(commune: "Commune") -> None:
    home, order = await paying(commune, "Louis")
    await commune.settle(home, order, at=datetime(2023, 1, 9, 23, 30, tzinfo=UTC))
    assert (await commune.adhesions(home))["Louis"]["valid_from"] == "2023-01-10"


async def test_ten_deliveries_at_once_are_one_payment(commune: "Commune") -> None:
    home, order = await paying(commune, "Louis", "Estelle")
    await asyncio.gather(*(commune.settle(home, order) for _ in range(10)))
    assert len(await commune.events("adhesion_paid", "family_id", home.family_id)) == 2
    assert await surpluses(commune, home) == []


@pytest.mark.parametrize("sequence_order", list(itertools.permutations([1, 2, 3])))
async def test_refusals_and_a_success_in_any_order_are_a_success(
    commune: "Commune", sequence_order: tuple[int, ...]
) -> None:
    home, order = await paying(commune, "Louis")
    for sequence in sequence_order:
        await commune.settle(home, order, SUCCEEDED if sequence == 3 else REFUSED, sequence=sequence)
    paid = await commune.read(home, f"/adhesion-orders/{order['order_id']}")
    assert (paid["status"], paid["payment_status"], paid["payment_reason"]) == ("paid", "succeeded", None)
    assert len(await commune.events("adhesion_paid", "family_id", home.family_id)) == 1


async def test_a_late_success_of_an_older_payment_counts(commune: "Commune") -> None:
    home, first = await paying(commune, "Louis")
    await commune.settle(home, first, REFUSED)
    second = await commune.pay(home, first)
    await commune.settle(home, first, SUCCEEDED, sequence=2)
    paid = await commune.read(home, f"/adhesion-orders/{first['order_id']}")
    assert (paid["status"], paid["payment_id"]) == ("paid", first["payment_id"])
    await commune.settle(home, second, SUCCEEDED)
    assert await surpluses(commune, home) == [(1700, "order_already_paid")]
    assert len(await commune.events("adhesion_payment_unused", "family_id", home.family_id)) == 1
    assert (await commune.read(home, f"/adhesion-orders/{first['order_id']}")) == paid
    assert len(await commune.events("adhesion_paid", "family_id", home.family_id)) == 1


async def test_a_late_success_of_a_cancelled_order_counts(commune: "Commune") -> None:
    home, order = await paying(commune, "Louis")
    await cancel(commune, home, order)
    assert await commune.adhesions(home) == {}
    await commune.settle(home, order)
    assert (await commune.read(home, f"/adhesion-orders/{order['order_id']}"))["status"] == "paid"
    assert (await commune.adhesions(home))["Louis"]["status"] == "active"


async def test_a_member_is_enrolled_once_and_the_rest_is_given_back(commune: "Commune") -> None:
    home, first = await paying(commune, "Louis")
    await cancel(commune, home, first)
    activity_id = first["lines"][0]["activity_id"]
    second = await commune.pay(home, await commune.order(home, activity_id, "Louis", "Estelle"))
    await asyncio.gather(commune.settle(home, first), commune.settle(home, second))
    paid = [json.loads(event["body"]) for event in await commune.events("adhesion_paid", "family_id", home.family_id)]
    assert sorted(body["member_id"] for body in paid) == sorted(home.ids("Louis", "Estelle"))
    assert await surpluses(commune, home) == [(1700, "already_enrolled")]
    adhesions = (await commune.read(home, "/family"))["members"]
    assert [[adhesion["status"] for adhesion in member["adhesions"]] for member in adhesions] == [["active"]] * 2


async def test_an_order_for_someone_enrolled_meanwhile_cannot_be_paid(commune: "Commune") -> None:
    home, first = await paying(commune, "Louis")
    await cancel(commune, home, first)
    second = await commune.order(home, first["lines"][0]["activity_id"], "Louis")
    await commune.settle(home, first)
    async with commune.parent(home) as client:
        refused = await client.post(f"/adhesion-orders/{second['order_id']}/payment")
        ordered = await client.post(
            "/adhesion-orders",
            json={"activity_id": first["lines"][0]["activity_id"], "member_ids": home.ids("Louis", "Estelle")},
        )
    assert (refused.status_code, refused.json()["type"].rsplit(":")[-1]) == (409, "already-enrolled")
    assert ordered.json()["members"] == [
        {"member_id": home.ids("Louis")[0], "reason": "Louis a déjà cette inscription."}
    ]


async def test_the_database_holds_one_active_adhesion(commune: "Commune") -> None:
    home, first = await paying(commune, "Louis")
    await cancel(commune, home, first)
    await commune.pay(home, await commune.order(home, first["lines"][0]["activity_id"], "Louis"))
    await commune.settle(home, first)
    with pytest.raises(asyncpg.UniqueViolationError):
        await commune.harness.query(
            "update adhesion set status = 'active', paid_at = now(), valid_from = now(), valid_until = now()"
            " where family_id = $1",
            home.family_id,
        )


async def test_an_outcome_of_another_amount_waits_for_an_operator(commune: "Commune") -> None:
    home, order = await paying(commune, "Louis")
    message_id = await commune.publish_outcome(home, {**order, "total_cents": 1})
    (letter,) = await commune.harness.eventually("select * from dead_letter where message_id = $1", message_id)
    assert "amount-mismatch" in letter["reason"]
    assert (await commune.adhesions(home))["Louis"]["status"] == "awaiting_payment"


async def test_a_payment_of_invoices_is_not_ours(commune: "Commune") -> None:
    home, order = await paying(commune, "Louis")
    message_id = await commune.publish_outcome(home, order, purpose=PaymentPurpose.INVOICES)
    await commune.harness.eventually("select 1 from inbox where message_id = $1", message_id)
    assert (await commune.adhesions(home))["Louis"]["status"] == "awaiting_payment"


async def test_an_ended_season_shows_ended_adhesions(commune: "Commune") -> None:
    home, order = await paying(commune, "Louis")
    await commune.settle(home, order)
    commune.harness.clock.instant = datetime(2023, 7, 8, 9, tzinfo=UTC)
    assert (await commune.adhesions(home))["Louis"]["status"] == "ended"
    async with commune.staff() as client:
        page = (await client.get("/adhesions", params={"status": "ended", "limit": 100})).json()
    assert order["lines"][0]["adhesion_id"] in [item["adhesion_id"] for item in page["items"]]
