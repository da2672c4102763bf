"""What the tests of faults injected, expected and found: one row each in the table at the end of the run."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Figure:
    """One fault. ``injected`` says what and how often; ``expected`` and ``found`` count effects by name."""

    name: str
    injected: str
    expected: Counts
    found: Counts


class Figures:
    """Collects the rows of a session."""

    def __init__(self) -> None:
        self.rows: list[Figure] = []

    def check(self, name: str, *, injected: str, expected: Counts, found: Counts) -> None:
        """Adds a row, then fails unless what was found is what was expected."""
        self.rows.append(Figure(name, injected, expected, found))
        assert dict(found) == dict(expected), f"{name}: {injected}"

    def lines(self) -> list[str]:
        """The table."""
        table = [("fault", "injected", "expected", "found")]
        table += [(row.name, row.injected, _words(row.expected), _words(row.found)) for row in self.rows]
        widths = [max(len(row[column]) for row in table) for column in range(3)]
        return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in table]


def _words(counts: Counts) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


_FIGURES = pytest.StashKey[Figures]()


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    """The table of this run."""
    return pytestconfig.stash.setdefault(_FIGURES, Figures())


def write_figures(reporter: pytest.TerminalReporter) -> None:
    """Prints the table, if anything was counted."""
    collected = reporter.config.stash.get(_FIGURES, None)
    if collected is not None and collected.rows:
        reporter.section("faults injected, effects expected and found")
        for line in collected.lines():
            reporter.write_line(line)
