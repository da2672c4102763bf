"""What PostgreSQL was asked while something happened, read from its own log."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from portail_bench.private import PrivateSystem

_EXECUTION = re.compile(r"(?:statement|execute [^:]*): (.*)", re.DOTALL)
_PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")


@dataclass(frozen=True)
class Statement:
    """One execution. ``parameters`` are SQL literals by number, as logged."""

    database: str
    role: str
    session: int
    text: str
    parameters: dict[int, str] = field(repr=False)


class StatementLog:
    """Between ``start`` and ``stop`` every statement of the services is logged."""

    def __init__(self, private: PrivateSystem) -> None:
        self._private = private
        self._begins_at = 0

    @property
    def _file(self) -> Path:
        return self._private.system.postgres.data / "log" / "statements.json"

    async def start(self) -> None:
        """Every session logs from its next statement on."""
        self._begins_at = self._file.stat().st_size
        await self._set("all")

    async def stop(self) -> list[Statement]:
        """What was executed since ``start``, sessions of superusers left out, in the order of the log."""
        await self._set("none")
        with self._file.open(encoding="utf-8") as log:
            log.seek(self._begins_at)
            entries = [json.loads(line) for line in log]
        return [found for entry in entries if (found := _statement(entry))]

    async def _set(self, logged: str) -> None:
        connection: asyncpg.Connection = await self._private.database("postgres")
        try:
            await connection.execute(f"alter system set log_statement = '{logged}'")
            await connection.execute("select pg_reload_conf()")
            await connection.execute("select pg_sleep(0.5)")  # the sessions hear of it with their next statement
        finally:
            await connection.close()


def _statement(entry: dict[str, Any]) -> Statement | None:
    found = _EXECUTION.match(entry.get("message", ""))
    if not found or entry.get("user") in (None, "postgres"):
        return None
    parameters = {int(number): literal for number, literal in _PARAMETER.findall(entry.get("detail", ""))}
    return Statement(entry["dbname"], entry["user"], entry["pid"], found[1].strip().rstrip(";"), parameters)


def transactions(statements: Sequence[Statement]) -> list[list[Statement]]:
    """Statements by transaction, in the order in which these ended; one outside any is a transaction of its own."""
    done: list[list[Statement]] = []
    running: dict[int, list[Statement]] = {}
    for statement in statements:
        word = statement.text.split(None, 1)[0].upper()
        if word == "BEGIN":
            running[statement.session] = [statement]
        elif statement.session not in running:
            done.append([statement])
        else:
            running[statement.session].append(statement)
            if word in {"COMMIT", "ROLLBACK"}:
                done.append(running.pop(statement.session))
    return done


def told(statements: Sequence[Statement], operations: int) -> list[str]:
    """How many statements each database had per operation, and the most frequent ones, for a person to read."""
    lines = []
    for database, count in Counter(each.database for each in statements).most_common():
        lines.append(f"  {database}: {count / operations:.1f} ordres SQL par opération")
        frequent = Counter(" ".join(each.text.split())[:100] for each in statements if each.database == database)
        lines += [f"    {number / operations:6.2f}  {text}" for text, number in frequent.most_common(30)]
    return lines
