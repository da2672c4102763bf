"""`./portail bench`: lists the benches, runs one."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import FrameType
from typing import Any

from portail_bench import commits, growth, month, payments, rush
from portail_bench.private import BenchError, say

Result = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """``run`` takes the size: how many operations are measured. ``failed`` in its result names figures of faults."""

    about: str
    size: int
    run: Callable[[int], Coroutine[None, None, Result]]


BENCHES = {
    "payments": Bench("paiements réglés par seconde, du rappel de la banque à l'effet", 3000, payments.run),
    "commit": Bench(
        "mois réservés par seconde (16 jours, brouillon déjà fait, « Terminer ») ; limite : pgbench, mêmes ordres SQL",
        2000,
        commits.run_apart,
    ),
    "hot": Bench(
        "les mêmes sur une seule activité, 128 à la fois, puis les refus ; limite : pgbench, un panier par transaction",
        1500,
        commits.run_hot,
    ),
    "month": Bench(
        "mois d'un enfant lus par seconde, par l'API, et pages de planning ; limite : pgbench, mêmes ordres SQL",
        1000,
        month.run,
    ),
    "growth": Bench(
        "commits et mois à 1, 10 et 100 communes de 100 000 réservations chacune ; limite : pgbench, mêmes ordres SQL",
        100_000,
        growth.run,
    ),
    "rush": Bench("un jour d'ouverture : des familles en une minute, une autre commune à côté", 3000, rush.run),
}


def main() -> None:
    """Entry point. With ``--json``, one JSON object on standard output; all else goes to standard error."""
    parser = argparse.ArgumentParser(prog="portail bench", description="Mesures, à côté de la limite de la machine.")
    parser.add_argument("name", nargs="?", choices=BENCHES, help="sans nom, la liste")
    parser.add_argument("--json", action="store_true", help="un objet JSON sur la sortie standard")
    parser.add_argument("--size", "--families", type=int, help="combien d'opérations, ou de familles, sont mesurées")
    arguments = parser.parse_args()
    if arguments.name is None:
        for name, bench in BENCHES.items():
            print(f"{name:12} {bench.about} (--size {bench.size})")
        return
    signal.signal(signal.SIGTERM, _leave)
    bench = BENCHES[arguments.name]
    try:
        result = asyncio.run(bench.run(arguments.size or bench.size))
    except BenchError as error:
        sys.exit(f"portail bench {arguments.name} : {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    failed = result.pop("failed", None)
    if arguments.json:
        print(json.dumps({"bench": arguments.name, **result}))
    else:
        for name, value in result.items():
            print(f"{name:28} {value}")
    if failed:
        sys.exit(f"portail bench {arguments.name} : {', '.join(failed)} : ce qui ne doit jamais être")


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Asked to end: as after Ctrl-C, nothing is left running."""
    say("Arrêt…")
    raise KeyboardInterrupt
