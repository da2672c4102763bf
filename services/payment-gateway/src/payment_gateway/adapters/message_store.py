"""The bank's messages and the transactions it accepted, in PostgreSQL."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from payment_gateway.adapters.scoped import Scoped
from payment_gateway.adapters.tables import bank_message, bank_transaction
from payment_gateway.application.ports import Attempt, BankMessage
from payment_gateway.domain.judgement import BankOutcome, Channel, TransactionOutcome, Verdict


class SqlMessages(Scoped):
    """Messages and transactions of one commune."""

    async def kept_messages(self, attempt_id: UUID) -> int:
        """How many different messages an attempt has."""
        statement = select(func.count()).where(bank_message.c.attempt_id == attempt_id)
        return await self._connection.scalar(statement) or 0

    async def keep_message(self, message: BankMessage, real_now: datetime) -> UUID:
        """Keeps a message, or counts its reception when the same bytes are kept. Returns the kept one's id."""
        inserted = insert(bank_message).values({**self._tenant, **asdict(message), "received_at": real_now})
        statement = inserted.on_conflict_do_update(
            index_elements=["tenant_id", "attempt_id", "channel", "digest"],
            set_={"receptions": bank_message.c.receptions + 1},
        ).returning(bank_message.c.message_id)
        message_id: UUID = (await self._connection.execute(statement)).scalar_one()
        return message_id

    async def lock_waiting_message(self, message_id: UUID) -> BankMessage | None:
        """A message, locked; None when it has its verdict."""
        columns = bank_message.c
        statement = (
            select(columns.message_id, columns.attempt_id, columns.protocol, columns.channel, columns.raw)
            .where(columns.message_id == message_id, columns.verdict.is_(None))
            .with_for_update()
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return BankMessage(**{**row._mapping, "channel": Channel(row.channel)}) if row else None

    async def set_verdict(
        self, message_id: UUID, verdict: Verdict, outcome: BankOutcome | None, real_now: datetime
    ) -> None:
        """Writes what a message was found to be; what it says is kept only when it is the bank's."""
        values: dict[str, object] = {"verdict": verdict, "judged_at": real_now}
        if outcome:
            values |= {
                "encoding": outcome.encoding,
                "code": outcome.code,
                "amount_cents": outcome.amount_cents,
                "transaction_id": outcome.transaction_id,
            }
        await self._connection.execute(
            update(bank_message).where(bank_message.c.message_id == message_id).values(values)
        )

    async def payment_of_transaction(self, attempt: Attempt, transaction_id: str) -> UUID | None:
        """The payment that holds a transaction of the attempt's site."""
        columns = bank_transaction.c
        statement = select(columns.payment_id).where(
            columns.protocol == attempt.protocol,
            columns.site == attempt.site,
            columns.transaction_id == transaction_id,
        )
        return await self._connection.scalar(statement)

    async def add_transaction(
        self,
        attempt: Attempt,
        message_id: UUID,
        outcome: BankOutcome,
        kept_as: TransactionOutcome,
        real_now: datetime,
    ) -> None:
        """Keeps a transaction the bank accepted. The same one for another payment at once fails and is judged again."""
        values = {
            **self._tenant,
            "protocol": attempt.protocol,
            "site": attempt.site,
            "transaction_id": outcome.transaction_id,
            "payment_id": attempt.payment_id,
            "attempt_id": attempt.attempt_id,
            "message_id": message_id,
            "outcome": kept_as,
            "amount_cents": outcome.amount_cents,
            "authorisation": outcome.authorisation,
            "call_number": outcome.call_number,
            "accepted_at": real_now,
        }
        await self._connection.execute(insert(bank_transaction).values(values))
