"""A family's visit on opening day, as its browser or mobile app makes it: read, choose, commit, try again."""

import asyncio
import json
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portail_bench.load import exchange

_MOST_TRIES = 4
_OK, _CONFLICT, _TOO_MANY = 200, 409, 429


class Caller:
    """One parent's connection to the gateway."""

    def __init__(self, port: int, head: str, told: "Told") -> None:
        self._port = port
        self._head = head
        self._told = told
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, name: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and JSON. Someone whose turn has not come waits as long as told, and asks again."""
        while True:
            status, answer = await self._ask(name, method, path, body)
            is_told = bool(answer.get("retry_after") and answer.get("detail"))
            if status == _TOO_MANY and not (is_told and answer.get("rank")):
                self._told.without_reason += 1
            if not is_told:
                return status, answer
            self._told.waits.append(answer["retry_after"])
            self.close()  # the gateway ends idle connections
            await asyncio.sleep(answer["retry_after"])

    async def _ask(self, name: str, method: str, path: str, body: object) -> tuple[int, Any]:
        content = b"" if body is None else json.dumps(body).encode()
        kind = "" if body is None else "Content-Type: application/json\r\n"
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{kind}Content-Length: {len(content)}\r\n\r\n"
        self._connection = self._connection or await asyncio.open_connection("127.0.0.1", self._port)
        sent_at = time.perf_counter()
        status, keeps, answer = await exchange(*self._connection, head.encode() + content)
        self._told.note(name, status, time.perf_counter() - sent_at)
        if not keeps:
            self.close()
        return status, json.loads(answer) if answer else {}

    def close(self) -> None:
        """Ends the connection."""
        if self._connection:
            self._connection[1].close()
            self._connection = None


@dataclass
class Told:
    """What all visits were answered."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    """By step, until each answer."""
    statuses: dict[int, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    """Seconds that someone at the entrance was asked to wait."""
    refusals: int = 0
    without_reason: int = 0

    def note(self, name: str, status: int, seconds: float) -> None:
        """Keeps an answer."""
        self.seconds.setdefault(name, []).append(seconds)
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def refused(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Keeps a refusal, which must say why for each line."""
        self.refusals += 1
        if not lines or not all(line.get("reason") for line in lines):
            self.without_reason += 1


@dataclass(frozen=True)
class Visit:
    """What one family wants: some of the days."""

    caller: Caller
    told: Told
    child_id: str
    activity_id: str
    days: Sequence[str]
    period: tuple[str, str]

    async def book(self, think_seconds: float) -> int:
        """Reads the month, ticks days, commits; gives up days that are full. Returns how many days were booked."""
        start, end = self.period
        path = f"/api/planning/v1/planning?member_id={self.child_id}&from={start}&to={end}"
        status, month = await self.caller.ask("month", "GET", path)
        if status != _OK:
            return 0
        await asyncio.sleep(think_seconds)
        wanted = self._still_free(month)
        for _ in range(_MOST_TRIES):
            if not wanted:
                return 0
            wanted, done = await self._try(wanted)
            if done:
                return len(wanted)
        return 0

    def _still_free(self, month: Mapping[str, Any]) -> list[str]:
        (row,) = (row for row in month["activities"] if row["activity_id"] == self.activity_id)
        free = {cell["day"] for cell in row["cells"] if cell["changeable"]}
        return [day for day in self.days if day in free]

    async def _try(self, wanted: list[str]) -> tuple[list[str], bool]:
        """Drafts and commits. Returns the days that are left to want, or those that were booked."""
        start, end = self.period
        body = {"from": start, "to": end, "activity_id": self.activity_id, "days": wanted}
        status, answer = await self.caller.ask("draft", "PUT", f"/api/planning/v1/draft/members/{self.child_id}", body)
        if status == _OK:
            status, answer = await self.caller.ask("commit", "POST", "/api/planning/v1/draft/commit")
            if status == _OK:
                return wanted, True
        if status != _CONFLICT:
            return [], False
        lines = answer.get("lines", [])
        self.told.refused(lines)
        full = {line["day"] for line in lines}
        return [day for day in wanted if day not in full], False


def drawn_days(days: Sequence[str], dice: random.Random) -> list[str]:
    """A family wants a quarter of the days, or all, or anything between."""
    return sorted(dice.sample(list(days), dice.randint(len(days) // 4, len(days))))
