"""Payments and their attempts in PostgreSQL."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.ids import new_id
from contracts.events import PaymentSettled
from contracts.values import Payer, PaymentPurpose
from contracts.values import PaymentStatus as PublishedStatus
from payment_gateway.adapters.scoped import Scoped
from payment_gateway.adapters.tables import merchant_contract, payment, payment_attempt
from payment_gateway.application.ports import Attempt
from payment_gateway.domain.payment import Mode, Payment, PaymentStatus

PAYMENT_COLUMNS = [payment.c[field.name] for field in fields(Payment)]
_MOVED = ("version", "status", "reason_code", "reason", "settled_at", "expires_at")


def payment_of(row: Row[Any]) -> Payment:
    """Reads a row of the payment's own columns."""
    values = dict(row._mapping)
    return Payment(**{**values, "status": PaymentStatus(row.status), "purpose": PaymentPurpose(row.purpose)})


def settled_event(settled: Payment, now: datetime) -> PaymentSettled:
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
    )


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
        values = {name: getattr(moved, name) for name in _MOVED}
        if not moved.status.is_open:
            values["payer"] = None
        await self._connection.execute(update(payment).where(payment.c.payment_id == moved.payment_id).values(values))

    async def publish_settled(self, settled: Payment) -> None:
        """Tells the outcome to the other services."""
        await self._transaction.publish(settled_event(settled, self._transaction.now()), sequence=settled.version)

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


class SqlAttempts(Scoped):
    """Attempts of one commune. The caller holds the payment's row lock when it writes."""

    async def add_attempt(self, payment_id: UUID, contract_id: UUID, real_now: datetime) -> UUID:
        """Adds the payment's next attempt. Returns its id."""
        attempt_id = new_id()
        number = select(func.count() + 1).where(payment_attempt.c.payment_id == payment_id).scalar_subquery()
        values = {
            **self._tenant,
            "attempt_id": attempt_id,
            "payment_id": payment_id,
            "contract_id": contract_id,
            "number": number,
            "status": PaymentStatus.IN_PROGRESS,
            "started_at": real_now,
        }
        await self._connection.execute(insert(payment_attempt).values(values))
        return attempt_id

    async def attempt(self, attempt_id: UUID) -> Attempt | None:
        """An attempt and its contract."""
        columns, later = payment_attempt.c, payment_attempt.alias("later")
        is_latest = ~(
            select(later).where(later.c.payment_id == columns.payment_id, later.c.number > columns.number).exists()
        )
        contract = merchant_contract.c
        statement = (
            select(
                columns.attempt_id,
                columns.payment_id,
                columns.contract_id,
                columns.number,
                is_latest.label("is_latest"),
                columns.status,
                contract.protocol,
                contract.site,
                contract.mode,
                contract.bank_public_key_pem,
            )
            .join(merchant_contract, contract.contract_id == columns.contract_id)
            .where(columns.attempt_id == attempt_id)
        )
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return Attempt(**{**row._mapping, "status": PaymentStatus(row.status), "mode": Mode(row.mode)})

    async def set_attempt_status(self, attempt_id: UUID, status: PaymentStatus) -> None:
        """Writes an attempt's outcome."""
        statement = update(payment_attempt).where(payment_attempt.c.attempt_id == attempt_id).values(status=status)
        await self._connection.execute(statement)

    async def expire_attempts(self, payment_id: UUID) -> None:
        """Ends the attempts of a payment that are without outcome."""
        columns = payment_attempt.c
        await self._connection.execute(
            update(payment_attempt)
            .where(columns.payment_id == payment_id, columns.status == PaymentStatus.IN_PROGRESS)
            .values(status=PaymentStatus.EXPIRED)
        )
