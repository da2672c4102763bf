"""`./portail test`: checks, then pytest, whose summary is the last line."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path

from portail_local import packages
from portail_local.assets import Assets
from portail_local.layout import ROOT
from portail_local.state import State

_BIN = Path(sys.executable).parent


class Suite(StrEnum):
    """What `./portail test` can be asked to run; none means all."""

    ALL = "all"
    LINT = "lint"
    TYPES = "types"
    IMPORTS = "imports"
    UNIT = "unit"
    INTEGRATION = "integration"
    CONTRACT = "contract"
    E2E = "e2e"
    FAULTS = "faults"


CHECKS: dict[Suite, tuple[tuple[str, ...], ...]] = {
    Suite.LINT: ((str(_BIN / "ruff"), "check"), (str(_BIN / "ruff"), "format", "--check")),
    Suite.TYPES: ((str(_BIN / "mypy"),),),
    Suite.IMPORTS: ((str(_BIN / "lint-imports"),),),
}
TESTS = (Suite.UNIT, Suite.INTEGRATION, Suite.CONTRACT, Suite.E2E, Suite.FAULTS)
_NEED_THE_SYSTEM = frozenset({Suite.E2E, Suite.FAULTS})
_TWO_WORKERS = ("-n", "2", "--no-loadscope-reorder")
"""One has the whole system and mostly waits for it, the other takes the services' own tests, file by file."""


def run_tests(asked: Sequence[Suite], pytest_arguments: Sequence[str], say: Callable[[str], None]) -> int:
    """The exit code: pytest's, or 1 when a check failed. Bad lint stops at once; other checks let the tests run.

    What the tests need is installed while those other checks work.
    """
    wanted = set(Suite) if not asked or Suite.ALL in asked else set(asked)
    tests = [suite for suite in TESTS if suite in wanted]
    if Suite.LINT in wanted and not _passed(Suite.LINT, _check(Suite.LINT), say):
        return 1
    with ThreadPoolExecutor() as beside:
        others = {suite: beside.submit(_check, suite) for suite in CHECKS if suite in wanted - {Suite.LINT}}
        if tests:
            _install_for(tests, say)
    failed = [suite for suite, done in others.items() if not _passed(suite, done.result(), say)]
    if failed:
        say(f"FAILED: {', '.join(failed)}")
    if not tests:
        return 1 if failed else 0
    markers = [] if set(tests) == set(TESTS) else ["-m", " or ".join(tests)]
    workers = _TWO_WORKERS if len(tests) > 1 and _NEED_THE_SYSTEM.intersection(tests) else ()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *workers, *markers, *pytest_arguments], cwd=ROOT, check=False
    )
    return done.returncode or (1 if failed else 0)


def _check(suite: Suite) -> list[subprocess.CompletedProcess[str]]:
    """Runs the commands of a check, until one fails."""
    done = []
    for command in CHECKS[suite]:
        done.append(
            subprocess.run(command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        )
        if done[-1].returncode != 0:
            break
    return done


def _passed(suite: Suite, done: Sequence[subprocess.CompletedProcess[str]], say: Callable[[str], None]) -> bool:
    """Says what a check said."""
    say(f"== {suite}")
    for each in done:
        if output := each.stdout.rstrip():
            say(output)
    return all(each.returncode == 0 for each in done)


def _install_for(tests: Sequence[Suite], say: Callable[[str], None]) -> None:
    if list(tests) == [Suite.UNIT]:
        return
    assets = Assets()
    browser = _NEED_THE_SYSTEM.intersection(tests)
    wanted = [packages.NGINX]
    if browser or not _servers_are_provided():
        wanted += packages.SERVERS
    if browser:
        wanted += packages.BROWSER
    if not assets.are_current():
        wanted += packages.BUILD
    packages.ensure(dict.fromkeys(wanted), say)
    if not assets.are_current():
        state = State(ROOT / ".portail")
        state.create()
        asyncio.run(assets.build(state))


def _servers_are_provided() -> bool:
    if {"PORTAIL_TEST_POSTGRES_URL", "PORTAIL_TEST_AMQP_URL"} <= os.environ.keys():
        return True
    from portail_local.server_fixtures import docker_answers  # noqa: PLC0415 - only the test environment has it

    return docker_answers()
