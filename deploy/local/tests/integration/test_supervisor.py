"""The supervisor on real processes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from portail_local.errors import LocalError
from portail_local.ports import free_block
from portail_local.probes import HttpProbe
from portail_local.process import Process, Stage
from portail_local.state import Started
from portail_local.supervisor import Supervisor

SERVER = """
import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN){SERVER}"
SLOW_TO_STOP = (
    f"import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.5), sys.exit())){SERVER}"
)

WITH_A_WORKER = """
import http.server, os, sys
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)
os.fork()
server.serve_forever()
"""


class Watch:
    """What the supervisor said and recorded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.recorded: tuple[Started, ...] = ()
        self.supervisor = Supervisor(folder, self.said.append, self._record)

    def _record(self, processes: tuple[Started, ...]) -> None:
        self.recorded = processes

    def process(
        self, name: str, program: str = SERVER, stage: Stage = Stage.SERVICES, stop_seconds: float = 5
    ) -> Process:
        port = free_block(1)
        return Process(
            name=name,
            command=(sys.executable, "-c", program, str(port)),
            environment=dict(os.environ),
            directory=self.folder,
            probe=HttpProbe(port, "/"),
            port=port,
            stage=stage,
            stop_seconds=stop_seconds,
        )


@pytest_asyncio.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    created = Watch(tmp_path)
    yield created
    await created.supervisor.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.05)


async def test_started_when_it_answers_and_gone_when_stopped(watch: Watch) -> None:
    process = watch.process("one")
    await watch.supervisor.start(process)
    assert process.probe.problem() is None
    (started,) = watch.recorded
    await watch.supervisor.stop()
    assert not psutil.pid_exists(started.pid)
    assert watch.recorded == ()


async def test_a_dead_process_is_restarted_and_told(watch: Watch) -> None:
    process = watch.process("one")
    await watch.supervisor.start(process)
    (first,) = watch.recorded
    os.kill(first.pid, signal.SIGKILL)
    await until(lambda: watch.recorded[0].pid != first.pid and process.probe.problem() is None)
    assert len(watch.said) == 1
    assert "one s'est arrêté (signal SIGKILL)" in watch.said[0]
    assert "one.log" in watch.said[0]


async def test_what_a_killed_process_leaves_behind_does_not_keep_its_port(watch: Watch) -> None:
    process = watch.process("one", WITH_A_WORKER)
    await watch.supervisor.start(process)
    (first,) = watch.recorded
    (worker,) = psutil.Process(first.pid).children()
    os.kill(first.pid, signal.SIGKILL)
    await until(lambda: watch.recorded[0].pid != first.pid and process.probe.problem() is None)
    await until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
    assert len(watch.said) == 1, watch.said


async def test_what_cannot_start_is_told_with_the_end_of_its_log(watch: Watch) -> None:
    with pytest.raises(LocalError, match=r"(?s)broken : s'arrête sans cesse.*no such thing"):
        await watch.supervisor.start(watch.process("broken", "raise SystemExit('no such thing')"))


async def test_a_missing_program(watch: Watch) -> None:
    process = Process("absent", ("/nonexistent",), {}, watch.folder, HttpProbe(1, "/"), 1)
    with pytest.raises(LocalError, match="absent ne démarre pas"):
        await watch.supervisor.start(process)


async def test_never_ready(watch: Watch) -> None:
    with pytest.raises(LocalError, match="mute : ne répond pas"):
        await watch.supervisor.start(watch.process("mute", "import time; time.sleep(60)"), ready_within=1)


async def test_what_does_not_obey_is_killed(watch: Watch) -> None:
    await watch.supervisor.start(watch.process("stubborn", STUBBORN, stop_seconds=0.5))
    (started,) = watch.recorded
    await watch.supervisor.stop()
    assert not psutil.pid_exists(started.pid)
    assert watch.said == ["stubborn ne s'arrête pas : tué"]


async def test_servers_are_stopped_after_those_who_use_them(watch: Watch) -> None:
    await watch.supervisor.start(watch.process("server", stage=Stage.SERVERS))
    await watch.supervisor.start(watch.process("user", SLOW_TO_STOP, stage=Stage.FRONT))
    server, user = watch.recorded
    stopping = asyncio.create_task(watch.supervisor.stop())
    await until(lambda: not psutil.pid_exists(user.pid) or not psutil.pid_exists(server.pid))
    assert not psutil.pid_exists(user.pid)
    await stopping
    assert not psutil.pid_exists(server.pid)


async def test_stopping_while_one_waits_to_be_restarted(watch: Watch) -> None:
    await watch.supervisor.start(watch.process("one"))
    (first,) = watch.recorded
    os.kill(first.pid, signal.SIGKILL)
    await until(lambda: bool(watch.said))
    async with asyncio.timeout(2):
        await watch.supervisor.stop()
    assert watch.recorded == ()
