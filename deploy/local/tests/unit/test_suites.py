import pytest

from portail_local import suites
from portail_local.suites import Suite, run_tests

PYTEST_VERSION = ["--version"]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    checks = {Suite.LINT: (("false",),), Suite.TYPES: (("false",),), Suite.IMPORTS: (("true",),)}
    monkeypatch.setattr(suites, "CHECKS", checks)
    return []


def test_bad_lint_stops_at_once(said: list[str]) -> None:
    assert run_tests([Suite.LINT, Suite.TYPES], [], said.append) == 1
    assert said == ["== lint"]


def test_another_failed_check_is_named(said: list[str]) -> None:
    assert run_tests([Suite.TYPES, Suite.IMPORTS], [], said.append) == 1
    assert said[-1] == "FAILED: types"


def test_checks_that_pass(said: list[str]) -> None:
    assert run_tests([Suite.IMPORTS], [], said.append) == 0


def test_tests_still_run_after_a_failed_check_and_the_whole_fails(said: list[str]) -> None:
    assert run_tests([Suite.TYPES, Suite.UNIT], PYTEST_VERSION, said.append) == 1
    assert run_tests([Suite.UNIT], PYTEST_VERSION, said.append) == 0
