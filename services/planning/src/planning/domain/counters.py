"""What a basket takes of each counter of places, all its lines together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from planning.domain.activities import Activity
from planning.domain.cells import CellState, Refusal
from planning.domain.limits import CountedSlot, Limit, full_reason, limit_of, limits_of
from planning.domain.outlook import Outlook
from planning.domain.review import ReviewedLine
from planning.domain.rules import Action
from planning.domain.slots import ActivitySlot, MemberSlot


class Taking(NamedTuple):
    """Places that a basket takes of a counter (gives back when negative), and how far the counter may go."""

    places: int
    limit: int | None


def counters_of(line: ReviewedLine) -> tuple[Limit, ...]:
    """Those a line takes a place of; those it gives one back to, as they were when it was booked."""
    activity, slot = line.activity, line.line.slot
    if line.line.action is Action.BOOK or line.booking is None:
        return limits_of(activity, line.member, line.line.day, slot)
    return tuple(Limit(counter, limit_of(activity, slot, counter)) for counter in line.booking.counters)


def taken_by(lines: Iterable[ReviewedLine]) -> dict[CountedSlot, Taking]:
    """What lines change in each counter; counters in which nothing changes are left out."""
    net = _net(
        (CountedSlot.named(line.line.what.place, counter), Taking(1 if line.line.action is Action.BOOK else -1, most))
        for line in lines
        for counter, most in counters_of(line)
    )
    return {counted: taking for counted, taking in net.items() if taking.places}


def given_back(
    activities: Mapping[UUID, Activity], held: Iterable[tuple[MemberSlot, Sequence[str]]]
) -> dict[CountedSlot, Taking]:
    """What is given back by those who held a place of what, each in the counters that it was taken of."""

    return _net(
        (
            CountedSlot.named(what.place, counter),
            Taking(-1, limit_of(activities[what.activity_id], what.slot, counter)),
        )
        for what, counters in held
        for counter in counters
    )


def _net(takings: Iterable[tuple[CountedSlot, Taking]]) -> dict[CountedSlot, Taking]:
    net: dict[CountedSlot, Taking] = {}
    for counted, taking in takings:
        before = net[counted].places if counted in net else 0
        net[counted] = Taking(before + taking.places, taking.limit)
    return net


def refused_together(outlook: Outlook, lines: list[ReviewedLine]) -> list[dict[str, str]]:
    """Bookings that would each find a place, but not all of them, as refusals name them."""
    short = [
        counted
        for counted, (places, most) in taken_by(lines).items()
        if most is not None and places > 0 and _booked(outlook.places, counted) + places > most
    ]
    refused = {line.line.line_id: line.refused(refusal) for counted in short for line, refusal in _of(lines, counted)}
    return list(refused.values())


def _of(lines: Iterable[ReviewedLine], counted: CountedSlot) -> Iterable[tuple[ReviewedLine, Refusal]]:
    """The bookings that count in a counter."""
    for line in lines:
        place, calendar = line.line.what.place, line.activity.calendar
        if line.line.action is not Action.BOOK or calendar is None or counted.of[:2] != place[:2]:
            continue
        if any(CountedSlot.named(place, limit.counter) == counted for limit in counters_of(line)):
            reason = full_reason(calendar, line.activity.slots, place.slot, counted.counter)
            yield line, Refusal("day-full", CellState.FULL, reason)


def _booked(places: Mapping[ActivitySlot, Mapping[str, int]], counted: CountedSlot) -> int:
    return places.get(counted.of, {}).get(counted.counter, 0)
