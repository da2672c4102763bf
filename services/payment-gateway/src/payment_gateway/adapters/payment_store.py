"""Payments and their attempts in PostgreSQL."""

from collections.abc import Collection
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from contracts.events import PaymentSettled
from contracts.events.payment_gateway import BankReceipt
from contracts.values import Payer, PaymentPurpose
from contracts.values import PaymentStatus as PublishedStatus
from payment_gateway.adapters.contract_store import CONTRACT_COLUMNS, SqlContracts
from payment_gateway.adapters.scoped import Scoped
from payment_gateway.adapters.tables import bank_reversal, merchant_contract, payment, payment_attempt
from payment_gateway.application.ports import Attempt, DueQuestion, MerchantContract
from payment_gateway.domain.payment import Payment, PaymentStatus

PAYMENT_COLUMNS = [payment.c[field.name] for field in fields(Payment)]
MOVED = ("version", "status", "reason_code", "reason", "settled_at", "expires_at")


_later = payment_attempt.alias("later")
_is_latest = ~(
    select(_later)
    .where(
        _later.c.payment_id == payment_attempt.c.payment_id,
        _later.c.number > payment_attempt.c.number,
        _later.c.status == PaymentStatus.IN_PROGRESS,
    )
    .exists()
)
_renewed = merchant_contract.alias("renewed")
_renews = (
    (_renewed.c.regie_id == merchant_contract.c.regie_id)
    & _renewed.c.closed_at.is_(None)
    & (_renewed.c.contract_id != merchant_contract.c.contract_id)
)
_ATTEMPTS = (
    select(
        payment_attempt,
        _is_latest.label("is_latest"),
        payment.c.amount_cents,
        *CONTRACT_COLUMNS[1:],
        _renewed.c.contract_id.label("renewed_id"),
        _renewed.c.terms.label("renewed_terms"),
        _renewed.c.sealed_secrets.label("renewed_secrets"),
    )
    .join(merchant_contract, merchant_contract.c.contract_id == payment_attempt.c.contract_id)
    .join(payment, payment.c.payment_id == payment_attempt.c.payment_id)
    .outerjoin(_renewed, _renews)
)


def payment_of(row: Row[Any]) -> Payment:
    """Reads a row of the payment's own columns."""
    values = dict(row._mapping)
    return Payment(**{**values, "status": PaymentStatus(row.status), "purpose": PaymentPurpose(row.purpose)})


def settled_event(settled: Payment, now: datetime, receipt: BankReceipt | None = None) -> PaymentSettled:
    """What the other services are told of an outcome."""
    return PaymentSettled(
        payment_id=settled.payment_id,
        purpose=settled.purpose,
        reference_id=settled.reference_id,
        regie_id=settled.regie_id,
        family_id=settled.family_id,
        status=PublishedStatus(settled.status.value),
        amount_cents=settled.amount_cents,
        settled_at=settled.settled_at or now,
        label=settled.label,
        reason_code=settled.reason_code,
        reason=settled.reason,
        receipt=receipt,
    )


ASKING = "ask-banks"
"""The job that is woken when a bank has something to say."""


class SqlPayments(Scoped):
    """Payments of one commune."""

    async def add_payment(self, added: Payment, payer: Payer) -> bool:
        """Adds a payment; False when its id is known."""
        values = {**self._tenant, **asdict(added), "payer": payer.model_dump(mode="json")}
        result = await self._connection.execute(insert(payment).values(values).on_conflict_do_nothing())
        return result.rowcount == 1

    async def locked_payment(self, payment_id: UUID) -> Payment | None:
        """A payment, its row locked until the end of the transaction."""
        statement = select(*PAYMENT_COLUMNS).where(payment.c.payment_id == payment_id).with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return payment_of(row) if row else None

    async def payer_of(self, payment_id: UUID) -> Payer:
        """Who pays; known only while the payment is open."""
        payer = await self._connection.scalar(select(payment.c.payer).where(payment.c.payment_id == payment_id))
        return Payer.model_validate(payer)

    async def save_payment(self, moved: Payment) -> None:
        """Writes a payment's new state. Once it is closed the payer's personal data are not needed any more."""
        values = {name: getattr(moved, name) for name in MOVED}
        if not moved.status.is_open:
            values["payer"] = None
        await self._connection.execute(update(payment).where(payment.c.payment_id == moved.payment_id).values(values))

    async def publish_settled(self, settled: Payment, receipt: BankReceipt | None) -> None:
        """Tells the outcome to the other services, with what the family's receipt says of the bank on success."""
        event = settled_event(settled, self._transaction.now(), receipt)
        await self._transaction.publish(event, sequence=settled.version)

    async def lock_expired(self, real_now: datetime, limit: int) -> list[Payment]:
        """Payments in progress whose time is over, locked; those being moved by someone else are left."""
        statement = (
            select(*PAYMENT_COLUMNS)
            .where(payment.c.status == PaymentStatus.IN_PROGRESS, payment.c.expires_at <= real_now)
            .order_by(payment.c.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [payment_of(row) for row in await self._connection.execute(statement)]


class SqlAttempts(SqlContracts):
    """Attempts of one commune. The caller holds the payment's row lock when it writes."""

    async def count_attempts(self, payment_id: UUID) -> int:
        """How many attempts a payment has."""
        statement = select(func.count()).where(payment_attempt.c.payment_id == payment_id)
        return await self._connection.scalar(statement) or 0

    async def add_attempt(self, attempt: Attempt, next_question_at: datetime | None) -> None:
        """Adds a payment's next attempt."""
        values = {
            **self._tenant,
            "attempt_id": attempt.attempt_id,
            "payment_id": attempt.payment_id,
            "contract_id": attempt.contract.contract_id,
            "number": attempt.number,
            "status": attempt.status,
            "reference": attempt.reference,
            "started_at": attempt.started_at,
            "next_question_at": next_question_at,
        }
        await self._connection.execute(insert(payment_attempt).values(values))

    async def attempt(self, attempt_id: UUID) -> Attempt | None:
        """An attempt and its contract."""
        return next(iter(await self.attempts([attempt_id])), None)

    async def attempts(self, attempt_ids: Collection[UUID]) -> list[Attempt]:
        """Attempts and their contracts."""
        statement = _ATTEMPTS.where(payment_attempt.c.attempt_id.in_(attempt_ids))
        return [self._attempt(row) for row in await self._connection.execute(statement)]

    async def has_open_attempt(self, wanted: Payment) -> bool:
        """Whether the bank may still accept a payment of the same thing: in another attempt or another payment."""
        statement = (
            select(payment_attempt.c.attempt_id)
            .join(payment, payment.c.payment_id == payment_attempt.c.payment_id)
            .where(
                payment.c.family_id == wanted.family_id,
                payment.c.purpose == wanted.purpose,
                or_(
                    payment.c.reference_id == wanted.reference_id,
                    payment.c.article_ids.overlap(wanted.article_ids),
                ),
                payment_attempt.c.status == PaymentStatus.IN_PROGRESS,
            )
            .limit(1)
        )
        return await self._connection.scalar(statement) is not None

    def _attempt(self, row: Row[Any]) -> Attempt:
        contract = self.read_contract(row)
        return Attempt(
            attempt_id=row.attempt_id,
            payment_id=row.payment_id,
            number=row.number,
            is_latest=row.is_latest,
            status=PaymentStatus(row.status),
            amount_cents=row.amount_cents,
            reference=row.reference,
            handle=row.handle,
            started_at=row.started_at,
            contract=contract,
            undone_transactions=frozenset(row.undone_transactions),
            renewed=self._renewed(contract, row),
        )

    def _renewed(self, contract: MerchantContract, row: Row[Any]) -> MerchantContract | None:
        """What replaced an attempt's contract, unless it is of another account."""
        if row.renewed_id is None:
            return None
        renewed = self.open_contract(row.renewed_id, row.regie_id, row.renewed_terms, row.renewed_secrets)
        return renewed if renewed.terms.account == contract.terms.account else None

    async def keep_handle(self, attempt_id: UUID, handle: str | None) -> str | None:
        """Writes the bank's own name of an attempt, unless it has one. Returns the one it has."""
        columns = payment_attempt.c
        statement = (
            update(payment_attempt)
            .where(columns.attempt_id == attempt_id)
            .values(handle=func.coalesce(columns.handle, handle))
            .returning(columns.handle)
        )
        kept: str | None = await self._connection.scalar(statement)
        return kept

    async def set_attempt_status(self, attempt_id: UUID, status: PaymentStatus) -> None:
        """Writes an attempt's outcome."""
        statement = update(payment_attempt).where(payment_attempt.c.attempt_id == attempt_id).values(status=status)
        await self._connection.execute(statement)

    async def note_undone(self, attempt: Attempt, transaction_id: str) -> None:
        """Keeps that a transaction will not be paid."""
        columns = payment_attempt.c
        noted = func.array_append(func.array_remove(columns.undone_transactions, transaction_id), transaction_id)
        statement = update(payment_attempt).where(columns.attempt_id == attempt.attempt_id)
        await self._connection.execute(statement.values(undone_transactions=noted))

    async def expire_attempts(self, payment_id: UUID) -> None:
        """Ends the attempts of a payment that are without outcome."""
        columns = payment_attempt.c
        await self._connection.execute(
            update(payment_attempt)
            .where(columns.payment_id == payment_id, columns.status == PaymentStatus.IN_PROGRESS)
            .values(status=PaymentStatus.EXPIRED)
        )

    async def lock_due_questions(self, real_now: datetime, limit: int) -> list[DueQuestion]:
        """Attempts to ask the bank about, locked; those asked elsewhere are left.

        What went back begins the time of asking anew: it may not be paid out.
        """
        columns = payment_attempt.c
        went_back = (
            select(func.max(bank_reversal.c.recorded_at))
            .where(bank_reversal.c.payment_id == columns.payment_id, bank_reversal.c.attempt_id == columns.attempt_id)
            .scalar_subquery()
        )
        statement = (
            select(columns.attempt_id, func.greatest(columns.started_at, went_back), columns.questions)
            .where(columns.next_question_at <= real_now)
            .order_by(columns.next_question_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [DueQuestion(*row) for row in await self._connection.execute(statement)]

    async def set_next_question(self, attempt_id: UUID, at: datetime | None, *, asked_at: datetime) -> None:
        """Writes when the bank is asked again, None for never; a question is being asked, or was answered, now."""
        columns = payment_attempt.c
        asked = columns.questions + 1 if at else columns.questions
        values = {"next_question_at": at, "asked_at": asked_at, "questions": asked}
        await self._connection.execute(update(payment_attempt).where(columns.attempt_id == attempt_id).values(values))

    async def ask_soon(self, attempt_id: UUID, real_now: datetime, pause: timedelta, *, even_if_known: bool) -> None:
        """The next question comes at once, ``pause`` after the last one at the earliest.

        An attempt whose end is known is left in peace, except ``even_if_known``.
        """
        columns = payment_attempt.c
        soon = func.greatest(real_now, columns.asked_at + pause)
        statement = update(payment_attempt).where(columns.attempt_id == attempt_id)
        if not even_if_known:
            statement = statement.where(columns.next_question_at.is_not(None))
        result = await self._connection.execute(
            statement.values(next_question_at=func.least(columns.next_question_at, soon))
        )
        if result.rowcount:
            self._transaction.wake(ASKING)
