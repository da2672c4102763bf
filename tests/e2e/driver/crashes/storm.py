"""Processes die at random moments of a stream of journeys; then the books are read."""

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from driver.bank import Bank
from driver.crashes.books import Books, Count, problems, total
from driver.crashes.card import Cards
from driver.crashes.journeys import World
from driver.crashes.ledger import Effect, Ledger
from driver.crashes.outside import Outside
from driver.crashes.stream import Stream
from driver.crashes.victims import BANK, KINDS, Victims
from driver.portal import Portal
from driver.waiting import WaitedInVainError, until

_AT_ONCE = ((1, 0.45), (2, 0.35), (3, 0.2))
_QUIET_BEFORE = (0.1, 2.0)
_PAYER_SECONDS = 5.0
_FAILURES_TOLD = 8


@dataclass(frozen=True)
class Outage:
    """A service kept dead during traffic."""

    service: str
    seconds: float


@dataclass(frozen=True)
class Row:
    """``recovery`` are seconds, one for each time."""

    fault: str
    times: int
    count: Count
    recovery: tuple[float, ...]


@dataclass(frozen=True)
class Report:
    """``notes`` are figures in words; ``problems`` is empty when nothing was lost, doubled or miscounted."""

    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    problems: tuple[str, ...]

    def lines(self) -> list[str]:
        """As a table."""
        titles = ("times", "expected", "found", "lost", "doubled", "median s", "max s")
        shown = [self.title, f"{'fault':28}" + "".join(f"{title:>10}" for title in titles)]
        for row in self.rows:
            count = row.count
            figures = (row.times, count.expected, count.found, count.lost, count.doubled)
            told = f"{row.fault:28}" + "".join(f"{figure:>10}" for figure in figures)
            if row.recovery:
                told += f"{statistics.median(row.recovery):>10.1f}{max(row.recovery):>10.1f}"
            shown.append(told)
        return [*shown, *self.notes, *(f"PROBLEM {problem}" for problem in self.problems)]


class Storm:
    """``seed`` draws the journeys, the victims and the moments; threads and load do the rest."""

    def __init__(self, portal: Portal, seed: int, *, patience_seconds: float) -> None:
        self._random = random.Random(seed)
        self._seed = seed
        self._patience = patience_seconds
        self._ledger = Ledger()
        bank_url = f"http://127.0.0.1:{portal.ports.bank}"
        self._cards = Cards(bank_url, self._ledger)
        self._world = World(portal, self._ledger, self._cards, Bank(bank_url))
        self._victims = Victims(portal, self._ledger, self._random)
        self._books = Books(self._victims.system)
        self._outside = Outside(portal)
        self._rounds: list[tuple[float, tuple[str, ...]]] = []
        self._stream = Stream(self._world, self._random.getrandbits(32))

    def run(self, title: str, faults: int, outages: Sequence[Outage] = ()) -> Report:
        """Kills ``faults`` processes, then keeps the services of ``outages`` dead; waits for quiet and reads."""
        began = time.monotonic()
        try:
            with self._outside:
                self._stream.start()
                for kinds in self._drawn(faults):
                    self._strike(kinds)
                for outage in outages:
                    self._keep_dead(outage)
                stopped = time.monotonic()
                self._stream.close(self._patience)
                quiet = self._wait_for_quiet()
        finally:
            self._ledger.over.set()
        ended = time.monotonic()
        counts = self._books.audit(self._ledger.effects)
        return Report(
            title=f"{title}, seed {self._seed}: {self._stream.ended} journeys in {ended - began:.0f} s"
            f" (the last {ended - stopped:.0f} s without faults)",
            rows=tuple(self._table(counts)),
            notes=tuple(self._notes()),
            problems=(*quiet, *self._problems(counts)),
        )

    def _drawn(self, faults: int) -> list[tuple[str, ...]]:
        """Every kind about as often; up to three at once."""
        kinds: list[str] = []
        while len(kinds) < faults:
            kinds += self._random.sample(KINDS, len(KINDS))
        kinds, rounds = kinds[:faults], []
        while kinds:
            wanted = self._random.choices([n for n, _ in _AT_ONCE], [share for _, share in _AT_ONCE])[0]
            together = tuple(dict.fromkeys(kinds[:wanted]))
            rounds.append(together)
            kinds = kinds[len(together) :]
        return rounds

    def _strike(self, kinds: tuple[str, ...]) -> None:
        time.sleep(self._random.uniform(*_QUIET_BEFORE))
        if BANK in kinds:
            self._cards.wait_for_a_payer(_PAYER_SECONDS)
        self._rounds.append((time.monotonic(), kinds))
        self._victims.heal([self._victims.kill(kind) for kind in kinds])

    def _keep_dead(self, outage: Outage) -> None:
        name = f"{outage.service}, {outage.seconds:.0f} s dead"
        self._rounds.append((time.monotonic(), (name,)))
        self._stream.without(outage.service)
        self._victims.keep_dead(outage.service, outage.seconds)
        alive = time.monotonic()
        self._stream.without(None)
        self._victims.wait_until_ready()
        self._victims.recovered[name] = [time.monotonic() - alive]

    def _wait_for_quiet(self) -> list[str]:
        def still() -> list[str]:
            self._outside.look()
            # Places are read one after another: what moves on meanwhile is found the second time.
            left = self._books.unfinished() or self._books.unfinished()
            unfinished = [f"{name}: {number}" for name, number in left.items()]
            return unfinished or total(self._books.audit(self._ledger.effects)).wrong[:5]

        try:
            until(still, lambda left: not left, seconds=self._patience)
        except WaitedInVainError as error:
            return [f"no quiet: {error}"]
        return []

    def _table(self, counts: Sequence[Count]) -> list[Row]:
        """Each effect stands with the faults since which it was acknowledged, and before the next ones."""
        by_kind: dict[str, list[Count]] = {}
        before: list[Count] = []
        times: dict[str, int] = {}
        for _, kinds in self._rounds:
            for kind in kinds:
                times[kind] = times.get(kind, 0) + 1
        for effect, count in zip(self._ledger.effects, counts, strict=True):
            kinds = self._kinds_at(effect)
            if not kinds:
                before.append(count)
            for kind in kinds:
                by_kind.setdefault(kind, []).append(count)
        recovered = self._victims.recovered
        rows = [
            Row(kind, number, total(by_kind.get(kind, [])), tuple(recovered.get(kind, ())))
            for kind, number in sorted(times.items())
        ]
        whole = tuple(seconds for each in recovered.values() for seconds in each)
        return [*rows, Row("before any", 0, total(before), ()), Row("all", sum(times.values()), total(counts), whole)]

    def _kinds_at(self, effect: Effect) -> tuple[str, ...]:
        return next((kinds for at, kinds in reversed(self._rounds) if at <= effect.at), ())

    def _notes(self) -> list[str]:
        sent, received = self._books.mails(), self._outside.received
        mine = {mail_id: received[mail_id] for mail_id in sent}
        kinds: dict[str, int] = {}
        for effect in self._ledger.effects:
            kinds[effect.kind] = kinds.get(effect.kind, 0) + 1
        return [
            f"acknowledged: {', '.join(f'{number} {kind}' for kind, number in kinds.items())}",
            f"bank messages nobody took at first, followed by hand: {self._outside.sent_again}",
            f"mails: {len(sent)} promised, {sum(1 for times in mine.values() if times)} received,"
            f" {sum(1 for times in mine.values() if times > 1)} received twice (same Message-ID)",
            f"answers that were none: {dict(self._ledger.troubles)}",
        ]

    def _problems(self, counts: Sequence[Count]) -> list[str]:
        found = [*self._ledger.failures[:_FAILURES_TOLD], *problems(self._books, counts)]
        taken, settled = self._outside.accepted_cents(), self._books.settled_cents()
        if taken != settled:
            found.append(f"the bank took {taken} cents, the portal knows of {settled}")
        if unseen := [mail_id for mail_id in self._books.mails() if not self._outside.received[mail_id]]:
            found.append(f"{len(unseen)} mails never arrived")
        return found
