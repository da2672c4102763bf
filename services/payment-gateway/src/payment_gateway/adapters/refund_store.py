"""Refunds, decisions on surplus money and what went back, in PostgreSQL. The caller holds the payment's row lock."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Row, case, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.ids import new_id
from contracts.events import PaymentReversed, SurplusDecided
from contracts.events.payment_gateway import RefundConsequence, SurplusDecision
from contracts.events.payment_gateway import ReversalKind as PublishedKind
from payment_gateway.adapters.ledger import Entry, SqlLedger
from payment_gateway.adapters.tables import bank_reversal, bank_transaction, refund, unconfirmed_money
from payment_gateway.application.ports import Attempt, KnownReversal, MoneyBack, Times
from payment_gateway.domain.judgement import Decision, ReversalKind, TransactionOutcome, Verdict
from payment_gateway.domain.payment import Payment
from payment_gateway.domain.refund import Refund, RefundStatus, Taken

REFUNDING = "make-refunds"
"""The job that speaks to the banks about refunds."""

_OF_TRANSACTION = ("tenant_id", "protocol", "site", "transaction_id")
_refunds_of_it = [refund.c[name] == bank_transaction.c[name] for name in _OF_TRANSACTION]
_reversals_of_it = [bank_reversal.c[name] == bank_transaction.c[name] for name in _OF_TRANSACTION]
_asked_back = (
    select(func.coalesce(func.sum(refund.c.amount_cents), 0))
    .where(*_refunds_of_it, refund.c.status != RefundStatus.REFUSED)
    .scalar_subquery()
)
_gone_back = (
    select(func.coalesce(func.sum(bank_reversal.c.amount_cents), 0))
    .where(*_reversals_of_it, bank_reversal.c.refund_id.is_(None))
    .scalar_subquery()
)
_is_open = select(refund).where(*_refunds_of_it, refund.c.ended_at.is_(None)).exists()
_is_doubted = (
    select(unconfirmed_money)
    .where(unconfirmed_money.c.movement_id == bank_transaction.c.movement_id, unconfirmed_money.c.decision.is_(None))
    .exists()
)
_DERIVED = {"left_cents", "has_open_refund", "is_doubted", "was_given_back"}
LEFT_CENTS = cast(func.greatest(bank_transaction.c.amount_cents - _asked_back - _gone_back, 0), BigInteger).label(
    "left_cents"
)
TAKEN = [
    *(bank_transaction.c[f.name] for f in fields(Taken) if f.name not in _DERIVED),
    LEFT_CENTS,
    _is_open.label("has_open_refund"),
    _is_doubted.label("is_doubted"),
    bank_transaction.c.reason.is_not_distinct_from(Verdict.REFUND_UNDONE).label("was_given_back"),
]
"""What was taken, what is left of it and not about to go back either."""
_MOVED = ("status", "sentence", "code", "daily_number", "sent_at", "tries", "next_try_at", "ended_at", "ended_by")
_REFUND = [refund.c[field.name] for field in fields(Refund)]


def read_taken(row: Row[Any]) -> Taken:
    """A row of ``TAKEN``."""
    decision = Decision(row.decision) if row.decision else None
    return Taken(**{**row._mapping, "outcome": TransactionOutcome(row.outcome), "decision": decision})


def read_refund(row: Row[Any]) -> Refund:
    """A row of refunds."""
    consequence = RefundConsequence(row.consequence) if row.consequence else None
    return Refund(**{**row._mapping, "status": RefundStatus(row.status), "consequence": consequence})


class SqlRefunds(SqlLedger):
    """Refunds and reversals of one commune."""

    async def all_taken(self, payment_id: UUID) -> list[Taken]:
        """Every transaction of a payment, what settled it first."""
        columns = bank_transaction.c
        statement = (
            select(*TAKEN)
            .where(columns.payment_id == payment_id)
            .order_by(columns.outcome != TransactionOutcome.SETTLED, columns.accepted_at)
        )
        return [read_taken(row) for row in await self._connection.execute(statement)]

    async def taken(self, payment_id: UUID, transaction_id: str) -> Taken | None:
        """One of them."""
        return next((t for t in await self.all_taken(payment_id) if t.transaction_id == transaction_id), None)

    async def debit_of(self, attempt_id: UUID) -> str | None:
        """The transaction an attempt took money by, what settled the payment first."""
        columns = bank_transaction.c
        statement = select(columns.transaction_id).where(columns.attempt_id == attempt_id)
        settled_first = columns.outcome != TransactionOutcome.SETTLED
        found: str | None = await self._connection.scalar(
            statement.order_by(settled_first, columns.accepted_at).limit(1)
        )
        return found

    async def payment_of_movement(self, movement_id: UUID) -> UUID | None:
        """The payment a transaction was taken for."""
        columns = bank_transaction.c
        return await self._connection.scalar(select(columns.payment_id).where(columns.movement_id == movement_id))

    async def write_decision(
        self, of: Payment, taken: Taken, decision: Decision, *, by: UUID | None, times: Times
    ) -> None:
        """Writes what is made of surplus money, and tells the other services."""
        columns, version = bank_transaction.c, taken.decision_version + 1
        await self._connection.execute(
            update(bank_transaction)
            .where(columns.movement_id == taken.movement_id)
            .values(decision=decision, decided_at=times.real_now, decided_by=by, decision_version=version)
        )
        if decision is Decision.CREDITED:
            entry = Entry("credit", "undecided", "credited")
            await self.enter(entry, of, taken.movement_id, taken.left_cents, taken.currency)
        event = SurplusDecided(
            movement_id=taken.movement_id,
            payment_id=of.payment_id,
            purpose=of.purpose,
            reference_id=of.reference_id,
            regie_id=of.regie_id,
            family_id=of.family_id,
            label=of.label,
            decision=SurplusDecision(decision.value),
            amount_cents=taken.left_cents,
            currency=taken.currency,
            decided_at=times.now,
        )
        await self._transaction.publish(event, sequence=version)

    async def known_reversal(self, taken: Taken, reversal_id: str) -> KnownReversal | None:
        """What is recorded under the bank's number."""
        columns = bank_reversal.c
        statement = select(columns.movement_id, columns.refund_id).where(
            columns.protocol == taken.protocol, columns.site == taken.site, columns.reversal_id == reversal_id
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return KnownReversal(*row) if row else None

    async def returned(self, attempt: Attempt, reversal_id: str) -> KnownReversal | None:
        """A refund of an attempt by the bank's number of it."""
        columns = bank_reversal.c
        statement = select(columns.movement_id, columns.refund_id).where(
            columns.protocol == attempt.contract.protocol,
            columns.site == attempt.contract.shop,
            columns.reversal_id == reversal_id,
            columns.attempt_id == attempt.attempt_id,
            columns.kind == ReversalKind.REFUND,
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return KnownReversal(*row) if row else None

    async def link_reversal(self, reversal: KnownReversal, of: Refund) -> None:
        """What the bank had told by itself turns out to be a refund of ours."""
        statement = update(bank_reversal).where(bank_reversal.c.movement_id == reversal.movement_id)
        await self._connection.execute(statement.values(refund_id=of.refund_id))

    async def add_reversal(
        self, of: Payment, taken: Taken, back: MoneyBack, consequence: RefundConsequence | None, times: Times
    ) -> None:
        """Keeps that money went back or did not come, and tells the other services."""
        movement_id, kind = new_id(), ReversalKind.REFUND if back.refund_id else back.kind
        values = {
            **self._tenant,
            "movement_id": movement_id,
            "protocol": taken.protocol,
            "site": taken.site,
            "reversal_id": back.reversal_id,
            "kind": kind,
            "payment_id": of.payment_id,
            "attempt_id": back.attempt_id,
            "message_id": back.message_id,
            "amount_cents": back.amount_cents,
            "recorded_at": times.real_now,
            "transaction_id": back.transaction_id,
            "refund_id": back.refund_id,
            "happened_at": back.happened_at or times.now,
        }
        await self._connection.execute(insert(bank_reversal).values(values))
        await self.enter(Entry("return", taken.account, "bank"), of, movement_id, back.amount_cents, taken.currency)
        event = PaymentReversed(
            movement_id=movement_id,
            payment_id=of.payment_id,
            purpose=of.purpose,
            reference_id=of.reference_id,
            regie_id=of.regie_id,
            family_id=of.family_id,
            label=of.label,
            kind=PublishedKind(kind.value),
            amount_cents=back.amount_cents,
            reversed_at=times.now,
            refund_id=back.refund_id,
            surplus_id=taken.surplus_id,
            consequence=consequence,
        )
        await self._transaction.publish(event, sequence=1)

    async def add_refund(self, added: Refund) -> None:
        """Writes a refund down; a job speaks to the bank once this is committed."""
        await self._connection.execute(insert(refund).values({**self._tenant, **asdict(added)}))
        self._transaction.wake(REFUNDING)

    async def refund(self, refund_id: UUID) -> Refund | None:
        """A refund."""
        row = (await self._connection.execute(select(*_REFUND).where(refund.c.refund_id == refund_id))).one_or_none()
        return read_refund(row) if row else None

    async def save_refund(self, moved: Refund) -> None:
        """Writes where a refund stands."""
        names = (
            "status",
            "sentence",
            "code",
            "daily_number",
            "sent_at",
            "tries",
            "next_try_at",
            "ended_at",
            "ended_by",
        )
        values = {name: getattr(moved, name) for name in names}
        await self._connection.execute(update(refund).where(refund.c.refund_id == moved.refund_id).values(values))

    async def refund_awaiting(self, back: MoneyBack) -> Refund | None:
        """The refund that the bank speaks of: of that transaction and amount, an open one first."""
        if back.kind is ReversalKind.REJECTION:
            return None
        columns = refund.c
        statement = (
            select(*_REFUND)
            .where(
                columns.attempt_id == back.attempt_id,
                columns.transaction_id == back.transaction_id,
                columns.amount_cents == back.amount_cents,
                columns.status.not_in([RefundStatus.DONE, RefundStatus.UNDONE]),
            )
            .order_by(case((columns.ended_at.is_(None), 0), else_=1), columns.requested_at.desc())
            .limit(1)
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return read_refund(row) if row else None

    async def lock_due_refunds(self, real_now: datetime, limit: int) -> list[Refund]:
        """Refunds whose try is due, locked; those being tried elsewhere are left."""
        statement = (
            select(*_REFUND)
            .where(refund.c.next_try_at <= real_now)
            .order_by(refund.c.next_try_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [read_refund(row) for row in await self._connection.execute(statement)]
