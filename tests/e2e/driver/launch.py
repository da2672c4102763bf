"""Starting a system of one's own with the launcher, and stopping it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from driver.portal import Portal
from portail_local.layout import ROOT, Ports
from portail_local.ports import free_block

GUIDE_MORNING = "2022-07-04T09:00"
_SPAN = 80


@contextmanager
def launched(*options: str) -> Iterator[Portal]:
    """A system at the guide's day, with demo communes and a bank that obeys, in a folder and on ports of its own."""
    with tempfile.TemporaryDirectory(prefix="portail-e2e-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        state, port = Path(folder) / "state", free_block(_SPAN)
        settings = ("--state", str(state), "--port", str(port), "--at", GUIDE_MORNING, "--bank-control", *options)
        started = _portail("up", "--detach", *settings)
        try:
            assert started.returncode == 0, started.stdout + started.stderr
            yield portal_at(port, state)
        finally:
            _portail("down", "--state", str(state))


def portal_at(port: int, state: Path) -> Portal:
    """A system that runs."""
    return Portal(Ports(port), state, tuple(json.loads((state / "demo.json").read_text())))


def _portail(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portail_local", *arguments],
        cwd=ROOT,
        env={**os.environ, "PORTAIL_ENTRANCE_AT_ONCE": "1000"},  # crowds of one scene must not make the next ones wait
        capture_output=True,
        text=True,
        check=False,
    )
