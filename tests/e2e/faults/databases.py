"""Below the application: the databases of a running system as their superuser, and identity's key."""

import asyncio
import base64
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import asyncpg
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key

from chassis.secrets import SecretBox
from chassis.testing.tokens import TokenSigner
from driver import Portal, until
from driver.api import SERVICES
from portail_local.state import Options, State
from portail_local.system import System

T = TypeVar("T")

_RESTLESS = frozenset({"inbox", "outbox", "attempt", "statement_round", "reconciliation_check", "daily_number"})
"""Tables of messages on their way, of failed attempts, which a refusal may well count, of the nightly comparison,
and of the numbers that questions to the banks bear.
"""
_ROWS = {
    "payment_attempt": "to_jsonb(t) - '{next_question_at,asked_at,questions}'::text[]",
    "bank_transaction": "to_jsonb(t) - 'confirmed_at'",
}
_ONLY = {
    "bank_message": "channel <> 'answer'",
    "invoicing_run": "not automatic",
    "invoice_counter": "last_sequence > 0",
}
"""Left out is what jobs do by themselves, whoever else does what: the banks are asked about payments that are not
finished or not confirmed, and answer; a month that has ended is invoiced, mostly without finding anything to invoice.
"""
_TABLES = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
_PRINT = (
    "select '{table}' as name, count(*) as rows, coalesce(sum(hashtext(({row})::text)), 0)::bigint as hash"
    " from {table} t where {only}"
)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine beside whatever loop the browser's driver keeps in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class Databases:
    """Sees through row-level security."""

    def __init__(self, portal: Portal) -> None:
        self._state = State(portal.state)
        self._system = System(self._state, Options(port=portal.ports.gateway))

    def query(self, service: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        return run(self._query(service, statement, *arguments))

    def count(self, service: str, statement: str, *arguments: Any) -> int:
        """Of a statement that gives one number."""
        return int(self.query(service, statement, *arguments)[0][0])

    def fingerprint(self) -> dict[str, tuple[int, int]]:
        """Count and hash of every table's rows, of what tells a change apart; by «service.table»."""
        found = {}
        for service in SERVICES:
            tables = [str(row[0]) for row in self.query(service, _TABLES)]
            prints = [
                _PRINT.format(table=each, row=_ROWS.get(each, "t"), only=_ONLY.get(each, "true"))
                for each in tables
                if each not in _RESTLESS
            ]
            union = " union all ".join(prints)
            found |= {f"{service}.{row['name']}": (row["rows"], row["hash"]) for row in self.query(service, union)}
        return found

    def at_rest(self) -> dict[str, tuple[int, int]]:
        """The fingerprint, once nothing moves any more: events have been heard, mails sent."""
        last: list[dict[str, tuple[int, int]]] = [{}, {}]

        def read() -> bool:
            last[:] = [last[1], self.fingerprint()]
            waiting = sum(self.count(service, "select count(*) from outbox") for service in SERVICES)
            return waiting == 0 and last[0] == last[1]

        until(read, seconds=60)
        return last[1]

    async def _query(self, service: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self._system.postgres.url(database=service.replace("-", "_")))
        try:
            rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
            return rows
        finally:
            await connection.close()

    def signer(self) -> TokenSigner:
        """Signs as identity does, with its present key: tokens for people who never logged in, or expired ones."""
        (row,) = self.query(
            "identity",
            "select key_id, sealed_private_key from signing_key where signs_from <= now()"
            " order by signs_from desc limit 1",
        )
        box = SecretBox(base64.b64decode(self._state.secrets().keys["identity"]))
        key = load_der_private_key(box.open(row["sealed_private_key"], purpose="signing-key"), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return TokenSigner(key, str(row["key_id"]))
