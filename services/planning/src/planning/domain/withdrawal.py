"""Bookings that a calendar in force no longer has: the town hall cancels them, and says why."""

from dataclasses import dataclass
from uuid import UUID

from contracts.events.planning import ReservationState
from contracts.values import ReservationStatus
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays, for_some
from planning.domain.cells import NO_CALENDAR_REASON, NOT_OFFERED_REASON, outside_season
from planning.domain.slots import DaySlot, MemberSlot


@dataclass(frozen=True)
class Held:
    """A reservation in force, with the counters that it has a place of."""

    reservation_id: UUID
    version: int
    family_id: UUID
    what: MemberSlot
    first_name: str
    regie_id: UUID
    tariff_label: str
    unit_price_cents: int
    counters: tuple[str, ...]
    school: str | None = None

    def cancelled(self, activity: Activity | None) -> ReservationState:
        """What is published of it once it is cancelled."""
        return ReservationState(
            reservation_id=self.reservation_id,
            version=self.version + 1,
            member_id=self.what.member_id,
            activity_id=self.what.activity_id,
            regie_id=self.regie_id,
            day=self.what.day,
            slot=self.what.slot,
            element_name=activity.element_of(self.what.slot) if activity else "",
            tariff_label=self.tariff_label,
            unit_price_cents=self.unit_price_cents,
            status=ReservationStatus.CANCELLED,
        )


@dataclass(frozen=True)
class WaitedDay:
    """A slot of a day for which a family waits."""

    waiting_id: UUID
    family_id: UUID
    first_name: str
    when: DaySlot
    school: str | None = None


def no_longer_takes_place(activity: Activity, holidays: Holidays, when: DaySlot, school: str | None) -> str | None:
    """Why what someone of a school booked does not take place, None when it does; previews and cancelling ask it."""
    if outside := outside_season(activity.opens_on, activity.closes_on, when.day):
        return outside
    if activity.calendar is None:
        return NO_CALENDAR_REASON
    if activity.slot(when.slot) is None:
        return NOT_OFFERED_REASON
    return activity.calendar.closed_reason(holidays, *when, school=school)


def may_not_take_place(activity: Activity, holidays: Holidays, when: DaySlot) -> bool:
    """Whether a slot is closed to someone at least; for whom, the bookings' schools tell."""
    if no_longer_takes_place(activity, holidays, when, None):
        return True
    return activity.calendar is not None and bool(for_some(activity.calendar, when.day, {}))
