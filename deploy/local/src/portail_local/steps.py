"""One-off commands run while starting: provisioning, migrations, assets, the demo."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from portail_local.errors import LocalError
from portail_local.supervisor import tail


async def run_step(
    title: str, command: Sequence[str], environment: Mapping[str, str], directory: Path, log: Path
) -> None:
    """Runs a command to its end, its output in `log`; when we are cancelled it is killed with its children.

    Raises LocalError with the end of the log when it fails.
    """
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=directory,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        code = await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    if code != 0:
        raise LocalError(f"{title} : échec (code {code}).\n{tail(log)}")
