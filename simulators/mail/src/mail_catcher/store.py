"""The last mails received: SQLite, in memory or in the state folder. Used from the event loop's thread only."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

KEPT = 500

_SCHEMA = """
create table if not exists mail (
    id integer primary key autoincrement, received_at text not null, recipients text not null,
    sender text not null, recipient text not null, subject text not null, raw blob not null
);
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as listed. ``recipients``: the addresses of the SMTP envelope; ``to`` and ``sender``: the headers."""

    id: int
    received_at: datetime
    recipients: tuple[str, ...]
    sender: str
    to: str
    subject: str

    def matches(self, to: str, subject: str) -> bool:
        """True when both texts are found, whatever the case, in the recipients and in the subject."""
        addresses = " ".join((*self.recipients, self.to)).casefold()
        return to.casefold() in addresses and subject.casefold() in self.subject.casefold()


class Store:
    def __init__(self, state_dir: Path | None = None) -> None:
        if state_dir is not None:
            state_dir.mkdir(parents=True, exist_ok=True)
        path = ":memory:" if state_dir is None else str(state_dir / "mail.sqlite3")
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.executescript("pragma journal_mode = wal; pragma synchronous = normal;" + _SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def ping(self) -> None:
        """Raises sqlite3.Error when the store cannot be read."""
        self._connection.execute("select 1 from mail limit 1").fetchone()

    def add(self, mail: Mail, raw: bytes) -> int:
        """Keeps a mail (its id is given here) and lets the oldest beyond KEPT go."""
        cursor = self._connection.execute(
            "insert into mail (received_at, recipients, sender, recipient, subject, raw) values (?, ?, ?, ?, ?, ?)",
            (mail.received_at.isoformat(), json.dumps(mail.recipients), mail.sender, mail.to, mail.subject, raw),
        )
        number = cursor.lastrowid or 0
        self._connection.execute("delete from mail where id <= ?", (number - KEPT,))
        return number

    def mails(self, to: str = "", subject: str = "") -> list[Mail]:
        """The mails that match, newest first."""
        rows = self._connection.execute(
            "select id, received_at, recipients, sender, recipient, subject from mail order by id desc"
        )
        return [mail for mail in map(_mail, rows) if mail.matches(to, subject)]

    def mail(self, number: int) -> tuple[Mail, bytes] | None:
        """A mail and its text as received."""
        row = self._connection.execute(
            "select id, received_at, recipients, sender, recipient, subject, raw from mail where id = ?", (number,)
        ).fetchone()
        return None if row is None else (_mail(row), row[6])

    def clear(self) -> None:
        self._connection.execute("delete from mail")


def _mail(row: tuple[int, str, str, str, str, str]) -> Mail:
    number, received_at, recipients, sender, to, subject = row[:6]
    return Mail(number, datetime.fromisoformat(received_at), tuple(json.loads(recipients)), sender, to, subject)
