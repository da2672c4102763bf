"""Custodies as they are read."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from planning.domain.custody import Custody, CustodyDates

CUSTODY = "(c.member_id, c.homes[1], c.homes[2], c.even_weeks, c.changes_on, c.first_halves, c.dates)"
"""What ``read_custody`` reads, of table ``custody`` as ``c``."""
HOMES_ARE_THERE = """
    not exists (
        select from unnest(c.homes) as h (family_id)
        where not exists (
            select from member_family f
            where (f.tenant_id, f.family_id, f.member_id) = (c.tenant_id, h.family_id, c.member_id)))
"""
"""A custody sleeps while the child is not in both files."""


def read_custody(values: Sequence[Any]) -> Custody:
    """A custody from the columns of ``CUSTODY``."""
    _member_id, first, second, even_weeks, changes_on, first_halves, dates = values
    return Custody(
        (first, second),
        even_weeks,
        changes_on,
        first_halves,
        tuple(
            CustodyDates(date.fromisoformat(each["from"]), date.fromisoformat(each["to"]), UUID(each["home"]))
            for each in dates
        ),
    )
