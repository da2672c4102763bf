"""Stopping a system from another process, also after its supervisor died."""

import contextlib
import os
import signal
from collections.abc import Callable

import psutil

from portail_local.state import Run, State

_STOP_SECONDS = 90.0
_LEFTOVER_SECONDS = 20.0


def stop(state: State, say: Callable[[str], None]) -> bool:
    """Stops what runs here, and returns whether something did."""
    run = state.read_run()
    if run is None:
        return False
    supervisor = run.supervisor.find()
    if supervisor is not None:
        say("Arrêt en cours…")
        supervisor.terminate()
        with contextlib.suppress(psutil.TimeoutExpired):
            supervisor.wait(_STOP_SECONDS)
        run = state.read_run()
        if run is None:
            return True
    stop_leftovers(state, say)
    return True


def stop_leftovers(state: State, say: Callable[[str], None]) -> None:
    """Ends the processes of a supervisor that died without stopping them; no other process is touched."""
    run = state.read_run()
    if run is None or (run.supervisor.find() is not None and run.supervisor.pid != os.getpid()):
        return
    alive = _alive(run)
    if alive:
        say(f"Processus restés d'un arrêt brutal, arrêtés : {', '.join(alive)}")
    # The first terminated of a system is the last started: the servers go after those who use them.
    for process in reversed(alive.values()):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGTERM)
    _, late = psutil.wait_procs(list(alive.values()), timeout=_LEFTOVER_SECONDS)
    for process in late:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    psutil.wait_procs(late, timeout=5)
    state.forget_run()


def _alive(run: Run) -> dict[str, psutil.Process]:
    found = ((started.name, started.find()) for started in run.processes)
    return {name: process for name, process in found if process is not None}
