"""Payments: the family starts and follows them, the town hall sees all."""

from collections.abc import Set
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Header, Query

from chassis.errors import NotFoundError
from chassis.http.dependencies import AnyPrincipal, CurrentRuntime, CurrentTenant, CurrentTransaction, FamilyId, Staff
from chassis.http.scope import OwnTransactionsRoute, PortalRoute
from chassis.ids import new_id
from payment_gateway.adapters import queries, refund_queries
from payment_gateway.adapters.bank_days import Days
from payment_gateway.adapters.payment_search import search_conditions
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.adapters.unconfirmed_money import unconfirmed
from payment_gateway.application.start_attempt import start_attempt
from payment_gateway.domain import history
from payment_gateway.domain.confirmation import Arrival
from payment_gateway.domain.judgement import Channel, Decision, ReversalKind, Verdict
from payment_gateway.domain.outcome import OutcomeKind
from payment_gateway.domain.payment import Mode, PaymentStatus
from payment_gateway.domain.refund import RefundStatus
from payment_gateway.entrypoints.schemas import (
    HistoryEntry,
    Payment,
    PaymentFilter,
    PaymentPage,
    StaffPayment,
    StartedAttempt,
    StartIn,
)
from payment_gateway.entrypoints.wiring import portal_of, stores_of

router = APIRouter(route_class=PortalRoute, tags=["payments"])
starting = APIRouter(route_class=OwnTransactionsRoute, tags=["payments"])
"""A bank may have to be spoken to before the browser leaves for it: no transaction is open meanwhile."""


@router.get("/payments")
async def list_payments(
    _principal: Staff,
    tenant: CurrentTenant,
    transaction: CurrentTransaction,
    wanted: Annotated[PaymentFilter, Query()],
) -> PaymentPage:
    """The commune's payments, newest first; ``status=to_review`` gives all that a person must look at."""
    limit = wanted.limit
    rows = await queries.payments(
        transaction.connection,
        status=wanted.status,
        family_ids=wanted.family_id,
        cursor=wanted.cursor,
        limit=limit + 1,
        further=search_conditions(
            words=wanted.search.strip(),
            amount_cents=wanted.amount_cents,
            days=Days(wanted.day, wanted.day, tenant.time_zone) if wanted.day else None,
            regie_id=wanted.regie_id,
        ),
    )
    return PaymentPage(
        items=[StaffPayment.model_validate(row, from_attributes=True) for row in rows[:limit]],
        next_cursor=rows[limit - 1].payment_id if len(rows) > limit else None,
    )


@router.get("/payments/{payment_id}")
async def get_payment(
    payment_id: UUID, principal: AnyPrincipal, transaction: CurrentTransaction
) -> StaffPayment | Payment:
    """A payment of the caller's family, or any of the commune for the town hall.

    Not found also while its request is on its way.
    """
    if not principal.is_staff and principal.family_id is None:
        raise NotFoundError
    family_id = None if principal.is_staff else principal.family_id
    row = await queries.payment_by_id(transaction.connection, payment_id, family_id)
    if row is None:
        raise NotFoundError
    shown = StaffPayment if principal.is_staff else Payment
    return shown.model_validate(row, from_attributes=True)


@starting.post("/payments/{payment_id}/attempts", status_code=201)
async def start_payment_attempt(
    payment_id: UUID,
    family_id: FamilyId,
    principal: AnyPrincipal,
    *,
    runtime: CurrentRuntime,
    tenant: CurrentTenant,
    given: StartIn | None = None,
    idempotency_key: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> StartedAttempt:
    """Opens an attempt: the answer is the form to send to the bank.

    The same idempotency key gives the same attempt again. While another attempt may still succeed the problem is
    ``attempt-in-progress``, unless ``confirmed``.
    """
    attempt_id, departure = await start_attempt(
        stores_of(runtime, tenant.id),
        PROTOCOLS,
        payment_id=payment_id,
        family_id=family_id,
        attempt_id=uuid5(payment_id, f"{principal.account_id}/{idempotency_key}") if idempotency_key else new_id(),
        confirmed=given is not None and given.confirmed,
        portal=portal_of(runtime, tenant),
        real_now=runtime.clock.real_now(),
    )
    return StartedAttempt(
        attempt_id=attempt_id,
        action=departure.action,
        method=departure.method,
        fields=[list(field) for field in departure.fields],
    )


@router.get("/payments/{payment_id}/history")
async def get_history(payment_id: UUID, _principal: Staff, transaction: CurrentTransaction) -> list[HistoryEntry]:
    """What happened to a payment, in words: its request, attempts and messages in order, then where it stands."""
    payment = await queries.payment_by_id(transaction.connection, payment_id, None)
    if payment is None:
        raise NotFoundError
    attempts = await queries.attempts(transaction.connection, payment_id)
    events = [_attempt_entry(row) for row in attempts]
    events += [_question_entry(row) for row in attempts if row.questions]
    events += [
        _refund_entry(row) for row in await refund_queries.refunds(transaction.connection, payment_id=payment_id)
    ]
    taken = await refund_queries.taken(transaction.connection, payment_id)
    events += [_decision_entry(row) for row in taken if row.decided_at]
    events += [_message_entry(row) for row in await queries.messages(transaction.connection, payment_id)]
    doubted = await unconfirmed(transaction.connection, payment_id=payment_id)
    events += [_arrival_entry(row) for row in doubted if row.decided_at]
    undone = {row.message_id for row in doubted}
    reversals = await queries.reversals(transaction.connection, payment_id)
    events += [_reversal_entry(row) for row in reversals if row.message_id not in undone]
    events += _message_alone(taken, attempts, {row.movement_id for row in doubted})
    asked = history.requested_sentence(payment.amount_cents, payment.label)
    stands = history.status_sentence(PaymentStatus(payment.status), payment.reason)
    return [
        HistoryEntry(at=payment.created_at, kind="requested", sentence=asked),
        *sorted(events, key=lambda entry: entry.at),
        HistoryEntry(at=payment.settled_at or payment.created_at, kind="status", sentence=stands),
    ]


def _attempt_entry(row: queries.AnyRow) -> HistoryEntry:
    sentence = history.attempt_sentence(
        row.number, PROTOCOLS[row.protocol].terms.title, row.reference, is_test=row.mode == Mode.TEST
    )
    return HistoryEntry(at=row.started_at, kind="attempt", sentence=sentence)


def _question_entry(row: queries.AnyRow) -> HistoryEntry:
    sentence = history.question_sentence(row.number, row.questions, is_over=row.next_question_at is None)
    return HistoryEntry(at=row.asked_at, kind="question", sentence=sentence)


def _reversal_entry(row: queries.AnyRow) -> HistoryEntry:
    sentence = history.reversal_sentence(ReversalKind(row.kind), row.amount_cents, is_ours=row.refund_id is not None)
    return HistoryEntry(at=row.recorded_at, kind="reversal", sentence=sentence)


def _refund_entry(row: queries.AnyRow) -> HistoryEntry:
    sentence = history.refund_sentence(RefundStatus(row.status), row.amount_cents, row.reason, row.sentence)
    return HistoryEntry(at=row.requested_at, kind="refund", sentence=sentence)


def _decision_entry(row: queries.AnyRow) -> HistoryEntry:
    sentence = history.decision_sentence(Decision(row.decision), row.amount_cents)
    return HistoryEntry(at=row.decided_at, kind="decision", sentence=sentence)


def _message_alone(taken: queries.Rows, attempts: queries.Rows, doubted: Set[UUID]) -> list[HistoryEntry]:
    """Of what its bank signed with a key that is not the shop's own, and will not be asked about any more."""
    never_asked = {
        row.attempt_id
        for row in attempts
        if PROTOCOLS[row.protocol].terms.signs_for_all_shops and row.next_question_at is None
    }
    return [
        HistoryEntry(at=row.accepted_at, kind="question", sentence=history.MESSAGE_ALONE)
        for row in taken
        if row.attempt_id in never_asked and row.confirmed_at is None and row.movement_id not in doubted
    ]


def _arrival_entry(row: queries.AnyRow) -> HistoryEntry:
    sentence = history.arrival_sentence(Arrival(row.decision), row.amount_cents, row.reason)
    return HistoryEntry(at=row.decided_at, kind="decision", sentence=sentence)


def _message_entry(row: queries.AnyRow) -> HistoryEntry:
    sentence = history.message_sentence(
        channel=Channel(row.channel),
        number=row.number,
        verdict=Verdict(row.verdict) if row.verdict else None,
        kind=OutcomeKind(row.kind) if row.kind else None,
        code=row.code,
        amount_cents=row.amount_cents,
        transaction_id=row.transaction_id,
        receptions=row.receptions,
    )
    return HistoryEntry(at=row.received_at, kind="message", sentence=sentence)
