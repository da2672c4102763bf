"""Billing compares what it keeps with what the owners state, and mends by the handlers of their events."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC

from billing.adapters import comparison
from billing.adapters.charges import forget_versions, hold_charges, keep_states
from billing.adapters.comparison import Charged, Credited
from billing.adapters.payments import SqlPaymentStore
from billing.application.settle_payment import credit_whole_payment
from billing.domain.comparison import KeptPayment, Kind, compare_ledger, compare_payment, compare_reservation
from billing.entrypoints.consumers import settle
from chassis.database import Transaction
from chassis.messaging.consumer import Consumer, Received
from chassis.reconciliation import Difference, State, begin_comparison, keep_differences, try_to_mend
from contracts.events import PaymentsStated, ReservationsStated
from contracts.events.payment_gateway import StatedPayment
from contracts.events.planning import StatedReservation
from contracts.values import ReservationStatus


async def compare_reservations(transaction: Transaction, received: Received[ReservationsStated]) -> None:
    """A page of planning's reservations, beside the charges: a constant number of statements, mending included."""
    page = received.event
    await begin_comparison(transaction)
    await hold_charges(transaction)
    charged = await comparison.charged(transaction, page)
    found = {
        stated.reservation.reservation_id: (kind, stated)
        for stated in page.reservations
        if (kind := _compare(stated, charged[stated.reservation.reservation_id]))
    }
    to_mend = [(kind, stated) for kind, stated in found.values() if kind.mendable]
    done = bool(to_mend) and await try_to_mend(transaction, lambda: _mend(transaction, to_mend))
    differences = [
        _reservation_difference(kind, stated, charged[reservation_id], kind.mendable and done)
        for reservation_id, (kind, stated) in found.items()
    ]
    differences += [
        Difference(
            Kind.CHARGE_UNKNOWN,
            row["reservation_id"],
            row["family_id"],
            row["day"],
            expected=None,
            found={"cents": int(row["cents"]), "invoiced": row["invoiced"]},
            member_id=row["member_id"],
        )
        for row in await comparison.unknown_charges(transaction, page)
    ]
    await keep_differences(transaction, page, compared=len(page.reservations), differences=differences)


def _compare(stated: StatedReservation, charged: Charged) -> Kind | None:
    return compare_reservation(
        stated.reservation.status, stated.reservation.version, charged.kept, billed=stated.reservation.billed
    )


async def _mend(transaction: Transaction, to_mend: list[tuple[Kind, StatedReservation]]) -> None:
    lost = [stated.reservation for kind, stated in to_mend if kind is Kind.CHARGE_MISSING]
    if lost:
        await forget_versions(transaction, [(each.reservation_id, each.version) for each in lost])
    await keep_states(transaction, [stated for _kind, stated in to_mend])


def _reservation_difference(kind: Kind, stated: StatedReservation, charged: Charged, mended: bool) -> Difference:
    state = stated.reservation
    cents = state.unit_price_cents if state.status is ReservationStatus.BOOKED else 0
    kept: State = {"version": charged.kept.version or 0, "cents": charged.cents, "invoiced": charged.invoiced}
    return Difference(
        kind,
        state.reservation_id,
        stated.family_id,
        state.day,
        expected={"version": state.version, "status": state.status.value, "cents": cents},
        found=None if kind is Kind.RESERVATION_MISSING else kept,
        mended=mended,
        member_id=state.member_id,
    )


async def compare_payments(transaction: Transaction, received: Received[PaymentsStated]) -> None:
    """A page of payment-gateway's outcomes, beside the history of payments and then the ledger."""
    page = received.event
    await begin_comparison(transaction)
    differences = await _compare_history(transaction, received) + await _compare_ledger(transaction, received)
    differences += [
        Difference(
            Kind(row["kind"]),
            row["payment_id"],
            row["family_id"],
            row["day"],
            expected=None,
            found={"cents": int(row["cents"])},
        )
        for row in await comparison.unknown_payments(transaction, page)
    ]
    await keep_differences(transaction, page, compared=len(page.payments), differences=differences)


async def _compare_history(transaction: Transaction, received: Received[PaymentsStated]) -> list[Difference]:
    kept = await comparison.kept_payments(transaction, received.event)
    differences = []
    for stated in received.event.payments:
        outcome = stated.outcome
        known = kept.get(outcome.payment_id)
        kind = compare_payment(outcome.status, outcome.amount_cents, stated.sequence, known)
        if kind:
            done = kind.mendable and await try_to_mend(transaction, _settling(transaction, received, stated))
            differences.append(_payment_difference(kind, stated, _state(known), done))
    return differences


async def _compare_ledger(transaction: Transaction, received: Received[PaymentsStated]) -> list[Difference]:
    credited = await comparison.credited(transaction, received.event)
    differences = []
    for stated in received.event.payments:
        outcome, ledger = stated.outcome, credited[stated.outcome.payment_id]
        kind = compare_ledger(outcome.purpose, outcome.status, outcome.amount_cents, ledger.cents)
        if kind:
            mend = _crediting(transaction, received, stated, ledger) if kind.mendable else None
            done = mend is not None and await try_to_mend(transaction, mend)
            differences.append(_payment_difference(kind, stated, {"cents": ledger.cents}, done))
    return differences


def _settling(
    transaction: Transaction, received: Received[PaymentsStated], stated: StatedPayment
) -> Callable[[], Awaitable[None]]:
    """As if the payment's own event had come."""
    envelope = replace(received.envelope, subject=stated.outcome.payment_id, sequence=stated.sequence)
    return lambda: settle(transaction, [Received(stated.outcome, envelope)])


def _crediting(
    transaction: Transaction, received: Received[PaymentsStated], stated: StatedPayment, ledger: Credited
) -> Callable[[], Awaitable[None]] | None:
    """A payment that was never spread over its invoices is settled; one that was is credited when it is sure that
    nothing of it was a surplus. None when a person must look.
    """
    if not ledger.allocated:
        return _settling(transaction, received, stated)
    if ledger.whole:
        return lambda: credit_whole_payment(SqlPaymentStore(transaction), stated.outcome)
    return None


def _payment_difference(kind: Kind, stated: StatedPayment, found: State | None, mended: bool) -> Difference:
    outcome = stated.outcome
    return Difference(
        kind,
        outcome.payment_id,
        outcome.family_id,
        outcome.settled_at.astimezone(UTC).date(),
        expected={"version": stated.sequence, "status": outcome.status.value, "cents": outcome.amount_cents},
        found=found,
        mended=mended,
    )


def _state(known: KeptPayment | None) -> State | None:
    if known is None:
        return None
    return {"version": known.version, "status": known.status.value, "cents": known.amount_cents}


STATEMENT_CONSUMERS = [
    Consumer("planning-statements", {ReservationsStated: compare_reservations}),
    Consumer("payment-statements", {PaymentsStated: compare_payments}),
]
