"""Keeps processes running: starts them, restarts those that die, stops exactly what it started."""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from portail_local.errors import LocalError
from portail_local.process import Process
from portail_local.state import Started

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 10.0
"""A process that ran this long can start: it is forgiven its earlier deaths, and is back at once after the next."""
_DEATHS_AT_START = 3
_POLL_SECONDS = 0.2
_LOG_TAIL_LINES = 15

Say = Callable[[str], None]


@dataclass
class _Watched:
    process: Process
    deaths: int = 0
    running: asyncio.subprocess.Process | None = None
    started: Started | None = None

    def signal(self) -> None:
        if self.running is not None and self.running.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.running.send_signal(self.process.stop_signal)


class Supervisor:
    """`say` tells a person, `record` is called with what runs each time it changes."""

    def __init__(self, log_folder: Path, say: Say, record: Callable[[tuple[Started, ...]], None]) -> None:
        self._log_folder = log_folder
        self._say = say
        self._record = record
        self._keepers: dict[asyncio.Task[None], _Watched] = {}
        self._stopping = asyncio.Event()

    async def start(self, process: Process, ready_within: float = 90.0) -> None:
        """Starts a process and waits until it is ready.

        Raises LocalError with the end of its log when it keeps dying or is not ready after `ready_within` seconds.
        """
        log = self.log_of(process)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        watched = _Watched(process)
        keeper = asyncio.create_task(self._keep(watched), name=process.name)
        self._keepers[keeper] = watched
        await self._wait_ready(keeper, watched, ready_within)

    def log_of(self, process: Process) -> Path:
        return self._log_folder / f"{process.name}.log"

    async def stop(self) -> None:
        """Stops everything, the last stage first; what does not obey in time is killed."""
        self._stopping.set()
        for stage in sorted({watched.process.stage for watched in self._keepers.values()}, reverse=True):
            of_stage = [pair for pair in self._keepers.items() if pair[1].process.stage == stage]
            await asyncio.gather(*(self._stop(keeper, watched) for keeper, watched in of_stage))
        self._keepers.clear()
        self._record(())

    async def _keep(self, watched: _Watched) -> None:
        """Never cancelled, so that no process can be started and forgotten."""
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            since = loop.time()
            watched.running = await self._spawn(watched.process)
            watched.started = _identify(watched.process.name, watched.running.pid)
            self._record(tuple(each.started for each in self._keepers.values() if each.started))
            if self._stopping.is_set():
                watched.signal()
            code = await watched.running.wait()
            _kill_group(watched.running.pid)
            if not self._stopping.is_set():
                watched.deaths = 1 if loop.time() - since > _STEADY_SECONDS else watched.deaths + 1
                await self._pause(watched, code)

    async def _spawn(self, process: Process) -> asyncio.subprocess.Process:
        with self.log_of(process).open("ab") as log:
            try:
                return await asyncio.create_subprocess_exec(
                    *process.command,
                    cwd=process.directory,
                    env=dict(process.environment),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C of the terminal reaches us alone: we stop them in order
                )
            except OSError as error:
                raise LocalError(f"{process.name} ne démarre pas : {error}") from error

    async def _pause(self, watched: _Watched, code: int) -> None:
        seconds = min(_FIRST_PAUSE * 2 ** (watched.deaths - 1), _LONGEST_PAUSE)
        log = self.log_of(watched.process)
        self._say(f"{watched.process.name} s'est arrêté ({_how(code)}) ; relancé dans {seconds:g} s — journal : {log}")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _wait_ready(self, keeper: "asyncio.Task[None]", watched: _Watched, within: float) -> None:
        process = watched.process
        problem: str | None = "pas encore prêt"
        deadline = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < deadline:
            if keeper.done():
                keeper.result()
            if watched.deaths >= _DEATHS_AT_START:
                problem = "s'arrête sans cesse"
                break
            problem = await asyncio.to_thread(process.probe.problem)
            if problem is None:
                return
            await asyncio.sleep(_POLL_SECONDS)
        raise LocalError(f"{process.name} : {problem}\n{tail(self.log_of(process))}")

    async def _stop(self, keeper: "asyncio.Task[None]", watched: _Watched) -> None:
        watched.signal()
        _, late = await asyncio.wait({keeper}, timeout=watched.process.stop_seconds)
        if late and watched.running is not None:
            self._say(f"{watched.process.name} ne s'arrête pas : tué")
            _kill_group(watched.running.pid)
            await asyncio.wait({keeper})


def _kill_group(pid: int) -> None:
    """Ends what a process leaves behind when it is killed: nginx's workers would keep its port from the next one."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _identify(name: str, pid: int) -> Started | None:
    try:
        return Started(name, pid, psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:  # died at once; the keeper sees it
        return None


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"


def tail(log: Path) -> str:
    """The log's last lines, under its name."""
    try:
        with log.open(errors="replace") as file:
            lines = deque(file, maxlen=_LOG_TAIL_LINES)
    except FileNotFoundError:
        return f"(pas de journal : {log})"
    return f"Fin de {log} :\n" + "".join(f"    {line.rstrip()}\n" for line in lines)
