"""What the tests of faults injected, expected and found: one row each in the table at the end of the run.

A row travels as a property of its test's report, also from one of several workers; ``tests/conftest.py`` prints them.
"""

from collections.abc import Callable, Mapping

import pytest

Counts = Mapping[str, int]


class Figures:
    """The rows of one test."""

    def __init__(self, record: Callable[[str, object], None]) -> None:
        self._record = record

    def check(self, name: str, *, injected: str, expected: Counts, found: Counts) -> None:
        """Adds a row, then fails unless what was found is what was expected.

        ``injected`` says what and how often; ``expected`` and ``found`` count effects by name.
        """
        self._record("figure", [name, injected, _words(expected), _words(found)])
        assert dict(found) == dict(expected), f"{name}: {injected}"


def _words(counts: Counts) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Rows for the table of this run."""
    return Figures(record_property)
