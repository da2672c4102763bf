"""Free ports stay with who found them, though nothing listens there yet."""

import subprocess
import sys

import pytest

from portail_local import ports
from portail_local.errors import LocalError

SEARCH = """
from portail_local import ports
ports._FREE_PORTS_FROM, ports.HIGHEST_PORT = {first}, {first} + 5
ports.free_block(6)
"""


def test_what_one_found_nobody_else_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ports.free_block(6)
    assert all(ports.is_free(port) for port in range(first, first + 6))
    elsewhere = subprocess.run(
        [sys.executable, "-c", SEARCH.format(first=first)], capture_output=True, text=True, check=False
    )
    assert "Pas 6 ports libres" in elsewhere.stderr
    monkeypatch.setattr(ports, "_FREE_PORTS_FROM", first)
    monkeypatch.setattr(ports, "HIGHEST_PORT", first + 5)
    with pytest.raises(LocalError, match="Pas 3 ports libres"):
        ports.free_block(3)
