"""The room that slots share where the calendar says so: who is in it at the same moment.

A moment is a set of slots that all take place together. Most are there when some slot begins, so the moments are those
beginnings; one whose slots are all among another's is left out. «Journée» beside «Matin» and «Après-midi» makes two:
{journée, matin} and {après-midi, journée}.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from planning.domain.slots import Slot

ROOM = "*"
"""Under this code, which no slot has, are the room's counters of a day."""
_KIND = "room"

Together = tuple[str, ...]
"""A moment: the codes of the slots that take place at it, in order."""


@lru_cache(1000)
def moments(slots: tuple[Slot, ...]) -> tuple[Together, ...]:
    """The moments of a day. Where none of them has too many, no instant of the day has."""
    beginnings = [frozenset(each.code for each in slots if each.takes_place_at(slot.begins)) for slot in slots]
    largest = {codes for codes in beginnings if not any(codes < others for others in beginnings)}
    return tuple(sorted(tuple(sorted(codes)) for codes in largest))


def moments_of(slots: tuple[Slot, ...], code: str) -> tuple[Together, ...]:
    """Those at which who booked a slot is there: all of them when the slot is no longer declared."""
    if all(slot.code != code for slot in slots):
        return moments(slots)
    return tuple(moment for moment in moments(slots) if code in moment)


def fullest(slots: tuple[Slot, ...], code: str, present: Mapping[str, int]) -> int:
    """How many are there at the fullest moment of a slot, when so many have each slot of the day."""
    return max(
        sum(number for other, number in present.items() if moment in moments_of(slots, other))
        for moment in moments_of(slots, code)
    )


def sharing_with(slots: tuple[Slot, ...], code: str) -> frozenset[str]:
    """A slot, and those with which it shares places."""
    return frozenset({code}.union(*moments_of(slots, code)))


def doubled(slots: Sequence[Slot]) -> tuple[Slot, Slot] | None:
    """Two slots that overlap though a child may have both, and would count twice at a moment; None: no such slots."""
    pairs = ((one, other) for number, one in enumerate(slots) for other in slots[number + 1 :])
    return next(((one, other) for one, other in pairs if one.overlaps(other) and not one.excludes(other)), None)


def counter_at(moment: Together, kind: str) -> str:
    """The room's counter of a moment, of a kind that ``limits`` has: everyone, a group, those outside of groups."""
    return f"{_KIND}:{'+'.join(moment)}:{kind}"


def read_counter(counter: str) -> tuple[Together | None, str]:
    """The moment of a counter of the room and its kind; no moment for a counter of the slot alone."""
    if not counter.startswith(f"{_KIND}:"):
        return None, counter
    _, codes, kind = counter.split(":", 2)
    return tuple(codes.split("+")), kind


def part_of_day(slots: tuple[Slot, ...], code: str, counter: str) -> str | None:
    """Which part of a slot a counter of the room is about, by the other slots' names; None: all of it."""
    moment, _ = read_counter(counter)
    if moment is None or len(moments_of(slots, code)) == 1:
        return None
    return " et ".join(f"« {slot.name} »" for slot in slots if slot.code in moment and slot.code != code) or None
