"""The audit: what was acknowledged against the books of every service, the bank and the mail catcher."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from driver.crashes.ledger import Effect
from driver.crashes.places import NOTHING, PLACES, SAME_CENTS, Place
from driver.crashes.sql import rows
from portail_local.layout import SERVICES
from portail_local.system import System

_DATABASES = tuple(name.replace("-", "_") for name in SERVICES)


@dataclass
class Count:
    """Of effects × places. ``wrong`` tells the first that are not found exactly once with their amount."""

    expected: int = 0
    found: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, effect: Effect, place: Place, times: int, cents: int | None) -> None:
        self.expected += 1
        off = 0 if cents is None or times == 0 else cents - effect.cents
        if times == 1 and off == 0:
            self.found += 1
            return
        self.lost += times == 0 or off < 0
        self.doubled += times > 1 or off > 0
        self.wrong.append(f"{effect.kind} {effect.key} in {place.name}: {times} times, {cents} of {effect.cents} cents")


class Books:
    """Reads as superuser, below the application and its row-level security."""

    def __init__(self, system: System) -> None:
        self._system = system

    def audit(self, effects: Sequence[Effect]) -> list[Count]:
        """For each effect its count over all its places."""
        kept = {place: self._read(place) for places in PLACES.values() for place in places}
        counts = []
        for effect in effects:
            count = Count()
            for place in PLACES[effect.kind]:
                count.add(effect, place, *kept[place].get(effect.key, (0, None)))
            counts.append(count)
        return counts

    def differences(self) -> list[str]:
        """Amounts that do not reconcile to the cent, and what must not exist."""
        found = []
        for name, readers in SAME_CENTS.items():
            sums = [{str(row[0]): int(row[1]) for row in self._query(*reader)} for reader in readers]
            if any(each != sums[0] for each in sums):
                found.append(f"{name}: {list(zip([reader[0] for reader in readers], sums, strict=True))}")
        for name, reader in NOTHING.items():
            if unwanted := self._query(*reader):
                found.append(f"{name}: {[dict(row) for row in unwanted[:5]]}")
        return found

    def settled_cents(self) -> int:
        """What payment-gateway says was paid, in all."""
        sql = "select coalesce(sum(amount_cents), 0) from payment where status = 'succeeded'"
        return int(self._query("payment_gateway", sql)[0][0])

    def mails(self) -> dict[str, str]:
        """Message ids of the mails said to be sent, and their state."""
        return {
            str(row["mail_id"]): row["state"]
            for row in self._query("communication", "select * from mail where kind <> 'refusal'")
        }

    def unfinished(self) -> dict[str, int]:
        """What is still on its way: outboxes, bank messages to judge, mails, queues but the dead letters."""
        found = {f"outbox {name}": self._one(name, "select count(*) from outbox") for name in _DATABASES}
        found["bank messages"] = self._one("payment_gateway", "select count(*) from bank_message where verdict is null")
        found["mails"] = self._one(
            "communication", "select count(*) from mail where state = 'waiting' and kind <> 'refusal'"
        )
        found |= {name: depth for name, depth in self._queues().items() if not name.endswith(".dead")}
        return {name: number for name, number in found.items() if number}

    def dead_letters(self) -> dict[str, int]:
        """How many each service keeps, and each queue of dead letters that has some."""
        kept = {name: self._one(name, "select count(*) from dead_letter") for name in _DATABASES}
        found = kept | {name: depth for name, depth in self._queues().items() if name.endswith(".dead")}
        return {name: number for name, number in found.items() if number}

    def _queues(self) -> dict[str, int]:
        query = {"disable_stats": "true", "enable_queue_totals": "true"}
        answer = httpx.get(
            f"{self._system.rabbitmq.management_url}/api/queues", params=query, timeout=10, trust_env=False
        )
        return {queue["name"]: int(queue.get("messages", 0)) for queue in answer.raise_for_status().json()}

    def _read(self, place: Place) -> dict[str, tuple[int, int | None]]:
        return {
            str(row[0]): (int(row[1]), None if row[2] is None else int(row[2]))
            for row in self._query(place.database, place.sql)
        }

    def _one(self, database: str, statement: str) -> int:
        return int(self._query(database, statement)[0][0])

    def _query(self, database: str, statement: str) -> list[Any]:
        return rows(self._system.postgres.url(database=database), statement)


def total(counts: Sequence[Count]) -> Count:
    """The sum of some."""
    summed = Count()
    for count in counts:
        summed.expected += count.expected
        summed.found += count.found
        summed.lost += count.lost
        summed.doubled += count.doubled
        summed.wrong += count.wrong
    return summed


def problems(books: Books, counts: Sequence[Count]) -> list[str]:
    """In words, empty when all is right."""
    found = [*total(counts).wrong[:20], *books.differences()]
    if dead := books.dead_letters():
        found.append(f"dead letters: {dead}")
    return found
