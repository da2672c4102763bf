"""Months read per second: every day of a child's activities, with its state and reason, from the API by the gateway.

The limit is pgbench asking what one reading asks of PostgreSQL, readings being sent one by one while they are watched.
"""

import os
from typing import Any

from chassis.database import PLANNED_ONCE
from portail_bench import replay
from portail_bench.baskets import prepare
from portail_bench.figures import milliseconds
from portail_bench.load import fire
from portail_bench.page import read_pages
from portail_bench.private import BenchError, private_system, say
from portail_bench.processors import processor_seconds, spent
from portail_bench.statements import StatementLog

_WATCHED = 8
_CLIENTS, _CONNECTIONS = 8, 16
_RUNS = 40
_OK = 200
MONTH = "/planning?member_id={child}&from=2022-09-01&to=2022-10-01"


async def run(size: int) -> dict[str, Any]:
    """``size`` readings, each of another family, whose draft holds the month."""
    watched = range(_WATCHED)
    measured = range(watched.stop, watched.stop + size)
    replayed = range(measured.stop, measured.stop + replay.copies_needed(_WATCHED, _RUNS, _CLIENTS))
    with private_system() as private:
        async with private.databases() as databases:
            months = await prepare(private, databases, hot=True)
            await months.copy(range(replayed.stop))
            port = private.system.ports.gateway
            await months.come_in(range(measured.stop))
            log = StatementLog(private)
            await log.start()
            await fire(port, months.requests(watched, "GET", MONTH), connections=1)
            statements = [each for each in await log.stop() if each.database == "planning"]
            say(f"{size} mois lus, {_CONNECTIONS} à la fois…")
            before = processor_seconds(private)
            shots = await fire(port, months.requests(measured, "GET", MONTH), connections=_CONNECTIONS)
            cost = spent(before, processor_seconds(private), size)
            pages = await read_pages(months, size // 2)
        private.stop()
        if {shot.status for shot in shots} != {_OK}:
            raise BenchError(f"réponses inattendues : {sorted({shot.status for shot in shots})}")
        scripts = replay.scripts(statements, months.block(watched))
        async with private.postgres_alone():
            rate = await replay.limit(
                private,
                scripts,
                first=replayed.start,
                block_size=_WATCHED,
                runs=_RUNS,
                clients=_CLIENTS,
                settings=PLANNED_ONCE,
            )
    seconds = max(shot.answered_at for shot in shots) - min(shot.sent_at for shot in shots)
    return {
        "months_per_second": round(size / seconds, 1),
        "limit_per_second": round(rate, 1),
        "ratio": round(size / seconds / rate, 3),
        **milliseconds([shot.answered_at - shot.sent_at for shot in shots]),
        "processor_ms": round(sum(cost.values()), 2),
        "processor_ms_by_program": cost,
        **pages,
        "connections": _CONNECTIONS,
        "load_average": round(os.getloadavg()[0], 1),
    }
