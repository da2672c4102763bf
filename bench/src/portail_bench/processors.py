"""Processor time, by program: what an operation costs does not depend on what else the machine does meanwhile."""

import os

import psutil

from portail_bench.private import BenchError, PrivateSystem

LOAD = "charge"
"""The bench itself, which sends the load."""


def processor_seconds(private: PrivateSystem) -> dict[str, float]:
    """Seconds used so far by each program of the system, with its children, and by the bench itself."""
    run = private.system.state.read_run()
    if run is None:
        raise BenchError("le système ne tourne plus")
    used = {LOAD: _seconds(psutil.Process(os.getpid()))}
    for started in run.processes:
        process = started.find()
        if process is not None:
            used[started.name] = _seconds(process) + sum(_seconds(child) for child in process.children(recursive=True))
    return used


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def spent(before: dict[str, float], after: dict[str, float], operations: int) -> dict[str, float]:
    """Milliseconds per operation by program, the greediest first; programs that did nothing are left out."""
    cost = {name: round((after[name] - before[name]) * 1000 / operations, 2) for name in after if name in before}
    return {name: value for name, value in sorted(cost.items(), key=lambda item: -item[1]) if value >= 0.01}
