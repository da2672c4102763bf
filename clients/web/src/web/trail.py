"""A trail as people read it: what was done at one moment by one person is told together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from web.api.advanced import TrailAction, TrailEntry
from web.i18n import gettext as _
from web.rendering.days import days_by_month


@dataclass(frozen=True)
class Deed:
    """What someone did at one moment. ``lines`` are (element, first name, days in words)."""

    happened_at: datetime
    action: TrailAction
    who: str
    reason: str | None
    lines: list[tuple[str, str, str]]


def deeds(entries: Sequence[TrailEntry]) -> list[Deed]:
    """The entries of one moment, person, action and reason, together."""

    def same(entry: TrailEntry) -> tuple[datetime, str, str, str | None]:
        return entry.happened_at, entry.action, _who(entry), entry.reason

    return [
        Deed(moment, grouped[0].action, who, reason, [_line(entry) for entry in grouped])
        for (moment, _action, who, reason), group in groupby(entries, key=same)
        if (grouped := list(group))
    ]


def _who(entry: TrailEntry) -> str:
    if entry.actor == "town_hall":
        return _("la mairie")
    if entry.actor == "portal":
        return _("le portail, selon les règles de la mairie")
    name = " ".join(filter(None, (entry.actor_first_name, entry.actor_last_name)))
    return name or _("un responsable de la famille")


def _line(entry: TrailEntry) -> tuple[str, str, str]:
    return entry.element_name, entry.first_name, ", ".join(days_by_month(entry.days))
