"""Enrolment compares the payments of its orders with what payment-gateway states."""

from collections.abc import Awaitable, Callable
from datetime import UTC

from chassis.database import Transaction
from chassis.messaging.consumer import Consumer, Received
from chassis.reconciliation import Difference, begin_comparison, keep_differences, try_to_mend
from contracts.events import PaymentsStated
from contracts.events.payment_gateway import StatedPayment
from contracts.values import PaymentPurpose
from enrolment.adapters.comparison import kept_payments, unknown_payments
from enrolment.adapters.store import SqlStore, store_of_event
from enrolment.application.settle_payments import Outcome, settle_payments
from enrolment.domain.comparison import KeptPayment, Kind, compare_payment
from enrolment.domain.order import PaymentState


async def compare_payments(transaction: Transaction, received: Received[PaymentsStated]) -> None:
    """A page of outcomes; one that never came here is settled as its own event would have been."""
    page = received.event
    await begin_comparison(transaction)
    own = [stated for stated in page.payments if stated.outcome.purpose is PaymentPurpose.ADHESION_ORDER]
    kept = await kept_payments(transaction.connection, [stated.outcome.payment_id for stated in own])
    store = await store_of_event(transaction)
    differences = []
    for stated in own:
        known, outcome = kept.get(stated.outcome.payment_id), stated.outcome
        kind = compare_payment(PaymentState(outcome.status), outcome.amount_cents, stated.sequence, known)
        if kind:
            done = kind is Kind.PAYMENT_OUTDATED and await try_to_mend(transaction, _settling(store, stated))
            differences.append(_difference(kind, stated, known, done))
    differences += [
        Difference(
            Kind.PAYMENT_UNKNOWN,
            row["payment_id"],
            row["family_id"],
            row["day"],
            expected=None,
            found={"cents": row["amount_cents"]},
        )
        for row in await unknown_payments(transaction.connection, page)
    ]
    await keep_differences(transaction, page, compared=len(own), differences=differences)


def _settling(store: SqlStore, stated: StatedPayment) -> Callable[[], Awaitable[None]]:
    return lambda: settle_payments(store, [Outcome(stated.outcome, stated.sequence)])


def _difference(kind: Kind, stated: StatedPayment, known: KeptPayment | None, mended: bool) -> Difference:
    outcome = stated.outcome
    return Difference(
        kind,
        outcome.payment_id,
        outcome.family_id,
        outcome.settled_at.astimezone(UTC).date(),
        expected={"version": stated.sequence, "status": outcome.status.value, "cents": outcome.amount_cents},
        found={"version": known.sequence, "status": known.state.value, "cents": known.amount_cents} if known else None,
        mended=mended,
    )


STATEMENT_CONSUMERS = [Consumer("payment-statements", {PaymentsStated: compare_payments})]
