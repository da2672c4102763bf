"""What a calendar says of each slot of its activity, as rows of a form: its places and its week days; their ticks."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.api.calendars import Document
from web.api.enrolment import OfferedSlot
from web.town_hall.rows import Fields, number_of, optional_number
from web.town_hall.typed_form import used_rows


@dataclass(frozen=True)
class SlotRow:
    """Texts as typed; empty, and no day ticked («0» is Monday): as the calendar says."""

    code: str
    name: str
    capacity: str = ""
    week_days: frozenset[str] = frozenset()

    @property
    def typed(self) -> bool:
        """Whether it differs from the calendar."""
        return bool(self.capacity or self.week_days)


def slot_rows(offered: Sequence[OfferedSlot], document: Document) -> list[SlotRow]:
    """One row for each slot of the activity, in its order."""
    openings = document.get("slots", {})
    return [_row(slot, openings.get(slot.code, {})) for slot in offered]


def slots_of(fields: Fields, kept: Document) -> Document:
    """What was typed of each slot shown; what the calendar says of others stays as in ``kept``."""
    slots = dict(kept)
    for number in used_rows(fields, "creneau"):
        row = f"creneau.{number}"
        code = fields.get(f"{row}.code", "")
        before = slots.pop(code, {}).get("week_days")
        ticked = sorted(value for name, value in fields.items() if name.startswith(f"{row}.jour."))
        capacity = optional_number(fields.get(f"{row}.places", ""))
        week_days = [number_of(day) for day in ticked] or (before if before == [] else None)
        if code and (capacity is not None or week_days is not None):
            slots[code] = {"week_days": week_days, "capacity": capacity}
    return slots


def ticked_slots(fields: Fields, row: str) -> list[str]:
    """The codes of the slots ticked in a row, each a field of its own."""
    return sorted({value for name, value in fields.items() if name.startswith(f"{row}.creneau.")})


def _row(slot: OfferedSlot, opening: Document) -> SlotRow:
    capacity, week_days = opening.get("capacity"), opening.get("week_days") or ()
    return SlotRow(slot.code, slot.name, "" if capacity is None else str(capacity), frozenset(map(str, week_days)))
