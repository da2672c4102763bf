"""The world outside the portal: the bank's warnings, and the mails that arrived."""

import contextlib
import email
import sqlite3
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from driver.portal import Portal
from portail_local.state import State

_EVERY_SECONDS = 2.0
_UNHEARD = """
select payment_id, attempt_number from message group by payment_id, attempt_number
having max(coalesce(http_status, 0) = 200) = 0 and sum(status in ('held', 'sending')) = 0
"""
_ACCEPTED = "select coalesce(sum(p.amount_cents), 0) from attempt a join payment p on p.id = a.payment_id " + (
    "where a.status = 'accepted'"
)


class Outside:
    """Watches in the background.

    Paybox tells a shop once. When the shop does not answer 200 it warns it by mail, with the message's address, and
    someone follows it: here at once, each counted in ``sent_again``.
    """

    def __init__(self, portal: Portal) -> None:
        data = State(portal.state).data
        self._bank_file, self._mail_file = data / "bank" / "bank.sqlite3", data / "mail" / "mail.sqlite3"
        self._bank = httpx.Client(base_url=f"http://127.0.0.1:{portal.ports.bank}", timeout=40, trust_env=False)
        self._ending = threading.Event()
        self._looking = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="outside")
        self._last_mail = 0
        self.sent_again = 0
        self.received: Counter[str] = Counter()
        """Mails by the local part of their Message-ID."""

    def __enter__(self) -> "Outside":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ending.set()
        self._thread.join()
        self._fetch_mails()
        self._bank.close()

    def accepted_cents(self) -> int:
        """What the bank took from card holders."""
        return int(_read(self._bank_file, _ACCEPTED)[0][0])

    def look(self) -> None:
        """Follows the warnings, fetches the mails. For any thread."""
        with self._looking:
            self._follow_warnings()
            self._fetch_mails()

    def _follow_warnings(self) -> None:
        for payment_id, attempt in _read(self._bank_file, _UNHEARD):
            answer = self._bank.post(f"/control/payments/{payment_id}/resend", json={"attempt": attempt})
            self.sent_again += answer.is_success

    def _fetch_mails(self) -> None:
        for number, raw in _read(self._mail_file, "select id, raw from mail where id > ?", self._last_mail):
            message_id = email.message_from_bytes(raw)["Message-ID"] or ""
            self.received[message_id.strip("<>").partition("@")[0]] += 1
            self._last_mail = max(self._last_mail, number)

    def _watch(self) -> None:
        while not self._ending.wait(_EVERY_SECONDS):
            with contextlib.suppress(httpx.HTTPError, sqlite3.Error):
                self.look()


def _read(file: Path, statement: str, *arguments: object) -> list[Any]:
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as connection:
        return connection.execute(statement, arguments).fetchall()
