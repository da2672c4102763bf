"""The figures of the fault tests at the end of a run, whatever their outcome and whichever worker had them.

A test's report carries them: rows of one table (``e2e/faults/figures.py``), or lines of its own (the crash tests).
"""

from collections.abc import Sequence
from typing import Any

import pytest

_HEAD = ["fault", "injected", "expected", "found"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if rows := _told(terminalreporter, "figure"):
        terminalreporter.section("faults injected, effects expected and found")
        _write_table(terminalreporter, [_HEAD, *rows])
    if texts := _told(terminalreporter, "lines"):
        terminalreporter.section("crashes")
        for lines in texts:
            terminalreporter.write("\n".join(map(str, lines)) + "\n\n")


def _told(terminalreporter: pytest.TerminalReporter, name: str) -> list[Any]:
    """The values of a property, of every test that ran."""
    return [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for given, value in report.user_properties
        if given == name
    ]


def _write_table(terminalreporter: pytest.TerminalReporter, rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.write_line(line.rstrip())
