"""What a person is told when a command cannot go on."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from portail_local.ports import free_block


def portail(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "portail_local", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), check=False)


def test_a_taken_port_is_named_without_a_traceback(tmp_path: Path) -> None:
    first = free_block(80)
    with socket.create_server(("127.0.0.1", first + 1)):
        done = portail("up", "--port", str(first), "--state", str(tmp_path))
    assert done.returncode == 1
    assert f"{first + 1} (bank) : occupé par" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run.json").exists()


def test_status_of_nothing(tmp_path: Path) -> None:
    done = portail("status", "--state", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "Rien ne tourne ici.\n")


def test_messages_of_nothing(tmp_path: Path) -> None:
    done = portail("messages", "dead", "--state", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "Rien ne tourne ici.\n")


def test_down_of_nothing(tmp_path: Path) -> None:
    done = portail("down", "--state", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "Rien ne tourne ici.\n")


def test_options_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    for option in (("--replicas", "plan=3"), ("--at", "demain"), ("--port", "40000")):
        done = portail("up", *option, "--state", str(tmp_path / "state"))
        assert done.returncode == 1
        assert done.stderr.startswith(option[0])
    assert not (tmp_path / "state").exists()
