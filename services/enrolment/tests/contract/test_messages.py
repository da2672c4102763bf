"""Whatever the order of events and however often they come, a commune ends the same, and touches no other."""

from uuid import UUID

from chassis.testing.examples import known_id
from chassis.testing.histories import Setting, every_order_has_one_end
from chassis.testing.plugin import Harness
from contracts.events import PaymentReversed, PaymentSettled
from contracts.values import PaymentPurpose


async def order_to_pay(harness: Harness, tenant_id: UUID) -> None:
    """An adhesion ordered, whose payment is asked."""
    names = ("family_id", "member_id", "regie_id", "activity_id", "payment_id")
    family, member, regie, activity, payment = (known_id(name) for name in names)
    order, at = known_id("reference_id"), harness.clock.now()
    for statement, *values in (
        ("insert into family values ($1, $2, 'Martin', '1 rue', '26300', 'Alixan', 800, 1)", family),
        ("insert into member values ($1, $2, 'child', 'Louis', 'Martin', '2014-03-12', null, 1)", member),
        ("insert into member_family values ($1, $2, $3, 1)", family, member),
        ("insert into regie values ($1, $2, 'Régie')", regie),
        (
            "insert into activity values ($1, $2, 'Cantine', 'Cantine', '', 'periscolaire', '2022/2023', '2022-09-01',"
            " '2023-07-08', $3, true, 'child', null, null, '{}', 1000, 'à l''unité', $4, 1)",
            activity,
            regie,
            '{"kind": "flat", "cents": 500}',
        ),
        ("insert into adhesion_order values ($1, $2, $3, $4, 'draft', null, $5)", order, family, activity, at),
        ("insert into order_payment values ($1, $2, $3, 1000, 'requested', null, 0, $4)", payment, order, at),
        ("update adhesion_order set status = 'awaiting_payment', payment_id = $2 where tenant_id = $1", payment),
        (
            "insert into adhesion values ($1, $2, $3, 1, $4, $5, $6, 'awaiting_payment', 1000, null, null, null, 1)",
            known_id("adhesion_id"),
            order,
            family,
            member,
            activity,
        ),
    ):
        await harness.query(statement, tenant_id, *values)


SETTING = Setting(
    prepare=order_to_pay,
    fixed={
        PaymentSettled: {"purpose": PaymentPurpose.ADHESION_ORDER},
        PaymentReversed: {"purpose": PaymentPurpose.ADHESION_ORDER, "surplus_id": None},
    },
)


async def test_every_order_has_one_end(harness: Harness) -> None:
    figures = await every_order_has_one_end(harness, SETTING)
    assert figures.refused == []
    print(f"\n{harness.runtime.service}: {figures}")
