"""Reads the communes' descriptions (``communes/*.toml``), with the school year of the demonstration's day."""

import tomllib
from datetime import date
from importlib import resources
from string import Template
from typing import Any
from uuid import UUID, uuid5

_NAMESPACE = UUID("8a3e6c1e-94f4-4d0c-8ac5-30b2b2a7b0c4")

Description = dict[str, Any]


def school_year(today: date) -> int:
    """The first calendar year of the school year that can be enrolled for: from July on, the coming one."""
    return today.year if today.month >= 7 else today.year - 1


def demo_id(*names: str) -> UUID:
    """The id of a thing of the demonstration: always the same for the same names."""
    return uuid5(_NAMESPACE, "/".join(names))


def descriptions(today: date) -> list[Description]:
    """Every commune. In the texts ``$year`` is the school year, ``$next`` the one after, ``$age8`` a birth year."""
    year = school_year(today)
    values = {"year": str(year), "next": str(year + 1), "today": today.isoformat()}
    values |= {f"age{age}": str(year - age) for age in range(2, 60)}
    folder = resources.files("portail_demo") / "communes"
    texts = sorted((file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir())
    return [tomllib.loads(Template(text).substitute(values)) for _, text in texts]
