"""Payments: the family starts and follows them, the town hall sees all."""

from uuid import UUID

from fastapi import APIRouter

from chassis.errors import NotFoundError
from chassis.http.dependencies import AnyPrincipal, CurrentRuntime, CurrentTenant, CurrentTransaction, FamilyId, Staff
from chassis.http.payloads import Limit, Page
from chassis.http.scope import PortalRoute
from payment_gateway.adapters import queries
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.application.start_attempt import start_attempt
from payment_gateway.domain import history
from payment_gateway.domain.judgement import Channel, Verdict
from payment_gateway.domain.payment import PaymentStatus
from payment_gateway.entrypoints.schemas import HistoryEntry, Payment, StaffPayment, StartedAttempt
from payment_gateway.entrypoints.wiring import portal_of, store_of

router = APIRouter(route_class=PortalRoute, tags=["payments"])


@router.get("/payments")
async def list_payments(
    _principal: Staff,
    transaction: CurrentTransaction,
    status: PaymentStatus | None = None,
    family_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: Limit = 50,
) -> Page[StaffPayment]:
    """The commune's payments, newest first; ``status=to_review`` gives all that a person must look at."""
    rows = await queries.payments(
        transaction.connection, status=status, family_id=family_id, cursor=cursor, limit=limit + 1
    )
    shown = [StaffPayment.model_validate(row, from_attributes=True) for row in rows]
    return Page.cut(shown, limit, lambda payment: payment.payment_id)


@router.get("/payments/{payment_id}")
async def get_payment(payment_id: UUID, principal: AnyPrincipal, transaction: CurrentTransaction) -> Payment:
    """A payment of the caller's family, or any of the commune for the town hall.

    Not found also while its request is on its way.
    """
    if not principal.is_staff and principal.family_id is None:
        raise NotFoundError
    family_id = None if principal.is_staff else principal.family_id
    row = await queries.payment_by_id(transaction.connection, payment_id, family_id)
    if row is None:
        raise NotFoundError
    return Payment.model_validate(row, from_attributes=True)


@router.post("/payments/{payment_id}/attempts", status_code=201)
async def start_payment_attempt(
    payment_id: UUID,
    family_id: FamilyId,
    runtime: CurrentRuntime,
    tenant: CurrentTenant,
    transaction: CurrentTransaction,
) -> StartedAttempt:
    """Opens an attempt: the answer is the form to post to the bank."""
    attempt_id, form = await start_attempt(
        store_of(runtime, transaction),
        PROTOCOLS,
        payment_id=payment_id,
        family_id=family_id,
        portal=portal_of(runtime, tenant),
        real_now=runtime.clock.real_now(),
    )
    return StartedAttempt(attempt_id=attempt_id, action=form.action, fields=[list(field) for field in form.fields])


@router.get("/payments/{payment_id}/history")
async def get_history(payment_id: UUID, _principal: Staff, transaction: CurrentTransaction) -> list[HistoryEntry]:
    """What happened to a payment, in words: its request, attempts and messages in order, then where it stands."""
    payment = await queries.payment_by_id(transaction.connection, payment_id, None)
    if payment is None:
        raise NotFoundError
    events = [_attempt_entry(row) for row in await queries.attempts(transaction.connection, payment_id)]
    events += [_message_entry(row) for row in await queries.messages(transaction.connection, payment_id)]
    asked = history.requested_sentence(payment.amount_cents, payment.label)
    stands = history.status_sentence(PaymentStatus(payment.status), payment.reason)
    return [
        HistoryEntry(at=payment.created_at, kind="requested", sentence=asked),
        *sorted(events, key=lambda entry: entry.at),
        HistoryEntry(at=payment.settled_at or payment.created_at, kind="status", sentence=stands),
    ]


def _attempt_entry(row: queries.AnyRow) -> HistoryEntry:
    return HistoryEntry(at=row.started_at, kind="attempt", sentence=history.attempt_sentence(row.number))


def _message_entry(row: queries.AnyRow) -> HistoryEntry:
    sentence = history.message_sentence(
        channel=Channel(row.channel),
        number=row.number,
        verdict=Verdict(row.verdict) if row.verdict else None,
        code=row.code,
        amount_cents=row.amount_cents,
        transaction_id=row.transaction_id,
        receptions=row.receptions,
    )
    return HistoryEntry(at=row.received_at, kind="message", sentence=sentence)
