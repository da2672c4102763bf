"""An order whose money went back: marked for the town hall, and nothing is closed behind its back."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, GUIDE_DAY
from contracts.events import PaymentReversed
from contracts.events.payment_gateway import ReversalKind
from contracts.values import PaymentPurpose, Role

if TYPE_CHECKING:
    from ..conftest import Commune, Home

pytestmark = pytest.mark.integration


async def paid(commune: "Commune") -> tuple["Home", dict[str, Any]]:
    """An order of 34 € for two children, in force."""
    activity_id, home = await commune.activity(), await commune.family()
    order = await commune.pay(home, await commune.order(home, activity_id, "Louis", "Estelle"))
    await commune.settle(home, order)
    return home, order


async def go_back(
    commune: "Commune", home: "Home", order: dict[str, Any], cents: int, kind: ReversalKind, **changed: Any
) -> None:
    event = PaymentReversed(
        movement_id=new_id(),
        payment_id=UUID(order["payment_id"]),
        purpose=PaymentPurpose.ADHESION_ORDER,
        reference_id=UUID(order["order_id"]),
        regie_id=commune.regie_id,
        family_id=home.family_id,
        label="Cantine",
        kind=kind,
        amount_cents=cents,
        reversed_at=GUIDE_DAY,
        **changed,
    )
    for _ in range(2):
        message_id = new_id()
        await commune.harness.publish(event, tenant_id=ALIXAN.tenant_id, message_id=message_id)
        await commune.harness.eventually("select 1 from inbox where message_id = $1", message_id, seconds=30)


async def listed(commune: "Commune", home: "Home") -> list[tuple[int, str, list[str]]]:
    async with commune.staff(Role.AGENT) as client:
        found = (await client.get("/returned-payments")).json()
    return [
        (one["returned_cents"], one["money_back"], one["first_names"])
        for one in found
        if one["family_id"] == str(home.family_id)
    ]


async def test_a_whole_refund_is_marked_and_the_adhesion_stays(commune: "Commune") -> None:
    home, order = await paid(commune)
    await go_back(commune, home, order, 1400, ReversalKind.REFUND)
    assert (await commune.adhesions(home))["Louis"]["money_back"] is None
    assert await listed(commune, home) == [(1400, "refunded", ["Louis", "Estelle"])]
    await go_back(commune, home, order, 2000, ReversalKind.REFUND)
    louis = (await commune.adhesions(home))["Louis"]
    assert (louis["status"], louis["money_back"]) == ("active", "refunded")
    assert await listed(commune, home) == [(3400, "refunded", ["Louis", "Estelle"])]
    assert [event["type"] for event in await commune.events("entitlement_changed", "family_id", home.family_id)] == []


async def test_a_rejected_debit_is_marked(commune: "Commune") -> None:
    home, order = await paid(commune)
    await go_back(commune, home, order, 3400, ReversalKind.REJECTION)
    assert (await commune.adhesions(home))["Estelle"]["money_back"] == "rejected"


async def test_a_surplus_that_goes_back_marks_nothing(commune: "Commune") -> None:
    home, order = await paid(commune)
    await go_back(commune, home, order, 3400, ReversalKind.REFUND, surplus_id=new_id())
    assert (await commune.adhesions(home))["Louis"]["money_back"] is None
    assert await listed(commune, home) == []
