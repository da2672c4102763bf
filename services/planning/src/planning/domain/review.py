"""Reading a draft over before it is committed: what each line costs and whether it is still possible."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from planning.domain.activities import Activity
from planning.domain.cells import CellState, Refusal
from planning.domain.drafts import DraftLine
from planning.domain.members import Member
from planning.domain.outlook import Booking, Outlook
from planning.domain.prompt_payment import describe_payment, pay_until
from planning.domain.rules import Action


@dataclass(frozen=True)
class ReviewedLine:
    """A draft line with its price. ``booking`` is what a cancelling line cancels.

    ``by_town_hall``: never to be paid at once. ``set_aside``: the slug of what the town hall sets aside for it.
    """

    line: DraftLine
    member: Member
    activity: Activity
    tariff_label: str
    unit_price_cents: int
    booking: Booking | None
    refusal: Refusal | None
    by_town_hall: bool = False
    set_aside: str | None = None

    @property
    def element_name(self) -> str:
        """What is booked, its slot included."""
        return self.activity.element_of(self.line.slot)

    @property
    def amount_cents(self) -> int:
        """What the line adds to the family's bill; negative for a cancellation."""
        return self.unit_price_cents if self.line.action is Action.BOOK else -self.unit_price_cents

    @property
    def can_wait(self) -> bool:
        """Whether the day is full and has a waiting list."""
        calendar, refusal = self.activity.calendar, self.refusal
        return bool(refusal and refusal.state is CellState.FULL and calendar and calendar.waiting.is_open)

    def pay_until(self, now: datetime) -> datetime | None:
        """Until when it is to be paid, when it is booked now and must not wait for the month's invoice."""
        if self.line.action is Action.CANCEL or self.by_town_hall:
            return None
        return pay_until(self.activity.calendar, now, self.unit_price_cents)

    def refused(self, refusal: Refusal) -> dict[str, str]:
        """The line as a refusal names it."""
        return {
            **refusal.of_day(self.line.day, self.line.slot),
            "line_id": str(self.line.line_id),
            "first_name": self.member.first_name,
            "element_name": self.element_name,
        }


def review(outlook: Outlook) -> list[ReviewedLine]:
    """Every line of the family's draft, by day, then member, then activity."""
    lines = [_review_line(outlook, line) for line in outlook.draft]
    return sorted(lines, key=lambda reviewed: (reviewed.line.day, reviewed.member.first_name, reviewed.activity.name))


def _review_line(outlook: Outlook, line: DraftLine) -> ReviewedLine:
    member, activity = outlook.members[line.member_id], outlook.activities[line.activity_id]
    booking = outlook.own_booking(line.what)
    label, cents = _price(outlook, line, booking)
    refusal = outlook.refusal(member, activity, line.what.when, line.action)
    return ReviewedLine(line, member, activity, label, cents, booking, refusal)


def _price(outlook: Outlook, line: DraftLine, booking: Booking | None) -> tuple[str, int]:
    """The tariff of a line and its cents: a cancellation's as it was booked."""
    if line.action is Action.CANCEL:
        return (booking.tariff_label, booking.unit_price_cents) if booking else ("", 0)
    price = outlook.price_on(line.member_id, line.activity_id, line.day)
    return (price.tariff_label, price.cents_of(line.slot)) if price else ("", 0)


def payment_conditions(lines: Iterable[ReviewedLine]) -> list[str]:
    """What is to be paid at once of what would be booked, in words, once for each activity."""
    conditions = {
        f"{line.activity.name} : {describe_payment(line.activity.calendar.pay_within)}": None
        for line in lines
        if line.line.action is Action.BOOK
        and line.unit_price_cents
        and line.activity.calendar
        and line.activity.calendar.pay_within
    }
    return list(conditions)


def period_cost(outlook: Outlook, member_id: UUID, period: tuple[date, date]) -> int:
    """Cents: what is booked for a member over a half-open period, plus drafted additions, minus drafted removals.

    A day whose absence is excused costs nothing, unless the member came all the same.
    """
    booked = sum(
        booking.unit_price_cents
        for what, booking in outlook.bookings.items()
        if (booking.billed or outlook.listed.get(what))
        and what.member_id == member_id
        and period[0] <= what.day < period[1]
        and outlook.own_booking(what)
    )
    drafted = (line for line in outlook.draft if line.member_id == member_id and period[0] <= line.day < period[1])
    return booked + sum(_amount_cents(outlook, line) for line in drafted)


def _amount_cents(outlook: Outlook, line: DraftLine) -> int:
    """What a line adds, as long as it is possible."""
    member, activity = outlook.members[line.member_id], outlook.activities[line.activity_id]
    if outlook.refusal(member, activity, line.what.when, line.action):
        return 0
    _label, cents = _price(outlook, line, outlook.own_booking(line.what))
    return cents if line.action is Action.BOOK else -cents
