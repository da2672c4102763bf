"""The payment store for several messages at once: it reads beforehand, locked, and writes all at the end.

In between, the use cases for one message work on what was read, as their own writes change it. A batch thus takes a
constant number of statements, or of trips to the database, whatever its size. What a batch seldom does goes straight
through.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Column,
    Executable,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.database import Transaction
from chassis.outbox import Outgoing
from chassis.secrets import SecretBox
from contracts.events.payment_gateway import BankReceipt
from payment_gateway.adapters.message_store import message_of, taken_entry, transaction_values, verdict_values
from payment_gateway.adapters.payment_store import MOVED, PAYMENT_COLUMNS, payment_of, settled_event
from payment_gateway.adapters.store import SqlPaymentStore
from payment_gateway.adapters.tables import bank_message, bank_transaction, ledger_entry, payment, payment_attempt
from payment_gateway.application.ports import Attempt, BankMessage, MerchantContract, Said
from payment_gateway.domain.judgement import Judgement, TransactionOutcome, Verdict
from payment_gateway.domain.outcome import BankOutcome
from payment_gateway.domain.payment import Payment, PaymentStatus
from payment_gateway.domain.refund import Taken

_KEEP = text(
    """
    insert into bank_message (tenant_id, received_at, message_id, attempt_id, protocol, channel, raw)
    select :tenant_id, :now, m.* from unnest(
        cast(:ids as uuid[]), cast(:attempts as uuid[]), cast(:protocols as text[]), cast(:channels as text[]),
        cast(:raws as bytea[])
    ) as m
    on conflict (tenant_id, attempt_id, channel, digest) do update set receptions = bank_message.receptions + 1,
        verdict = nullif(bank_message.verdict, 'hint'),
        judged_at = case when bank_message.verdict is distinct from 'hint' then bank_message.judged_at end
    returning message_id, attempt_id, channel, digest
    """
)
_VERDICT_COLUMNS = ("verdict", "judged_at", "encoding", "kind", "code", "amount_cents", "transaction_id")


def _rows(table: Table, names: Iterable[str]) -> TableValuedAlias:
    """The rows that the parameter ``rows`` holds as JSON, with these columns; what a row does not say is null."""
    columns = [Column(name, table.c[name].type) for name in names]
    rows = func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), JSONB))
    return rows.table_valued(*columns).render_derived(with_types=True)


def _adding(table: Table, *defaults: str) -> Executable:
    """Adds rows; ``defaults`` are the columns that are left to the table."""
    names = [column.name for column in table.columns if column.name not in defaults]
    return insert(table).from_select(names, select(_rows(table, names)))


def _setting(table: Table, key: str, names: Sequence[str]) -> Executable:
    """Sets these columns of the rows that ``key`` finds."""
    rows = _rows(table, [key, *names])
    return update(table).where(table.c[key] == rows.c[key]).values({name: rows.c[name] for name in names})


_VERDICTS = _setting(bank_message, "message_id", _VERDICT_COLUMNS)
_said = _rows(payment_attempt, ["attempt_id", "status", "next_question_at"])
_ATTEMPTS = (
    update(payment_attempt)
    .where(payment_attempt.c.attempt_id == _said.c.attempt_id)
    .values(
        status=func.coalesce(_said.c.status, payment_attempt.c.status),
        next_question_at=func.coalesce(payment_attempt.c.next_question_at, _said.c.next_question_at),
    )
)
"""A question that is to come anyhow stays where it is."""
_PAYMENTS = _setting(payment, "payment_id", [*MOVED, "payer"])
_TRANSACTIONS = _adding(bank_transaction, "decided_at", "decided_by", "decision_version")
_ENTRIES = _adding(ledger_entry)

Transactions = Collection[tuple[MerchantContract, str]]


class GatheredStore(SqlPaymentStore):
    """Implements ``GatheringStore`` in one transaction of one commune."""

    def __init__(self, transaction: Transaction, secrets: SecretBox) -> None:
        super().__init__(transaction, secrets)
        self._messages: dict[UUID, BankMessage] = {}
        self._attempts: dict[UUID, Attempt] = {}
        self._payments: dict[UUID, Payment] = {}
        self._counts: dict[UUID, int] = {}
        self._holders: dict[tuple[str, str, str], UUID] = {}
        self._new_messages: list[tuple[BankMessage, datetime]] = []
        self._new_transactions: list[dict[str, object]] = []
        self._new_entries: list[dict[str, object]] = []
        self._new_statuses: dict[UUID, PaymentStatus] = {}
        self._new_questions: dict[UUID, datetime] = {}
        self._moved: dict[UUID, Payment] = {}
        self._events: list[Outgoing] = []
        self._verdicts: list[dict[str, object]] = []

    async def gather_attempts(self, attempt_ids: Collection[UUID]) -> None:
        """Reads attempts, and how many messages each has."""
        self._attempts = {each.attempt_id: each for each in await self.attempts(attempt_ids)}
        column = bank_message.c.attempt_id
        counted = select(column, func.count()).where(column.in_(attempt_ids)).group_by(column)
        self._counts = {row[0]: row[1] for row in await self._connection.execute(counted)}

    async def gather_messages(self, message_ids: Collection[UUID]) -> list[tuple[BankMessage, Attempt]]:
        """Locks the waiting ones of messages, then their payments, always in the order of ids; reads their attempts.

        Returns the messages whose attempt is known.
        """
        columns = bank_message.c
        waiting = (
            select(columns.message_id, columns.attempt_id, columns.protocol, columns.channel, columns.raw)
            .where(columns.message_id.in_(message_ids), columns.verdict.is_(None))
            .order_by(columns.message_id)
            .with_for_update()
        )
        self._messages = {row.message_id: message_of(row) for row in await self._connection.execute(waiting)}
        attempt_ids = {each.attempt_id for each in self._messages.values() if each.attempt_id}
        of_attempts = select(payment_attempt.c.payment_id).where(payment_attempt.c.attempt_id.in_(attempt_ids))
        locked = (
            select(*PAYMENT_COLUMNS)
            .where(payment.c.payment_id.in_(of_attempts))
            .order_by(payment.c.payment_id)
            .with_for_update()
        )
        self._payments = {row.payment_id: payment_of(row) for row in await self._connection.execute(locked)}
        self._attempts = {each.attempt_id: each for each in await self.attempts(attempt_ids)}
        return [
            (each, self._attempts[each.attempt_id])
            for each in self._messages.values()
            if each.attempt_id and each.attempt_id in self._attempts
        ]

    async def gather_transactions(self, named: Transactions) -> None:
        """Reads which payments hold transactions of the banks."""
        columns = bank_transaction.c
        keys = {(contract.protocol, contract.shop, transaction_id) for contract, transaction_id in named}
        if not keys:
            return
        key = (columns.protocol, columns.site, columns.transaction_id)
        held = select(*key, columns.payment_id).where(tuple_(*key).in_(keys))
        self._holders = {(row[0], row[1], row[2]): row[3] for row in await self._connection.execute(held)}

    async def attempt(self, attempt_id: UUID) -> Attempt | None:
        """One of those gathered."""
        return self._attempts.get(attempt_id)

    async def kept_messages(self, attempt_id: UUID) -> int:
        """Those of this batch included."""
        return self._counts.get(attempt_id, 0)

    async def keep_message(self, message: BankMessage, real_now: datetime) -> UUID:
        """The id given; ``write`` says under which each is kept."""
        self._new_messages.append((message, real_now))
        if message.attempt_id:
            self._counts[message.attempt_id] = self._counts.get(message.attempt_id, 0) + 1
        return message.message_id

    async def lock_waiting_message(self, message_id: UUID) -> BankMessage | None:
        """One of those gathered; none twice."""
        return self._messages.pop(message_id, None)

    async def locked_payment(self, payment_id: UUID) -> Payment | None:
        """One of those gathered."""
        return self._payments.get(payment_id)

    async def payment_of_transaction(self, contract: MerchantContract, transaction_id: str) -> UUID | None:
        """Among those gathered and those of this batch."""
        return self._holders.get((contract.protocol, contract.shop, transaction_id))

    async def add_transaction(
        self, attempt: Attempt, of: Payment, said: Said, judgement: Judgement, real_now: datetime
    ) -> None:
        """Those that settle are written with the batch."""
        transaction_id = said.outcome.transaction_id
        if transaction_id:
            self._holders[attempt.contract.protocol, attempt.contract.shop, transaction_id] = of.payment_id
        if judgement.transaction is not TransactionOutcome.SETTLED:
            await super().add_transaction(attempt, of, said, judgement, real_now)
            return
        values = transaction_values(attempt, said, judgement, real_now=real_now, now=self._transaction.now())
        self._new_transactions.append({**self._tenant, **values})
        cents, currency = values["amount_cents"], values["currency"]
        if cents:
            entry = self.entry_values(taken_entry(judgement), of, values["movement_id"], cents, currency)
            self._new_entries.append(entry)

    async def all_taken(self, payment_id: UUID) -> list[Taken]:
        """Those of this batch included, which are written for it."""
        await self._write_transactions()
        return await super().all_taken(payment_id)

    async def debit_of(self, attempt_id: UUID) -> str | None:
        """One of this batch too, which is written for it."""
        await self._write_transactions()
        return await super().debit_of(attempt_id)

    async def set_attempt_status(self, attempt_id: UUID, status: PaymentStatus) -> None:
        """Written with the batch."""
        self._attempts[attempt_id] = replace(self._attempts[attempt_id], status=status)
        self._new_statuses[attempt_id] = status

    async def ask_from(self, attempt_id: UUID, at: datetime) -> None:
        """Written with the batch, with the attempt's outcome."""
        self._new_questions[attempt_id] = at

    def _new_attempts(self) -> list[dict[str, object]]:
        statuses, questions = self._new_statuses, self._new_questions
        return [
            {"attempt_id": each, "status": statuses.get(each), "next_question_at": questions.get(each)}
            for each in {**statuses, **questions}
        ]

    async def note_undone(self, attempt: Attempt, transaction_id: str) -> None:
        """At once, and known to the rest of the batch."""
        await super().note_undone(attempt, transaction_id)
        known = self._attempts[attempt.attempt_id]
        undone = known.undone_transactions | {transaction_id}
        self._attempts[attempt.attempt_id] = replace(known, undone_transactions=undone)

    async def save_payment(self, moved: Payment) -> None:
        """The last state is written with the batch."""
        self._payments[moved.payment_id] = self._moved[moved.payment_id] = moved

    async def publish_settled(self, settled: Payment, receipt: BankReceipt | None) -> None:
        """Published with the batch."""
        self._events.append(Outgoing(settled_event(settled, self._transaction.now(), receipt), settled.version))

    async def set_verdict(
        self, message_id: UUID, verdict: Verdict, outcome: BankOutcome | None, real_now: datetime
    ) -> None:
        """Written with the batch."""
        self._verdicts.append({**verdict_values(verdict, outcome, real_now), "message_id": message_id})

    async def write(self) -> None:
        """Writes all. The payments are locked."""
        await self._write_transactions()
        await self._execute_many(_ATTEMPTS, self._new_attempts())
        await self._execute_many(
            _PAYMENTS, [_moved_values(each) for each in self._moved.values() if not each.status.is_open]
        )
        for each in self._moved.values():
            if each.status.is_open:
                await super().save_payment(each)
        await self._transaction.publish_all(self._events)
        await self._execute_many(_VERDICTS, self._verdicts)

    async def _write_transactions(self) -> None:
        transactions, entries = self._new_transactions, self._new_entries
        self._new_transactions, self._new_entries = [], []
        await self._execute_many(_TRANSACTIONS, transactions)
        await self._execute_many(_ENTRIES, entries)

    async def write_messages(self) -> dict[UUID, UUID]:
        """Keeps the batch's messages. The id each is kept under, by the id it was given."""
        if not self._new_messages:
            return {}
        messages = [message for message, _ in self._new_messages]
        kept = await self._connection.execute(
            _KEEP,
            {
                **self._tenant,
                "now": self._new_messages[0][1],
                "ids": [message.message_id for message in messages],
                "attempts": [message.attempt_id for message in messages],
                "protocols": [message.protocol for message in messages],
                "channels": [message.channel.value for message in messages],
                "raws": [message.raw for message in messages],
            },
        )
        ids = {(row.attempt_id, row.channel, row.digest): row.message_id for row in kept}
        return {each.message_id: ids[each.attempt_id, each.channel, _digest(each)] for each in messages}

    async def _execute_many(self, statement: Executable, rows: Sequence[dict[str, object]]) -> None:
        if rows:
            await self._connection.execute(statement, {"rows": json.dumps(rows, default=str)})


def _moved_values(moved: Payment) -> dict[str, object]:
    """Closed: the payer's personal data are not needed any more."""
    return {"payment_id": moved.payment_id, **{name: getattr(moved, name) for name in MOVED}}


def _digest(message: BankMessage) -> bytes:
    return hashlib.sha256(message.raw).digest()
