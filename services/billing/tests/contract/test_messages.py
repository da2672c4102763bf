"""Whatever the order of events and however often they come, a commune ends the same, and touches no other."""

from uuid import UUID

from chassis.testing.examples import known_id
from chassis.testing.histories import Setting, every_order_has_one_end
from chassis.testing.plugin import Harness
from contracts.events import PaymentReversed, PaymentSettled, SurplusDecided, SurplusReceived
from contracts.values import EURO, PaymentPurpose


async def invoice_to_pay(harness: Harness, tenant_id: UUID) -> None:
    """An invoice of 10 €, whose payment is asked."""
    invoice, run, family, regie = (known_id(name) for name in ("invoice_id", "run_id", "family_id", "regie_id"))
    invoice_payment, payment, at = known_id("reference_id"), known_id("payment_id"), harness.clock.now()
    for statement, *values in (
        ("insert into invoicing_run values ($1, $2, '2022-09-01', true, null, $3)", run, at),
        (
            "insert into invoice values ($1, $2, $3, '2022-09-01', 1, 'F1', $4, 'Martin', 'M. Martin', '1 rue',"
            " '26300', 'Alixan', $5, 'Régie', '2022-10-01', '2022-10-31', 1000)",
            *(invoice, run, family, regie),
        ),
        ("insert into invoice_line values ($1, $2, 1, 'Louis', 'Cantine', '{2022-09-01}', 1, 1000, 1000)", invoice),
        (
            "insert into invoice_payment values ($1, $2, $3, $4, $5, 1000, 'pending', 0, $6)",
            *(invoice_payment, payment, family, regie, at),
        ),
        ("insert into invoice_payment_item values ($1, $2, $3, 1000)", invoice_payment, invoice),
    ):
        await harness.query(statement, tenant_id, *values)


SETTING = Setting(
    prepare=invoice_to_pay,
    fixed={
        PaymentSettled: {"purpose": PaymentPurpose.INVOICES},
        PaymentReversed: {
            "purpose": PaymentPurpose.INVOICES,
            "surplus_id": None,
            "movement_id": known_id("reversal_id"),
        },
        SurplusReceived: {"currency": EURO},
        SurplusDecided: {"currency": EURO},
    },
    needs={
        "billing.returns payment_gateway.payment_reversed.v1": ("billing.payments payment_gateway.payment_settled.v1",),
        "billing.returns payment_gateway.surplus_decided.v1": ("billing.returns payment_gateway.surplus_received.v1",),
    },
    # Rows are numbered as they come; names in a label are those of that moment.
    ignored={"ledger_movement": ("movement_id", "label"), "payment_use": ("use_id",)},
)


async def test_every_order_has_one_end(harness: Harness) -> None:
    figures = await every_order_has_one_end(harness, SETTING)
    assert figures.refused == []
    print(f"\n{harness.runtime.service}: {figures}")
