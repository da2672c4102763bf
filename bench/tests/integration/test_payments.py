"""The benches do not rot: a small run, whose figures are there. How fast it is, is not asked here."""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.timeout(900)
def test_a_small_run_gives_one_json_object_and_leaves_nothing_running() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "portail_local", "bench", "payments", "--json", "--size", "64"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    figures = json.loads(done.stdout)
    assert (figures["callbacks"], figures["settled"], figures["effects"], figures["doubled"]) == (64, 64, 64, 0)
    expected = {"settled_per_second", "limit_per_second", "ratio", "p50_ms", "p95_ms", "p99_ms"}
    assert all(figures[name] > 0 for name in expected)
    assert figures["statements_per_settlement"] > 1
    left = [process for process in psutil.process_iter(["cmdline"]) if _belongs_to(process, done.stderr)]
    assert left == []


def _belongs_to(process: psutil.Process, output: str) -> bool:
    """Whether a process works in the folder that the run's output names."""
    (folder,) = {word for line in output.splitlines() for word in line.split() if "/portail-bench-" in word} or {""}
    return bool(folder) and any(folder.removesuffix("/log") in part for part in process.info["cmdline"] or [])
