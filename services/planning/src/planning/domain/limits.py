"""How many may come: to a slot of a day, from a group, from outside the groups that have places reserved.

A reservation takes one place from each counter that holds for it, and each counter has its limit:

- ``""``: everyone;
- ``group:<code>``: the members of a group;
- ``outside:<code>+<code>…``: everyone who is in none of these groups. There is one for each choice of groups with
  reserved places, so that however the others book, a group can always fill the places reserved for it.

Where slots share places (``planning.domain.room``) it takes them at every moment of its slot: these counters, of each
moment, hold the room's limits; ``""`` then counts the slot alone, up to what the calendar gives it of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain, combinations
from typing import NamedTuple
from uuid import UUID

from chassis.errors import DomainError
from planning.domain.activities import Activity
from planning.domain.calendars import ActivityCalendar
from planning.domain.groups import Group
from planning.domain.members import Grouped, Peers
from planning.domain.room import ROOM, counter_at, doubled, fullest, moments, moments_of, part_of_day, read_counter
from planning.domain.slots import ActivitySlot, Slot

EVERYONE = ""
_GROUP, _OUTSIDE = "group", "outside"


class PlacesNotSharedError(DomainError):
    """A child may have two slots at the same moment, and would take two places of the room."""

    slug = "places-not-shared"


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


class Overfull(NamedTuple):
    """More is booked than there are places. ``of_whom``: of a group, or outside of some, in words; None: of all."""

    booked: int
    places: int
    of_whom: str | None


class Room(NamedTuple):
    """How many are in the room at the fullest moment of a slot, and how many may be."""

    present: int
    places: int


class CountedSlot(NamedTuple):
    """A counter of a slot, or of the room that the day's slots share (``ROOM``)."""

    activity_id: UUID
    day: date
    slot: str
    counter: str

    @classmethod
    def named(cls, place: ActivitySlot, counter: str) -> "CountedSlot":
        """The counter of that name which a reservation of a slot counts in."""
        return cls(place.activity_id, place.day, place.slot if read_counter(counter)[0] is None else ROOM, counter)

    @property
    def of(self) -> ActivitySlot:
        """What is counted."""
        return ActivitySlot(*self[:3])


def limits_of(activity: Activity, member: Grouped, day: date, slot: str) -> tuple[Limit, ...]:
    """What a member's reservation counts in, everyone's counter first. Overbooking is included in the limits."""
    calendar = activity.calendar
    if calendar is None:
        return ()
    if calendar.groups:
        return _limits(activity, slot, _kinds(activity, calendar, member, day, slot))
    # Without groups everyone counts alike, on every day.
    known = activity.common_limits.get(slot)
    if known is None:
        known = activity.common_limits[slot] = everyones_limits(activity, slot)
    return known


def everyones_limits(activity: Activity, slot: str) -> tuple[Limit, ...]:
    """What every reservation of a slot counts in, whoever's it is."""
    return _limits(activity, slot, [EVERYONE])


def _limits(activity: Activity, slot: str, kinds: Iterable[str]) -> tuple[Limit, ...]:
    counters = kinds
    if activity.shares_places:
        moments = moments_of(activity.slots, slot)
        counters = [EVERYONE, *(counter_at(moment, kind) for kind in kinds for moment in moments)]
    return tuple(Limit(counter, limit_of(activity, slot, counter)) for counter in counters)


def _kinds(activity: Activity, calendar: ActivityCalendar, member: Grouped, day: date, slot: str) -> Iterable[str]:
    outside = [group for group in calendar.groups if not group.includes(member, day)]
    yield EVERYONE
    for group in calendar.groups:
        if group not in outside and group.capacity is not None:
            yield f"{_GROUP}:{group.code}"
    places = calendar.capacity if activity.shares_places else calendar.capacity_of(slot)
    if places is not None:
        for chosen in _choices([group for group in outside if group.reserved]):
            yield f"{_OUTSIDE}:{'+'.join(group.code for group in chosen)}"


def limit_of(activity: Activity, slot: str, counter: str) -> int | None:
    """How far a counter may go, overbooking included; None when there is no limit, or no longer such a group."""
    calendar = activity.calendar
    if calendar is None:
        return None
    moment, counted = read_counter(counter)
    kind, _, codes = counted.partition(":")
    groups = [group for group in calendar.groups if group.code in codes.split("+")]
    if kind == _GROUP:
        return _overbooked(groups[0].capacity, calendar) if groups else None
    capacity = _overbooked(calendar.capacity_of(slot) if moment is None else calendar.capacity, calendar)
    if capacity is None or (kind == _OUTSIDE and not groups):
        return None
    return max(0, capacity - sum(group.reserved for group in groups))


def taken(limits: Iterable[Limit], booked: Mapping[str, int]) -> tuple[Taken, ...]:
    """The limits with what is booked in each counter."""
    return tuple([Taken(limit, booked.get(limit.counter, 0)) for limit in limits])


def full_reason(calendar: ActivityCalendar, slots: tuple[Slot, ...], slot: str, counter: str) -> str:
    """Which limit of a slot is reached, and for which part of it, in words. ``slots``: the activity's."""
    kind, groups = _in_words(calendar, counter)
    part = part_of_day(slots, slot, counter)
    full = f"Complet pendant {part}" if part else "Complet"
    if kind == _GROUP:
        return f"{full} pour le groupe {groups} : il n'y a plus de place ce jour-là."
    if kind == _OUTSIDE:
        return f"{full} : les places qui restent sont réservées à {groups}."
    return f"{full} : il n'y a plus de place ce jour-là."


def counted_twice(activity: Activity) -> str | None:
    """Which slots of a room a child may both have at the same moment, and what to do; None: there are none."""
    twice = doubled(activity.slots) if activity.shares_places else None
    if twice is None:
        return None
    one, other = twice
    return (
        f"« {one.name} » et « {other.name} » se chevauchent et un enfant peut avoir les deux : il prendrait deux des "
        "places partagées. Changez leurs heures dans l'activité pour que l'un commence quand l'autre finit, ou gardez "
        "des places par créneau."
    )


def check_places(activity: Activity) -> None:
    """Raises ``PlacesNotSharedError``."""
    if sentence := counted_twice(activity):
        raise PlacesNotSharedError(sentence)


def counts_alike(one: Activity, other: Activity) -> bool:
    """Whether whatever is booked counts in the same counters of both."""
    return _counting(one) == _counting(other)


def _counting(activity: Activity) -> tuple[object, ...]:
    groups = [
        replace(group, name="", capacity=None if group.capacity is None else 0, reserved=min(group.reserved, 1))
        for group in (activity.calendar.groups if activity.calendar else ())
    ]
    return groups, activity.slots if activity.shares_places else None


def overfull(activity: Activity, day: date, booked: Mapping[tuple[str, Peers], int]) -> Overfull | None:
    """Where more is booked of a day than there are places, by slot and whom: the worst. None: nowhere."""
    calendar, counts = activity.calendar, dict[tuple[str, Limit], int]()
    if calendar is None:
        return None
    for (slot, peers), number in booked.items():
        for limit in limits_of(activity, peers, day, slot):
            where = (ROOM if read_counter(limit.counter)[0] else slot, limit)
            counts[where] = counts.get(where, 0) + number
    over = [
        Overfull(number, limit.places, _of_whom(calendar, limit.counter))
        for (_, limit), number in counts.items()
        if limit.places is not None and number > limit.places
    ]
    return max(over, key=lambda each: each.booked - each.places, default=None)


def _of_whom(calendar: ActivityCalendar, counter: str) -> str | None:
    kind, groups = _in_words(calendar, counter)
    words = {_GROUP: f"pour le groupe {groups}", _OUTSIDE: f"hors des places réservées à {groups}"}
    return words.get(kind)


def _in_words(calendar: ActivityCalendar, counter: str) -> tuple[str, str]:
    """The kind of a counter, and its groups: «« 3–5 ans » et « 6–11 ans »»."""
    names = {group.code: group.name for group in calendar.groups}
    kind, _, codes = read_counter(counter)[1].partition(":")
    return kind, " et ".join(f"« {names[code]} »" for code in codes.split("+") if code in names)


def room_of(activity: Activity, slot: str, present: Mapping[str, int]) -> Room | None:
    """The room that a slot shares, when so many have each slot of the day; None: it shares none."""
    calendar = activity.calendar
    places = _overbooked(calendar.capacity, calendar) if calendar and calendar.shared_places else None
    return None if places is None else Room(fullest(activity.slots, slot, present), places)


def describe_places(activity: Activity) -> str | None:
    """Whether slots that overlap have places of their own or share them, and how many; None: nothing to tell."""
    calendar = activity.calendar
    places = _overbooked(calendar.capacity, calendar) if calendar else None
    if calendar is None or places is None or all(len(moment) == 1 for moment in moments(activity.slots)):
        return None
    if calendar.shared_places:
        present = f"{places} présent{'s' if places > 1 else ''}"
        return f"Les créneaux qui se chevauchent partagent les places : {present} au plus au même moment."
    return (
        f"Chaque créneau a ses propres places, jusqu'à {places} réservations dans chacun, même s'ils se chevauchent : "
        "il peut y avoir plus de présents au même moment."
    )


def _overbooked(places: int | None, calendar: ActivityCalendar) -> int | None:
    return None if places is None else places * (100 + calendar.overbooking_percent) // 100


def _choices(groups: list[Group]) -> Iterable[tuple[Group, ...]]:
    """Every choice of one or more groups."""
    return chain.from_iterable(combinations(groups, size) for size in range(1, len(groups) + 1))
