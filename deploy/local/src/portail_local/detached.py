"""`up --detach`: the supervisor in a session of its own, its words relayed until it is ready."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import TextIO

from portail_local.errors import LocalError
from portail_local.layout import ROOT
from portail_local.state import State

_POLL_SECONDS = 0.1


def run_detached(state: State, arguments: Sequence[str]) -> None:
    """Returns once the system is ready; `arguments` are those of an `up` in the foreground.

    Raises LocalError when it ends before; Ctrl-C meanwhile stops it.
    """
    log = state.log / "supervisor.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "portail_local", *arguments],
            cwd=ROOT,
            env={**os.environ, "COLUMNS": str(shutil.get_terminal_size((120, 24)).columns)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        with log.open(errors="replace") as words:
            _relay(state, child, words)
    except KeyboardInterrupt:
        child.send_signal(signal.SIGTERM)
        child.wait()
        raise


def _relay(state: State, child: "subprocess.Popen[bytes]", words: TextIO) -> None:
    while True:
        ended = child.poll() is not None
        ready = not ended and _is_ready(state, child.pid)
        print(words.read(), end="", flush=True)  # read after looking: nothing said before is lost
        if ready:
            return
        if ended:
            raise LocalError("Le portail n'a pas démarré.")
        time.sleep(_POLL_SECONDS)


def _is_ready(state: State, pid: int) -> bool:
    run = state.read_run()
    return run is not None and run.ready and run.supervisor.pid == pid
