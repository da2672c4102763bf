"""What a commit and a month cost as the platform grows: 1, 10, 100 communes with 100,000 reservations stored each.

The commune that is measured is one of them. The others' rows, and its own of two school years, are written straight
into planning's tables, set-based and as they would lie there. At each step the same numbers of commits and of readings
are sent as in ``commit`` and ``month``, and pgbench makes what a commit asks of PostgreSQL, on the same data.
"""

import os
import time
from typing import Any

import asyncpg

from chassis.database import PLANNED_ONCE
from portail_bench import replay
from portail_bench.baskets import Baskets, prepare
from portail_bench.figures import milliseconds
from portail_bench.load import Shot, fire
from portail_bench.month import MONTH
from portail_bench.private import BenchError, private_system, say
from portail_bench.processors import processor_seconds, spent

COMMUNES = (1, 10, 100)
_WARM, _WATCHED, _MEASURED = 96, 8, 400
_RUNS, _CLIENTS = 20, 8
_CONNECTIONS = 16
_OK = 200
_DAYS_EACH = 40
"""Days that each child of a commune has booked; it has 8 activities, a family 2 children."""

_INDEXES = """
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i where i.indrelid = 'reservation'::regclass and not i.indisprimary
"""
_RESERVATIONS = f"""
    insert into reservation (tenant_id, reservation_id, version, basket_id, family_id, member_id, activity_id, regie_id,
                             day, slot, tariff_label, unit_price_cents, status, booked_at)
    select tenant_id, (lpad(to_hex(commune), 8, '0') || lpad(to_hex(child * {_DAYS_EACH} + n), 24, '0'))::uuid, 1,
           md5('basket' || commune || child)::uuid, md5('family' || commune || child / 2)::uuid,
           md5('member' || commune || child)::uuid, md5('activity' || commune || child % 8)::uuid,
           md5('regie' || commune)::uuid, date '2021-09-01' + (child % 7) * {_DAYS_EACH} + n, 'day', 'à l''unité', 500,
           'booked', timestamptz '2021-07-01' + child * interval '1 minute'
    from (
        select n as commune, case n when 1 then $1 else md5('commune' || n)::uuid end as tenant_id
        from generate_series($2::int, $3::int) n
    ) as communes
    cross join generate_series(0, $4::int - 1) as child
    cross join generate_series(0, {_DAYS_EACH - 1}) as n
"""  # noqa: S608 - ours
_COUNTS = """
    insert into place_count (tenant_id, activity_id, day, slot, counter, capacity, booked)
    select tenant_id, activity_id, day, slot, '', null, count(*) from reservation
    where booked_at < '2022-01-01' group by 1, 2, 3, 4
    on conflict (tenant_id, activity_id, day, slot, counter) do nothing
"""


async def run(size: int) -> dict[str, Any]:
    """``size`` reservations stored by each commune, rounded to whole children."""
    steps: list[dict[str, Any]] = []
    each = _WARM + _WATCHED + _MEASURED + replay.copies_needed(_WATCHED, _RUNS, _CLIENTS)
    with private_system() as private:
        async with private.databases() as databases:
            baskets = await prepare(private, databases, hot=True)
            await baskets.copy(range(each * len(COMMUNES)))
            await baskets.come_in(range(each * len(COMMUNES)))
            stored = 0
            for step, communes in enumerate(COMMUNES):
                await _fill(baskets, databases["planning"], stored + 1, communes, size // _DAYS_EACH)
                stored = communes
                steps.append(await _measure(baskets, step * each) | {"communes": communes})
    first = steps[0]
    for each_step in steps:
        for name in ("commit", "month"):
            rate = f"{name}s_per_second"
            each_step[f"{name}_cost_times"] = round(first[rate] / each_step[rate], 2)
            cost = f"{name}_processor_ms"
            each_step[f"{name}_processor_times"] = round(each_step[cost] / first[cost], 2)
    return {"steps": steps, "load_average": round(os.getloadavg()[0], 1)}


async def _fill(baskets: Baskets, planning: asyncpg.Connection, first: int, last: int, children: int) -> None:
    """The reservations of communes ``first`` to ``last``; indexes are made once the rows are there."""
    began = time.perf_counter()
    indexes = await planning.fetch(_INDEXES)
    await planning.execute("set session_replication_role = replica")
    await planning.execute("set synchronous_commit = off")
    await planning.execute("set maintenance_work_mem = '512MB'")
    for index in indexes:
        await planning.execute(f"drop index {index['name']}")
    await planning.execute(_RESERVATIONS, baskets.signer.tenant_id, first, last, children, timeout=1800)
    for index in indexes:
        await planning.execute(index["definition"], timeout=1800)
    await planning.execute(_COUNTS, timeout=1800)
    await planning.execute("vacuum analyze reservation, place_count", timeout=1800)
    await planning.execute("checkpoint", timeout=600)
    rows = await planning.fetchval("select count(*) from reservation", timeout=600)
    say(f"{rows} réservations de {last} communes ({time.perf_counter() - began:.0f} s)")


async def _measure(baskets: Baskets, first: int) -> dict[str, Any]:
    warm = range(first, first + _WARM)
    watched = range(warm.stop, warm.stop + _WATCHED)
    measured = range(watched.stop, watched.stop + _MEASURED)
    await baskets.commit(warm, _CONNECTIONS)
    statements = await baskets.watch(watched)
    figures: dict[str, Any] = {}
    private = baskets.private
    for name, method, path in (("month", "GET", MONTH), ("commit", "POST", "/draft/commit")):
        await baskets.quiet()
        before = processor_seconds(private)
        shots = await fire(
            private.system.ports.gateway, baskets.requests(measured, method, path), connections=_CONNECTIONS
        )
        cost = spent(before, processor_seconds(private), len(measured))
        figures |= _figures(name, shots, sum(cost.values()))
    await baskets.check_held(measured, len(measured))
    scripts = replay.scripts(statements, baskets.block(watched))
    limit = await replay.limit(
        private,
        scripts,
        first=measured.stop,
        block_size=_WATCHED,
        runs=_RUNS,
        clients=_CLIENTS,
        settings=PLANNED_ONCE,
    )
    return figures | {
        "limit_per_second": round(limit, 1),
        "ratio": round(figures["commits_per_second"] / limit, 3),
    }


def _figures(name: str, shots: list[Shot], processor_ms: float) -> dict[str, Any]:
    if strange := sorted({shot.status for shot in shots} - {_OK}):
        body = next(shot.body for shot in shots if shot.status != _OK)
        raise BenchError(f"réponses inattendues : {strange}, par exemple {body.decode()[:200]}")
    seconds = max(shot.answered_at for shot in shots) - min(shot.sent_at for shot in shots)
    taken = milliseconds([shot.answered_at - shot.sent_at for shot in shots])
    return {
        f"{name}s_per_second": round(len(shots) / seconds, 1),
        **{f"{name}_{key}": value for key, value in taken.items()},
        f"{name}_processor_ms": round(processor_ms, 2),
    }
