"""Cleaning up after a supervisor that died, and touching nothing else."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from portail_local import leftovers
from portail_local.errors import LocalError
from portail_local.ports import free_block, is_free, refuse_taken
from portail_local.state import Options, Run, Started, State
from portail_local.steps import run_step

LISTENER = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("ready", flush=True)
time.sleep(60)
"""
DEAD = Started("supervisor", 2**22 + 1, 0.0)
"""No pid is that high."""


@pytest.fixture
def port() -> int:
    return free_block(1)


@pytest.fixture
def orphan(port: int) -> Iterator[Started]:
    process = subprocess.Popen(
        [sys.executable, "-c", LISTENER, str(port)], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield Started("orphan", process.pid, psutil.Process(process.pid).create_time())
    process.kill()
    process.wait()


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


def test_orphans_are_ended_and_named(state: State, orphan: Started) -> None:
    state.write_run(Run(Options(), DEAD, (orphan,), ready=True))
    said: list[str] = []
    assert leftovers.stop(state, said.append)
    assert orphan.find() is None
    assert "orphan" in said[0]
    assert state.read_run() is None


def test_another_process_with_the_same_pid_is_left_alone(state: State, orphan: Started) -> None:
    state.write_run(Run(Options(), DEAD, (replace(orphan, create_time=orphan.create_time - 60),)))
    leftovers.stop(state, lambda _: None)
    assert orphan.find() is not None


def test_nothing_to_stop(state: State) -> None:
    assert not leftovers.stop(state, lambda _: None)


def test_a_taken_port_is_refused_with_its_holder(orphan: Started, port: int) -> None:
    assert not is_free(port)
    with pytest.raises(LocalError, match=rf"{port} \(billing\) : occupé par .*pid {orphan.pid}"):
        refuse_taken({port: "billing"})


class TestStep:
    async def test_a_failure_shows_the_end_of_the_log(self, tmp_path: Path) -> None:
        with pytest.raises(LocalError, match=r"(?s)migrate : échec \(code 3\).*no table"):
            await run_step("migrate", ("sh", "-c", "echo no table; exit 3"), {}, tmp_path, tmp_path / "migrate.log")

    async def test_children_do_not_outlive_it(self, tmp_path: Path) -> None:
        command = ("/bin/sh", "-c", "sleep 60 & echo $! > child; exit 0")
        await run_step("step", command, {"PATH": "/usr/bin:/bin"}, tmp_path, tmp_path / "step.log")
        child = int((tmp_path / "child").read_text())
        _, alive = psutil.wait_procs([psutil.Process(child)] if psutil.pid_exists(child) else [], timeout=30)
        assert not alive
