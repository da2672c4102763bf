"""Opening day: families come within a minute for a holiday centre's places, while another commune goes about its week.

Each family reads the month, thinks, ticks its days, commits, and gives up the days that are full. Nothing may be
oversold or lost, no answer may be an error, every refusal must say why. Another commune's parents book at a steady
pace before, during, and while many log in at once.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from portail_bench.baskets import DAYS as SEPTEMBER
from portail_bench.baskets import Baskets, prepare
from portail_bench.copies import Databases, copied
from portail_bench.figures import milliseconds, percentile
from portail_bench.load import Shot, fire, visitor
from portail_bench.private import PrivateSystem, private_system, say
from portail_bench.sessions import Caller, Told, Visit, drawn_days
from portail_bench.town import PASSWORD

_SECONDS = 60.0
_PLACES_SHARE = 1100 / 3000
_PERIOD = ("2022-09-01", "2022-10-05")
_DAYS = [*SEPTEMBER, "2022-09-29", "2022-09-30", "2022-10-03", "2022-10-04"]
_BESIDE = "numerian"
_BESIDE_EACH_SECONDS = 0.2
_CALM_SECONDS = 20.0
_LOGINS, _LOGINS_AT_ONCE = 600, 64
_OK = 200

_ACCOUNTS = """
    insert into account
    select (jsonb_populate_record(a, jsonb_build_object(
        'account_id', gen_random_uuid(), 'guardian_id', gen_random_uuid(), 'user_name', 'rush' || n))).*
    from account a, generate_series(0, $2 - 1) n
    where a.family_id = $1
"""
_HELD = """
    select family_id::text, count(*) as days from reservation
    where status = 'booked' and family_id = any($1::uuid[]) group by family_id
"""
_OVERSOLD = """
    select coalesce(sum(greatest(held - $2, 0)), 0) from (
        select count(*) as held from reservation
        where activity_id = $1 and status in ('booked', 'offered') group by day, slot
    ) as days
"""
_NEVER = ("oversold", "lost", "booked_untold", "server_errors", "without_reason", "neighbours_refused", "login_errors")
"""Figures that are 0, or something is broken."""


async def run(size: int) -> dict[str, Any]:
    """``size`` families within a minute, on 1,100 places for 3,000."""
    with private_system() as private:
        async with private.databases() as databases:
            opening = await prepare(private, databases, hot=True)
            beside = await prepare(private, databases, hot=True, slug=_BESIDE)
            await _gather(opening, beside, databases, size)
            neighbours = Neighbours(beside)
            with neighbours.booking("calm"):
                await asyncio.sleep(_CALM_SECONDS)
            say(f"{size} familles en {_SECONDS:g} s pour {_places(size)} places…")
            with neighbours.booking("rush"):
                told, booked, seconds = await _open(private, opening, size)
            say(f"{_LOGINS} connexions, {_LOGINS_AT_ONCE} à la fois…")
            with neighbours.booking("logins"):
                logins = await _log_in(private, opening, databases)
            await neighbours.finish()
            held = await _held(opening, databases, booked, size)
    figures = {**_figures(told, booked, seconds), **held, **logins, **neighbours.figures()}
    failed = [name for name in _NEVER if figures[name]]
    return {**figures, "load_average": round(os.getloadavg()[0], 1), "failed": failed}


def _places(size: int) -> int:
    return round(size * _PLACES_SHARE)


async def _gather(opening: Baskets, beside: Baskets, databases: Databases, size: int) -> None:
    """The families; those of opening day have chosen nothing and have not come in yet."""
    await opening.copy(range(size))
    await beside.copy(range(Neighbours.MOST))
    tenant_id = opening.signer.tenant_id
    for table in ("draft_line", "entrance_ticket", "entrance"):
        await databases["planning"].execute(f"delete from {table} where tenant_id = $1", tenant_id)  # noqa: S608 - ours
    opening.town.set_capacity(opening.activity_id, _places(size))


class Neighbours:
    """Another commune's parents, one after another."""

    MOST = 1500

    def __init__(self, beside: Baskets) -> None:
        self._beside = beside
        self._numbers = iter(range(self.MOST))
        self._shots: dict[str, list[asyncio.Task[list[Shot]]]] = {}
        self._answered: dict[str, list[Shot]] = {}

    @contextmanager
    def booking(self, when: str) -> Iterator[None]:
        """Books at a steady pace for as long as the block lasts."""
        task = asyncio.create_task(self._book(self._shots.setdefault(when, [])))
        try:
            yield
        finally:
            task.cancel()

    async def _book(self, shots: list[asyncio.Task[list[Shot]]]) -> None:
        port = self._beside.private.system.ports.gateway
        for number in self._numbers:
            (request,) = self._beside.requests(range(number, number + 1))
            shots.append(asyncio.create_task(fire(port, [request], connections=1)))
            await asyncio.sleep(_BESIDE_EACH_SECONDS)

    async def finish(self) -> None:
        """Until each was answered."""
        for when, tasks in self._shots.items():
            self._answered[when] = [shot for shots in await asyncio.gather(*tasks) for shot in shots]
            for (status, body), count in Counter((s.status, s.body) for s in self._answered[when]).items():
                if status != _OK:
                    say(f"à côté ({when}), {count} fois {status} : {body.decode()[:300]}")

    def figures(self) -> dict[str, float]:
        """p95 of their commits at each time, in milliseconds, how it grew in the rush, and how many were not served."""
        p95 = {
            when: percentile([shot.answered_at - shot.sent_at for shot in shots], 0.95) * 1000
            for when, shots in self._answered.items()
        }
        told = {f"neighbours_{when}_p95_ms": round(value, 1) for when, value in p95.items()}
        refused = sum(shot.status != _OK for shots in self._answered.values() for shot in shots)
        return told | {
            "neighbours_slower": round(p95["rush"] / p95["calm"], 2),
            "neighbours_served": sum(map(len, self._answered.values())) - refused,
            "neighbours_refused": refused,
        }


async def _open(private: PrivateSystem, opening: Baskets, size: int) -> tuple[Told, dict[int, int], float]:
    """Every family's visit. Returns what was told, the days booked by family, and how long it took."""
    told, dice = Told(), random.Random(size)  # noqa: S311 - a crowd
    booked: dict[int, int] = {}
    port, began = private.system.ports.gateway, time.perf_counter()

    async def visit(number: int, starts_in: float, thinks: float, days: list[str]) -> None:
        await asyncio.sleep(starts_in)
        caller = Caller(port, opening.head(number), told)
        child_id = copied(opening.family.child_id, number)
        try:
            booked[number] = await Visit(caller, told, child_id, opening.activity_id, days, _PERIOD).book(thinks)
        finally:
            caller.close()

    await asyncio.gather(
        *(visit(n, dice.uniform(0, _SECONDS), dice.uniform(1, 5), drawn_days(_DAYS, dice)) for n in range(size))
    )
    return told, booked, time.perf_counter() - began


async def _log_in(private: PrivateSystem, opening: Baskets, databases: Databases) -> dict[str, float]:
    """Many parents log in at once; who is told that too many wait comes again when told to."""
    await databases["identity"].execute(_ACCOUNTS, opening.family.family_id, _LOGINS)
    numbers, told = iter(range(_LOGINS)), Told()
    began = time.perf_counter()

    async def parents() -> None:
        for number in numbers:
            head = f"Host: {opening.town.host}\r\nX-Forwarded-For: {visitor(number)}\r\n"
            caller = Caller(private.system.ports.gateway, head, told)
            body = {"user_name": f"rush{number}", "password": PASSWORD}
            await caller.ask("login", "POST", "/api/identity/v1/sessions", body)
            caller.close()

    await asyncio.gather(*(parents() for _ in range(_LOGINS_AT_ONCE)))
    seconds = time.perf_counter() - began
    return {
        "logins_per_second": round(told.statuses.get(_OK, 0) / seconds, 1),
        "login_p95_ms": round(percentile(told.seconds["login"], 0.95) * 1000, 1),
        "logins_asked_to_wait": len(told.waits),
        "login_errors": _LOGINS - told.statuses.get(_OK, 0),
    }


async def _held(opening: Baskets, databases: Databases, booked: dict[int, int], size: int) -> dict[str, int]:
    """Days that were answered as booked and are not (``lost``), the other way round, and places beyond those there are.

    Raises ``BenchError`` for a counter that is wrong.
    """
    family, planning = opening.family.family_id, databases["planning"]
    rows = await planning.fetch(_HELD, [copied(family, number) for number in range(size)])
    held = {row["family_id"]: row["days"] for row in rows}
    more = [held.get(copied(family, number), 0) - booked[number] for number in range(size)]
    await opening.check_counts()
    return {
        "oversold": int(await planning.fetchval(_OVERSOLD, opening.activity_id, _places(size))),
        "lost": -sum(days for days in more if days < 0),
        "booked_untold": sum(days for days in more if days > 0),
    }


def _figures(told: Told, booked: dict[int, int], seconds: float) -> dict[str, Any]:
    errors = {status: count for status, count in told.statuses.items() if status not in (_OK, 409, 429)}
    if errors:
        say(f"erreurs : {errors}")
    steps = {name: milliseconds(taken) for name, taken in told.seconds.items()}
    return {
        "families": len(booked),
        "seconds": round(seconds, 1),
        "families_served": sum(days > 0 for days in booked.values()),
        "days_booked": sum(booked.values()),
        "server_errors": sum(errors.values()),
        "refusals": told.refusals,
        "without_reason": told.without_reason,
        "asked_to_wait": len(told.waits),
        "longest_wait_seconds": max(told.waits, default=0),
        **{f"{name}_{key}": each for name, step in steps.items() for key, each in step.items()},
        "requests_per_second": round(sum(told.statuses.values()) / seconds, 1),
    }
