"""How many may come: to a slot of a day, from a group, from outside the groups that have places reserved.

A reservation takes one place from each counter that holds for it, and each counter has its limit:

- ``""``: everyone;
- ``group:<code>``: the members of a group;
- ``outside:<code>+<code>…``: everyone who is in none of these groups. There is one for each choice of groups with
  reserved places, so that however the others book, a group can always fill the places reserved for it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain, combinations
from typing import NamedTuple

from planning.domain.calendars import ActivityCalendar
from planning.domain.groups import Group
from planning.domain.members import Member

EVERYONE = ""
_GROUP, _OUTSIDE = "group", "outside"
FULL_REASON = "Complet : il n'y a plus de place ce jour-là."


class Limit(NamedTuple):
    """A counter and how far it may go; None: it only counts."""

    counter: str
    places: int | None


class Taken(NamedTuple):
    """A limit with the places already taken of it."""

    limit: Limit
    booked: int

    @property
    def free(self) -> int | None:
        """Places left, never below 0; None without limit."""
        return None if self.limit.places is None else max(0, self.limit.places - self.booked)


def limits_of(calendar: ActivityCalendar, member: Member, day: date, slot: str) -> tuple[Limit, ...]:
    """What a member's reservation counts in, everyone's counter first. Overbooking is included in the limits."""
    if calendar.groups:
        counters = _counters(calendar, member, day, slot)
        return tuple(Limit(counter, limit_of(calendar, slot, counter)) for counter in counters)
    # Without groups everyone counts alike, on every day.
    known = calendar.common_limits.get(slot)
    if known is None:
        known = calendar.common_limits[slot] = (Limit(EVERYONE, limit_of(calendar, slot, EVERYONE)),)
    return known


def _counters(calendar: ActivityCalendar, member: Member, day: date, slot: str) -> Iterable[str]:
    outside = [group for group in calendar.groups if not group.includes(member, day)]
    yield EVERYONE
    for group in calendar.groups:
        if group not in outside and group.capacity is not None:
            yield f"{_GROUP}:{group.code}"
    if calendar.capacity_of(slot) is not None:
        for chosen in _choices([group for group in outside if group.reserved]):
            yield f"{_OUTSIDE}:{'+'.join(group.code for group in chosen)}"


def limit_of(calendar: ActivityCalendar, slot: str, counter: str) -> int | None:
    """How far a counter may go, overbooking included; None when there is no limit, or no longer such a group."""
    kind, _, codes = counter.partition(":")
    groups = [group for group in calendar.groups if group.code in codes.split("+")]
    if kind == _GROUP:
        return _overbooked(groups[0].capacity, calendar) if groups else None
    capacity = _overbooked(calendar.capacity_of(slot), calendar)
    if capacity is None or (kind == _OUTSIDE and not groups):
        return None
    return max(0, capacity - sum(group.reserved for group in groups))


def taken(limits: Iterable[Limit], booked: Mapping[str, int]) -> tuple[Taken, ...]:
    """The limits with what is booked in each counter."""
    return tuple([Taken(limit, booked.get(limit.counter, 0)) for limit in limits])


def full_reason(calendar: ActivityCalendar, counter: str) -> str:
    """Which limit is reached, in words."""
    names = {group.code: group.name for group in calendar.groups}
    kind, _, codes = counter.partition(":")
    groups = " et ".join(f"« {names[code]} »" for code in codes.split("+") if code in names)
    if kind == _GROUP:
        return f"Complet pour le groupe {groups} : il n'y a plus de place ce jour-là."
    if kind == _OUTSIDE:
        return f"Complet : les places qui restent sont réservées à {groups}."
    return FULL_REASON


def _overbooked(places: int | None, calendar: ActivityCalendar) -> int | None:
    return None if places is None else places * (100 + calendar.overbooking_percent) // 100


def _choices(groups: list[Group]) -> Iterable[tuple[Group, ...]]:
    """Every choice of one or more groups."""
    return chain.from_iterable(combinations(groups, size) for size in range(1, len(groups) + 1))
