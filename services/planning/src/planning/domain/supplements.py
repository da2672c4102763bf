"""What the list of the day adds to a bill: who came without booking, who booked and did not come, who left late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from chassis.french import euros

_QUARTER = 15
_EXAMPLE_CENTS, _EXAMPLE_MINUTES = 500, 20


class SupplementKind(StrEnum):
    """What is billed beside booked slots."""

    UNBOOKED = "unbooked"
    ABSENT = "absent"
    LATE = "late"
    EXCUSED = "excused"


@dataclass(frozen=True)
class Rate:
    """A percentage of the family's price and cents, together; both 0: the portal bills nothing."""

    percent: int = 0
    cents: int = 0

    def cents_of(self, unit_price_cents: int) -> int:
        """Rounded to the cent."""
        return (unit_price_cents * self.percent + 50) // 100 + self.cents

    def __bool__(self) -> bool:
        return bool(self.percent or self.cents)


@dataclass(frozen=True)
class LateRate:
    """Cents each time someone leaves later than is tolerated, or for each quarter of an hour begun since the end."""

    cents: int = 0
    per_quarter: bool = True
    tolerated_minutes: int = 0

    def cents_of(self, minutes: int) -> int:
        """0 up to what is tolerated."""
        if minutes <= self.tolerated_minutes:
            return 0
        return self.cents * (quarters_begun(minutes) if self.per_quarter else 1)


@dataclass(frozen=True)
class Rates:
    """What a town bills of an activity's lists of the day.

    ``unbooked`` in place of the price that a booked slot would have had; ``absent`` beside the price of the slot.
    """

    unbooked: Rate = Rate()
    absent: Rate = Rate()
    late: LateRate = LateRate()


@dataclass(frozen=True)
class Supplement:
    """What is billed, and how a family reads it; 0 cents: nothing."""

    kind: SupplementKind
    words: str
    cents: int


def quarters_begun(minutes: int) -> int:
    """Quarters of an hour of which at least a minute has passed."""
    return -(-minutes // _QUARTER)


def minutes_late(ends: time | None, left_at: time | None) -> int | None:
    """Minutes after the end of a slot, local times of the same day; None when it has no end, or nobody noted it."""
    if ends is None or left_at is None:
        return None
    return max(0, (left_at.hour - ends.hour) * 60 + left_at.minute - ends.minute)


def supplements(
    rates: Rates, unit_price_cents: int, *, booked: bool, excused: bool, present: bool, late_minutes: int | None
) -> Sequence[Supplement]:
    """What the list of the day says of one slot of a member, beside what is billed as booked.

    ``excused``: it is booked and not billed, its absence being excused. Of an absence that was announced nothing is
    asked here but when the member came all the same.
    """
    found = []
    if present and excused:
        found.append(Supplement(SupplementKind.EXCUSED, "présence malgré l'absence annoncée", unit_price_cents))
    if present and not booked:
        cents = rates.unbooked.cents_of(unit_price_cents)
        found.append(Supplement(SupplementKind.UNBOOKED, "présence sans réservation", cents))
    if booked and not present and not excused:
        cents = rates.absent.cents_of(unit_price_cents)
        found.append(Supplement(SupplementKind.ABSENT, "supplément pour absence non annoncée", cents))
    if present and (cents := rates.late.cents_of(late_minutes or 0)):
        found.append(Supplement(SupplementKind.LATE, _late_words(rates.late, late_minutes or 0), cents))
    return found


def _late_words(rate: LateRate, minutes: int) -> str:
    if not rate.per_quarter:
        return "départ en retard"
    quarters = quarters_begun(minutes)
    return f"départ en retard, {quarters} quart{'s' if quarters > 1 else ''} d'heure"


def describe_rates(rates: Rates) -> Sequence[str]:
    """Sentences that parents read; none where the portal bills nothing."""
    found = []
    if rates.unbooked:
        found.append(f"Venir sans réservation est facturé {_unbooked_words(rates.unbooked)}.")
    if rates.absent:
        words = " et ".join(_parts(rates.absent))
        found.append(f"Un jour réservé sans venir ni prévenir est facturé, en plus de son prix, {words}.")
    if rates.late.cents:
        each = "par quart d'heure commencé depuis l'heure de fin" if rates.late.per_quarter else "à chaque fois"
        tolerated = rates.late.tolerated_minutes
        after = f"de plus de {tolerated} minute{'s' if tolerated > 1 else ''} " if tolerated else ""
        found.append(f"Un départ en retard {after}est facturé {euros(rates.late.cents)} {each}.")
    return found


def examples(rates: Rates) -> Sequence[str]:
    """The same in figures, for a slot of a given price."""
    price, minutes = _EXAMPLE_CENTS, max(_EXAMPLE_MINUTES, rates.late.tolerated_minutes + 1)
    found = []
    if rates.unbooked:
        found.append(f"Venir sans réservation : {euros(rates.unbooked.cents_of(price))} au lieu de {euros(price)}.")
    if rates.absent:
        extra = rates.absent.cents_of(price)
        total = euros(price + extra)
        found.append(f"Ne pas venir sans prévenir : {euros(price)} et {euros(extra)} de supplément, soit {total}.")
    if rates.late.cents:
        found.append(f"Partir {minutes} minutes après l'heure : {euros(rates.late.cents_of(minutes))} de supplément.")
    return found


def _unbooked_words(rate: Rate) -> str:
    if not rate.percent:
        return f"{euros(rate.cents)}, à la place du prix habituel"
    if rate.percent == 100 and rate.cents:
        return f"{euros(rate.cents)} de plus que le prix"
    return ", plus ".join(_parts(rate))


def _parts(rate: Rate) -> Sequence[str]:
    percent = [f"{rate.percent} % du prix"] if rate.percent else []
    return [*percent, *([euros(rate.cents)] if rate.cents else [])]
