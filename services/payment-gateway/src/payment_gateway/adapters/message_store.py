"""The bank's messages and the transactions it accepted, in PostgreSQL."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.ids import new_id
from contracts.events import SurplusReceived
from contracts.events.payment_gateway import SurplusReason
from payment_gateway.adapters.ledger import Entry, SqlLedger
from payment_gateway.adapters.tables import bank_message, bank_transaction, merchant_contract, payment_attempt
from payment_gateway.application.ports import Attempt, BankMessage, MerchantContract, Said
from payment_gateway.domain.judgement import (
    Channel,
    Decision,
    Judgement,
    TransactionOutcome,
    Verdict,
)
from payment_gateway.domain.outcome import BankOutcome
from payment_gateway.domain.payment import Payment


def message_of(row: Row[*tuple[Any, ...]]) -> BankMessage:
    """A message out of its columns."""
    return BankMessage(**{**row._mapping, "channel": Channel(row.channel)})


def verdict_values(verdict: Verdict, outcome: BankOutcome | None, real_now: datetime) -> dict[str, object]:
    """What is written of a judged message; what it says is kept only when it is the bank's."""
    values: dict[str, object] = {"verdict": verdict, "judged_at": real_now}
    if outcome:
        values |= {
            "encoding": outcome.encoding,
            "kind": outcome.meaning.kind,
            "code": outcome.code,
            "amount_cents": outcome.amount_cents,
            "transaction_id": outcome.transaction_id,
        }
    return values


def transaction_values(
    attempt: Attempt, said: Said, judgement: Judgement, *, real_now: datetime, now: datetime
) -> dict[str, Any]:
    """What is written of a transaction the bank accepted; one that settles nothing waits for a decision.

    Where the bank does not say when it happened, it is the business instant ``now``.
    """
    outcome, settles = said.outcome, judgement.transaction is TransactionOutcome.SETTLED
    return {
        "protocol": attempt.contract.protocol,
        "site": attempt.contract.shop,
        "transaction_id": outcome.transaction_id,
        "payment_id": attempt.payment_id,
        "attempt_id": attempt.attempt_id,
        "message_id": said.message_id,
        "movement_id": new_id(),
        "outcome": judgement.transaction,
        "reason": None if settles else judgement.verdict,
        "decision": None if settles else Decision.TO_DECIDE,
        "amount_cents": outcome.amount_cents,
        "currency": outcome.currency,
        "authorisation": outcome.authorisation,
        "call_number": outcome.call_number,
        "accepted_at": real_now,
        "happened_at": outcome.happened_at or now,
        "bank_number": outcome.bank_number,
        "confirmed_at": real_now if said.channel is Channel.ANSWER else None,
    }


def taken_entry(judgement: Judgement) -> Entry:
    """How the ledger takes a transaction in."""
    settles = judgement.transaction is TransactionOutcome.SETTLED
    return Entry("settlement", "bank", "settled") if settles else Entry("surplus", "bank", "undecided")


class SqlMessages(SqlLedger):
    """Messages and transactions of one commune."""

    async def kept_messages(self, attempt_id: UUID) -> int:
        """How many different messages an attempt has."""
        statement = select(func.count()).where(bank_message.c.attempt_id == attempt_id)
        return await self._connection.scalar(statement) or 0

    async def keep_message(self, message: BankMessage, real_now: datetime) -> UUID:
        """Keeps a message, or counts its reception when the same bytes are kept. Returns the kept one's id.

        A hint given once more is judged once more: what it hints at may be new.
        """
        inserted = insert(bank_message).values({**self._tenant, **asdict(message), "received_at": real_now})
        again = bank_message.c.verdict == Verdict.HINT
        statement = inserted.on_conflict_do_update(
            index_elements=["tenant_id", "attempt_id", "channel", "digest"],
            set_={
                "receptions": bank_message.c.receptions + 1,
                "verdict": func.nullif(bank_message.c.verdict, Verdict.HINT.value),
                "judged_at": case((again, None), else_=bank_message.c.judged_at),
            },
        ).returning(bank_message.c.message_id)
        message_id: UUID = (await self._connection.execute(statement)).scalar_one()
        return message_id

    async def keep_answer(self, message: BankMessage, real_now: datetime) -> UUID:
        """Keeps what a bank answered, to be judged at once by who asked. Returns the kept one's id."""
        values = {
            **self._tenant,
            **asdict(message),
            "received_at": real_now,
            "verdict": Verdict.VALID,
            "judged_at": real_now,
        }
        statement = (
            insert(bank_message)
            .values(values)
            .on_conflict_do_update(
                index_elements=["tenant_id", "attempt_id", "channel", "digest"],
                set_={"receptions": bank_message.c.receptions + 1},
            )
            .returning(bank_message.c.message_id)
        )
        message_id: UUID = (await self._connection.execute(statement)).scalar_one()
        return message_id

    async def judge_again(self, contract: MerchantContract) -> None:
        """Messages about the contract's shop whose signature no key had proven wait for a judgement once more."""
        begun = merchant_contract.c
        attempts = (
            select(payment_attempt.c.attempt_id)
            .join(merchant_contract, begun.contract_id == payment_attempt.c.contract_id)
            .where(
                begun.regie_id == contract.regie_id,
                begun.protocol == contract.protocol,
                begun.site == contract.shop,
                begun.mode == contract.mode,
            )
        )
        await self._connection.execute(
            update(bank_message)
            .where(bank_message.c.verdict == Verdict.BAD_SIGNATURE, bank_message.c.attempt_id.in_(attempts))
            .values(verdict=None, judged_at=None)
        )

    async def lock_waiting_message(self, message_id: UUID) -> BankMessage | None:
        """A message, locked; None when it has its verdict."""
        columns = bank_message.c
        statement = (
            select(columns.message_id, columns.attempt_id, columns.protocol, columns.channel, columns.raw)
            .where(columns.message_id == message_id, columns.verdict.is_(None))
            .with_for_update()
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return message_of(row) if row else None

    async def set_verdict(
        self, message_id: UUID, verdict: Verdict, outcome: BankOutcome | None, real_now: datetime
    ) -> None:
        """Writes what a message was found to be; what it says is kept only when it is the bank's."""
        values = verdict_values(verdict, outcome, real_now)
        await self._connection.execute(
            update(bank_message).where(bank_message.c.message_id == message_id).values(values)
        )

    async def payment_of_transaction(self, contract: MerchantContract, transaction_id: str) -> UUID | None:
        """The payment that holds a transaction of the contract's shop."""
        columns = bank_transaction.c
        statement = select(columns.payment_id).where(
            columns.protocol == contract.protocol,
            columns.site == contract.shop,
            columns.transaction_id == transaction_id,
        )
        return await self._connection.scalar(statement)

    async def add_transaction(
        self, attempt: Attempt, of: Payment, said: Said, judgement: Judgement, real_now: datetime
    ) -> None:
        """Keeps a transaction the bank accepted. The same one for another payment at once fails and is judged again.

        One that settles nothing waits for a decision of the town hall, and is told to the other services.
        """
        now = self._transaction.now()
        outcome, values = said.outcome, transaction_values(attempt, said, judgement, real_now=real_now, now=now)
        await self._connection.execute(insert(bank_transaction).values({**self._tenant, **values}))
        await self.enter(taken_entry(judgement), of, values["movement_id"], outcome.amount_cents, outcome.currency)
        if judgement.transaction is not TransactionOutcome.SETTLED:
            event = SurplusReceived(
                movement_id=values["movement_id"],
                payment_id=of.payment_id,
                purpose=of.purpose,
                reference_id=of.reference_id,
                regie_id=of.regie_id,
                family_id=of.family_id,
                label=of.label,
                reason=SurplusReason.SURPLUS if said.undone else SurplusReason(judgement.verdict.value),
                amount_cents=outcome.amount_cents,
                currency=outcome.currency,
                due_cents=of.amount_cents,
                received_at=self._transaction.now(),
                undone_movement_id=said.undone,
            )
            await self._transaction.publish(event, sequence=1)
