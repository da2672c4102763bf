"""Each import rule of .importlinter is seen to fail on a violation planted in a copy of the sources."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

VIOLATIONS = [
    ("planning/domain/planted.py", "import billing", "Services and clients know nothing of one another"),
    ("web/planted.py", "import enrolment", "Services and clients know nothing of one another"),
    ("planning/domain/planted.py", "import planning.application.planted", "Inside a service"),
    ("planning/application/planted.py", "import planning.adapters.planted", "Inside a service"),
    ("planning/adapters/planted.py", "import planning.entrypoints.planted", "Inside a service"),
    *(
        ("payment_gateway/domain/planted.py", f"import {library}", "The domain is pure")
        for library in ("sqlalchemy", "asyncpg", "aio_pika", "fastapi", "httpx")
    ),
    ("contracts/planted.py", "import httpx", "Contracts need pydantic only"),
    ("chassis/planted.py", "import identity", "The chassis knows no service"),
    ("web/planted.py", "import chassis", "The web client is a client like any other"),
    ("bank_simulator/planted.py", "import payment_gateway.domain.planted", "Simulators share no code"),
    ("mail_catcher/planted.py", "import contracts", "Simulators share no code"),
]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of every package, with the folders of a service where planted modules lie."""
    folder = tmp_path_factory.mktemp("sources")
    for package in ROOT.glob("*/*/src/*/__init__.py"):
        ignored = shutil.ignore_patterns("static", "__pycache__")
        shutil.copytree(package.parent, folder / package.parent.name, ignore=ignored)
    shutil.copy(ROOT / ".importlinter", folder)
    for service in ("planning", "payment_gateway"):
        for layer in ("entrypoints", "adapters", "application", "domain"):
            (folder / service / layer).mkdir(exist_ok=True)
            (folder / service / layer / "__init__.py").touch()
            (folder / service / layer / "planted.py").touch()
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_sources_keep_every_rule(sources: Path) -> None:
    done = lint(sources)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("module", "line", "rule"), VIOLATIONS)
def test_a_planted_violation_is_refused(sources: Path, module: str, line: str, rule: str) -> None:
    planted = sources / module
    kept = planted.read_text() if planted.exists() else None
    planted.write_text(f"{line}\n")
    try:
        done = lint(sources)
    finally:
        planted.unlink() if kept is None else planted.write_text(kept)
    assert done.returncode == 1
    assert any(rule in row and "BROKEN" in row for row in done.stdout.splitlines()), done.stdout


def test_every_rule_has_a_violation() -> None:
    names = [
        row.partition("=")[2].strip() for row in (ROOT / ".importlinter").read_text().splitlines() if "name =" in row
    ]
    assert all(any(name.startswith(rule) for _, _, rule in VIOLATIONS) for name in names), names
