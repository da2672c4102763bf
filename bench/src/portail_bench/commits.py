"""Baskets committed per second: a month (16 days) of one child, from the gateway to the durable answer.

Each family's draft is there beforehand (made once through the API, then copied), and its token and turn at the entrance
are known, as when parents have just ticked their days. Measured is what «Terminer» does: ``POST /draft/commit`` with a
token, through the gateway, with row-level security and the event in the outbox. The limit is pgbench running what one
commit asks of PostgreSQL, commits being sent one by one while they are watched, on the same data in the same run, with
the number of clients that suits it best; ``times_naive`` compares with a client for each of those who commit at once.
"""

import os
from dataclasses import replace
from typing import Any

from chassis.database import PLANNED_ONCE
from portail_bench import replay
from portail_bench.baskets import DAYS, PLENTY, Baskets, prepare
from portail_bench.figures import milliseconds
from portail_bench.load import Shot
from portail_bench.private import BenchError, private_system, say
from portail_bench.processors import processor_seconds, spent
from portail_bench.statements import Statement, transactions

_WARM = 192
_WATCHED = 8
_RUNS = 100
_APART_CLIENTS, _APART_CONNECTIONS = (8,), 32
_HOT_CLIENTS, _HOT_CONNECTIONS = (8, 32, 128), 128
_OK, _REFUSED = 200, 409


async def run_apart(size: int) -> dict[str, Any]:
    """``size`` baskets, each on an activity of its own: hardly anyone waits for anyone."""
    return await _run(size, hot=False, connections=_APART_CONNECTIONS, clients=_APART_CLIENTS)


async def run_hot(size: int) -> dict[str, Any]:
    """``size`` baskets on one activity, then as many for a quarter of the places, then refusals only."""
    return await _run(size, hot=True, connections=_HOT_CONNECTIONS, clients=_HOT_CLIENTS)


async def _run(size: int, *, hot: bool, connections: int, clients: tuple[int, ...]) -> dict[str, Any]:
    with private_system() as private:
        async with private.databases() as databases:
            baskets = await prepare(private, databases, hot=hot)
            watched = range(_WARM, _WARM + _WATCHED)
            measured = range(watched.stop, watched.stop + size)
            crowd = range(measured.stop, measured.stop + (size if hot else 0))
            replayed = range(crowd.stop, crowd.stop + sum(_copies(number) for number in clients))
            say(f"{replayed.stop} familles ont choisi leurs {len(DAYS)} jours…")
            await baskets.copy(range(replayed.stop))
            await baskets.come_in(range(crowd.stop))
            await baskets.commit(range(_WARM), connections)
            await databases["planning"].execute("analyze")  # what autovacuum does within a minute
            statements = await baskets.watch(watched)
            version = await databases["planning"].fetchval("select max(version) from calendar_version")
            figures = await _measure(baskets, measured, connections)
            if hot:
                figures |= await _fill(baskets, measured.stop, crowd, connections)
        private.stop()
        scripts = replay.scripts(statements, baskets.block(watched))
        say(f"La limite : pgbench refait le travail pour {len(replayed)} autres familles…")
        rates, first = {}, replayed.start
        async with private.postgres_alone(), private.databases() as databases:
            alone = replace(baskets, databases=databases)
            await _open_wide(alone, version)
            for number in clients:
                rates[number] = await replay.limit(
                    private,
                    scripts,
                    first=first,
                    block_size=_WATCHED,
                    runs=_runs(number),
                    clients=number,
                    settings=PLANNED_ONCE,
                )
                first += _copies(number)
            await alone.check(replayed, len(replayed))
    rate, naive = max(rates.values()), rates.get(connections)
    return {
        **figures,
        "limit_per_second": round(rate, 1),
        "limit_by_clients": {str(number): round(found, 1) for number, found in rates.items()},
        "ratio": round(figures["commits_per_second"] / rate, 3),
        **({"times_naive": round(figures["commits_per_second"] / naive, 2)} if naive else {}),
        "statements_per_commit": round(_count(statements, baskets, watched) / _WATCHED, 2),
        "connections": connections,
        "load_average": round(os.getloadavg()[0], 1),
    }


def _runs(clients: int) -> int:
    return max(_RUNS // clients, 1)


def _copies(clients: int) -> int:
    return replay.copies_needed(_WATCHED, _runs(clients), clients)


async def _measure(baskets: Baskets, numbers: range, connections: int) -> dict[str, Any]:
    say(f"{len(numbers)} paniers, {connections} à la fois…")
    await baskets.quiet()
    before = processor_seconds(baskets.private)
    shots = await baskets.commit(numbers, connections)
    cost = spent(before, processor_seconds(baskets.private), len(numbers))
    refused = sum(shot.status != _OK for shot in shots)
    if refused:
        raise BenchError(f"{refused} paniers refusés")
    await baskets.check(numbers, len(numbers))
    return {
        "commits_per_second": _per_second(shots),
        **milliseconds([shot.answered_at - shot.sent_at for shot in shots]),
        "commits": len(shots),
        "processor_ms": round(sum(cost.values()), 2),
        "processor_ms_by_program": cost,
    }


async def _fill(baskets: Baskets, booked: int, crowd: range, connections: int) -> dict[str, Any]:
    """The places run out in the middle of the crowd: exactly those there are get booked, all others are refused."""
    places = len(crowd) // 4
    baskets.town.set_capacity(baskets.activity_id, booked + places)
    say(f"{len(crowd)} familles pour {places} places…")
    shots = await baskets.commit(crowd, connections)
    got = sum(shot.status == _OK for shot in shots)
    if got != places:
        raise BenchError(f"{places} places, {got} paniers réservés")
    await baskets.check(crowd, places)
    late = [number for number, shot in zip(crowd, shots, strict=True) if shot.status == _REFUSED]
    say(f"{len(late)} familles pour aucune place…")
    refusals = await baskets.commit(range(min(late), max(late) + 1), connections)
    return {
        "crowd": len(crowd),
        "crowd_booked": got,
        "oversold": 0,
        "crowd_per_second": _per_second(shots),
        "refusals_per_second": _per_second([shot for shot in refusals if shot.status == _REFUSED]),
    }


async def _open_wide(baskets: Baskets, version: int) -> None:
    """Places for pgbench's families, whose baskets were judged by the calendars as they were when watched."""
    planning = baskets.databases["planning"]
    await planning.execute("set session_replication_role = replica")
    await planning.execute("update calendar_version set version = $1", version)
    for table in ("activity_calendar", "place_count"):
        await planning.execute(f"update {table} set capacity = {PLENTY}")  # noqa: S608 - ours


def _count(statements: list[Statement], baskets: Baskets, numbers: range) -> int:
    """The statements of the commits, those of jobs and of the relay left out."""
    names = baskets.block(numbers).names()
    return sum(
        len(each)
        for each in transactions(statements)
        if each[0].role == "planning_app" and any(replay.concerns(statement, names) for statement in each)
    )


def _per_second(shots: list[Shot]) -> float:
    seconds = max(shot.answered_at for shot in shots) - min(shot.sent_at for shot in shots)
    return round(len(shots) / seconds, 1)
