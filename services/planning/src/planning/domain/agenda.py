"""A family's booked days as a calendar program shows them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

KEPT_DAYS, AHEAD_DAYS = timedelta(days=31), timedelta(days=400)
"""How far a feed looks back and ahead of today."""


@dataclass(frozen=True)
class AgendaDay:
    """A slot of a day that is booked. ``version`` and ``changed_at`` are the reservation's, of its last change.

    ``hours``: from and until which local time; None: the whole day.
    """

    reservation_id: UUID
    version: int
    changed_at: datetime
    day: date
    title: str
    description: str
    hours: tuple[time, time] | None = None


@dataclass(frozen=True)
class Agenda:
    """What one address shows: the days of a family, or of one of its members."""

    name: str
    time_zone: str
    days: Sequence[AgendaDay]

    @property
    def tag(self) -> str:
        """The same as long as the content is the same: known before anything is written out."""
        return hashlib.sha256(repr((self.name, self.time_zone, *self.days)).encode()).hexdigest()[:32]


def agenda_title(element_name: str, first_name: str | None, *, absent: bool) -> str:
    """What a day is called. An announced absence comes first: small screens cut the end off.

    ``first_name``: whose day it is, where the calendar has several members.
    """
    title = f"{first_name} : {element_name}" if first_name else element_name
    return f"Absence – {title}" if absent else title


def agenda_period(today: date) -> tuple[date, date]:
    """The half-open period that a feed shows."""
    return today - KEPT_DAYS, today + AHEAD_DAYS
