"""What the bank remembers: SQLite, in memory or in the state folder.

Every call is short and made from the event loop's thread only, so a read followed by a write without an ``await``
between them is atomic.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path

from bank_simulator.model import (
    Attempt,
    AttemptStatus,
    CardSummary,
    Means,
    Message,
    MessageStatus,
    Outgoing,
    Payment,
    PaymentStatus,
    Refund,
    RefundKind,
    RefundOrigin,
)

_VERSION = 3
"""Of the tables. A bank that finds those of another version forgets them."""
_SCHEMA = """
create table if not exists payment (
    id text primary key, protocol text not null, merchant text not null, shop_name text not null,
    reference text not null, amount_cents integer not null, fields text not null,
    created_at text not null, expires_at text not null, status text not null, entry_errors integer not null,
    visit text, night_passed integer not null
);
create index if not exists payment_reference on payment (merchant, reference);
create unique index if not exists payment_visit on payment (merchant, visit);
create table if not exists attempt (
    number integer primary key autoincrement, payment_id text not null references payment (id),
    created_at text not null, status text not null, code text not null, card text, authorisation text,
    authenticated integer not null, challenge_code text, challenge_failures integer not null,
    means text not null, challenged integer not null
);
create index if not exists attempt_payment on attempt (payment_id);
create table if not exists refund (
    number integer primary key autoincrement, payment_id text not null references payment (id),
    attempt_number integer not null, kind text not null, origin text not null, amount_cents integer not null,
    at text not null
);
create index if not exists refund_payment on refund (payment_id);
create table if not exists question (
    merchant text not null, number text not null, day text not null, primary key (merchant, number, day)
);
create table if not exists message (
    number integer primary key autoincrement, payment_id text not null references payment (id),
    attempt_number integer not null, method text not null, url text not null, body text not null,
    status text not null, at text not null, http_status integer, detail text not null
);
create index if not exists message_payment on message (payment_id);
"""


class Store:
    def __init__(self, state_dir: Path | None = None) -> None:
        if state_dir is not None:
            state_dir.mkdir(parents=True, exist_ok=True)
        path = ":memory:" if state_dir is None else str(state_dir / "bank.sqlite3")
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript("pragma journal_mode = wal; pragma synchronous = normal;")
        self._forget_another_version()
        self._connection.executescript(_SCHEMA)
        self._seed_numbers()

    def _forget_another_version(self) -> None:
        if self._connection.execute("pragma user_version").fetchone()[0] == _VERSION:
            return
        for table in ("message", "question", "refund", "attempt", "payment"):
            self._connection.execute(f"drop table if exists {table}")
        self._connection.execute(f"pragma user_version = {_VERSION}")

    def _seed_numbers(self) -> None:
        """Starts the numberings at the present second, those of refunds apart from those of attempts.

        Shops keep transaction numbers for ever: a bank that starts again from nothing must not give one twice.
        """
        for table, start in (("attempt", 0), ("refund", 2_000_000_000)):
            if self._connection.execute("select 1 from sqlite_sequence where name = ?", (table,)).fetchone() is None:
                self._connection.execute(
                    "insert into sqlite_sequence (name, seq) values (?, ?)", (table, start + int(time.time()))
                )

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written in it is kept whole or not at all, also when the bank is killed meanwhile."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def ping(self) -> None:
        """Raises sqlite3.Error when the store cannot be read."""
        self._connection.execute("select 1 from payment limit 1").fetchone()

    def save_payment(self, payment: Payment) -> None:
        row = asdict(payment) | {"fields": json.dumps(payment.fields)}
        self._upsert("payment", "id", row | _instants(payment.created_at, payment.expires_at))

    def payment(self, payment_id: str) -> Payment | None:
        row = self._connection.execute("select * from payment where id = ?", (payment_id,)).fetchone()
        return None if row is None else _payment(row)

    def payment_of(self, number: int) -> Payment | None:
        """The payment of an attempt's or a refund's number."""
        row = self._connection.execute(
            "select * from payment where id in (select payment_id from attempt where number = ?1 "
            "union select payment_id from refund where number = ?1)",
            (number,),
        ).fetchone()
        return None if row is None else _payment(row)

    def payments(self, *, merchant: str | None = None, reference: str | None = None, limit: int = 50) -> list[Payment]:
        """The latest payments, newest first."""
        rows = self._connection.execute(
            "select * from payment where (?1 is null or merchant = ?1) and (?2 is null or reference = ?2) "
            "order by rowid desc limit ?3",
            (merchant, reference, limit),
        )
        return [_payment(row) for row in rows]

    def has_visit(self, merchant: str, visit: str) -> bool:
        query = "select 1 from payment where merchant = ? and visit = ?"
        return self._connection.execute(query, (merchant, visit)).fetchone() is not None

    def is_paid(self, merchant: str, reference: str) -> bool:
        query = "select 1 from payment where merchant = ? and reference = ? and status = ?"
        return self._connection.execute(query, (merchant, reference, PaymentStatus.PAID)).fetchone() is not None

    def add_attempt(self, attempt: Attempt) -> Attempt:
        """Stores a new attempt and returns it with its number (unique over the life of the bank)."""
        return replace(attempt, number=self._insert("attempt", _attempt_row(attempt)))

    def save_attempt(self, attempt: Attempt) -> None:
        self._upsert("attempt", "number", _attempt_row(attempt) | {"number": attempt.number})

    def attempts(self, payment_id: str) -> list[Attempt]:
        """A payment's attempts, oldest first."""
        rows = self._connection.execute("select * from attempt where payment_id = ? order by number", (payment_id,))
        return [_attempt(row) for row in rows]

    def last_attempt(self, payment_id: str) -> Attempt | None:
        return next(iter(reversed(self.attempts(payment_id))), None)

    def attempt(self, number: int) -> Attempt | None:
        row = self._connection.execute("select * from attempt where number = ?", (number,)).fetchone()
        return None if row is None else _attempt(row)

    def add_refund(self, refund: Refund) -> Refund:
        row = asdict(refund) | {"at": refund.at.isoformat()}
        del row["number"]
        return replace(refund, number=self._insert("refund", row))

    def refunds(self, payment_id: str) -> list[Refund]:
        """A payment's refunds and cancellations, oldest first."""
        rows = self._connection.execute("select * from refund where payment_id = ? order by number", (payment_id,))
        return [_refund(row) for row in rows]

    def has_question(self, merchant: str, question: str, day: date) -> bool:
        """Whether the shop's server was answered under that number on that day."""
        query = "select 1 from question where merchant = ? and number = ? and day = ?"
        return self._connection.execute(query, (merchant, question, day.isoformat())).fetchone() is not None

    def keep_question(self, merchant: str, question: str, day: date) -> None:
        self._connection.execute("insert into question values (?, ?, ?)", (merchant, question, day.isoformat()))

    def add_message(self, message: Message) -> Message:
        return replace(message, number=self._insert("message", _message_row(message)))

    def save_message(self, message: Message) -> None:
        self._upsert("message", "number", _message_row(message) | {"number": message.number})

    def messages(self, payment_id: str) -> list[Message]:
        """A payment's messages in the order they were decided."""
        rows = self._connection.execute("select * from message where payment_id = ? order by number", (payment_id,))
        return [_message(row) for row in rows]

    def unsent_messages(self) -> list[Message]:
        """Those that were on their way when the bank was killed, oldest first."""
        rows = self._connection.execute(
            "select * from message where status in (?, ?) order by number", (MessageStatus.HELD, MessageStatus.SENDING)
        )
        return [_message(row) for row in rows]

    def _insert(self, table: str, row: dict[str, object]) -> int:
        cursor = self._connection.execute(_insert_sql(table, row), row)
        if cursor.lastrowid is None:
            raise sqlite3.DatabaseError(f"no row number for {table}")
        return cursor.lastrowid

    def _upsert(self, table: str, key: str, row: dict[str, object]) -> None:
        updates = ", ".join(f"{column} = excluded.{column}" for column in row if column != key)
        self._connection.execute(f"{_insert_sql(table, row)} on conflict ({key}) do update set {updates}", row)


def _insert_sql(table: str, columns: Iterable[str]) -> str:
    names = list(columns)
    return f"insert into {table} ({', '.join(names)}) values ({', '.join(':' + name for name in names)})"  # noqa: S608


def _instants(created_at: datetime, expires_at: datetime) -> dict[str, str]:
    return {"created_at": created_at.isoformat(), "expires_at": expires_at.isoformat()}


def _payment(row: sqlite3.Row) -> Payment:
    values = dict(row)
    values["fields"] = tuple((name, value) for name, value in json.loads(values["fields"]))
    values["created_at"] = datetime.fromisoformat(values["created_at"])
    values["expires_at"] = datetime.fromisoformat(values["expires_at"])
    values["status"] = PaymentStatus(values["status"])
    values["night_passed"] = bool(values["night_passed"])
    return Payment(**values)


def _attempt_row(attempt: Attempt) -> dict[str, object]:
    row = asdict(attempt)
    del row["number"]
    card = None if attempt.card is None else json.dumps(asdict(attempt.card))
    return row | {"card": card, "created_at": attempt.created_at.isoformat()}


def _attempt(row: sqlite3.Row) -> Attempt:
    values = dict(row)
    values["created_at"] = datetime.fromisoformat(values["created_at"])
    values["status"] = AttemptStatus(values["status"])
    values["card"] = None if values["card"] is None else CardSummary(**json.loads(values["card"]))
    values["authenticated"] = bool(values["authenticated"])
    values["challenged"] = bool(values["challenged"])
    values["means"] = Means(values["means"])
    return Attempt(**values)


def _refund(row: sqlite3.Row) -> Refund:
    values = dict(row)
    values["kind"] = RefundKind(values["kind"])
    values["origin"] = RefundOrigin(values["origin"])
    values["at"] = datetime.fromisoformat(values["at"])
    return Refund(**values)


def _message_row(message: Message) -> dict[str, object]:
    row = asdict(message)
    del row["number"], row["outgoing"]
    return row | asdict(message.outgoing) | {"at": message.at.isoformat()}


def _message(row: sqlite3.Row) -> Message:
    values = dict(row)
    values["outgoing"] = Outgoing(values.pop("method"), values.pop("url"), values.pop("body"))
    values["at"] = datetime.fromisoformat(values["at"])
    values["status"] = MessageStatus(values["status"])
    return Message(**values)
