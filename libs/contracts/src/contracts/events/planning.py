"""Events of planning: reservations, places of waiting lists, attendance."""

from datetime import date, datetime
from uuid import UUID

from contracts.event import Event, Value, event
from contracts.events.statement import Statement
from contracts.values import WHOLE_DAY, AttendanceState, Cents, PlaceOfferStatus, ReservationStatus


class ReservationState(Value):
    """One reservation after the change. ``version`` grows with each change of this reservation.

    ``slot`` is the code of the part of the day that is booked. The price is the one shown to the family and frozen at
    the moment of booking. ``billed`` is false for a booked day that the family does not pay: it was absent, and that
    is excused. ``pay_until``: a day booked under the condition that it is paid by then; null for the others.
    """

    reservation_id: UUID
    version: int
    member_id: UUID
    activity_id: UUID
    regie_id: UUID
    day: date
    slot: str = WHOLE_DAY
    element_name: str
    tariff_label: str
    unit_price_cents: Cents
    status: ReservationStatus
    billed: bool = True
    pay_until: datetime | None = None


@event("planning.reservations_committed.v1", subject="basket_id")
class ReservationsCommitted(Event):
    """A family's basket was booked, whole. Cancelled reservations travel with status ``cancelled``."""

    basket_id: UUID
    family_id: UUID
    reservations: tuple[ReservationState, ...]


class WithdrawnDay(Value):
    """A day that does not take place, and why, in words for the family: it had booked it, or ``waited`` for a place."""

    first_name: str
    element_name: str
    day: date
    unit_price_cents: Cents
    reason: str
    waited: bool = False


@event("planning.reservations_withdrawn.v1", subject="basket_id")
class ReservationsWithdrawn(Event):
    """The town hall cancelled days of a family that it closed, booked or waited for. The cancelled reservations travel
    by the ``ReservationsCommitted`` of the same basket.
    """

    basket_id: UUID
    family_id: UUID
    days: tuple[WithdrawnDay, ...]


class ChangedDay(Value):
    """A day that is now booked, or cancelled, and why, in words for the family; null when nobody said."""

    first_name: str
    element_name: str
    day: date
    unit_price_cents: Cents
    status: ReservationStatus
    reason: str | None = None


@event("planning.reservations_changed_by_town_hall.v1", subject="basket_id")
class ReservationsChangedByTownHall(Event):
    """The town hall booked or cancelled days for a family, which is to be told. The reservations travel by the
    ``ReservationsCommitted`` of the same basket.
    """

    basket_id: UUID
    family_id: UUID
    days: tuple[ChangedDay, ...]


@event("planning.place_offered.v1", subject="offer_id")
class PlaceOffered(Event):
    """A place that was freed is kept for a family that waited for it, or what became of it.

    ``expires_at`` is the last instant at which it can be accepted; null when it was booked at once. What is booked
    travels by ``ReservationsCommitted``. ``reason``: why a day whose place is withdrawn does not take place.
    """

    offer_id: UUID
    family_id: UUID
    first_name: str
    element_name: str
    day: date
    slot: str
    unit_price_cents: Cents
    status: PlaceOfferStatus
    expires_at: datetime | None
    reason: str | None = None


class ReservationAttendance(Value):
    """A reservation as it is since its attendance is known: ``billed`` may have changed, and its version has grown.

    ``decision``: what the town hall decided, in words for the family; null for what the family did itself.
    """

    attendance: AttendanceState
    reservation: ReservationState
    first_name: str | None = None
    decision: str | None = None


@event("planning.attendance_recorded.v1", subject="record_id")
class AttendanceRecorded(Event):
    """What is known of the attendance of a family's booked days was recorded or decided, all together."""

    record_id: UUID
    family_id: UUID
    attendances: tuple[ReservationAttendance, ...]


class StatedReservation(Value):
    """A reservation as planning holds it. It is ordered by its day."""

    family_id: UUID
    reservation: ReservationState


@event("planning.reservations_stated.v1", subject="statement_id")
class ReservationsStated(Statement):
    """A page of the commune's reservations, in force and cancelled. The envelope's sequence is the page."""

    reservations: tuple[StatedReservation, ...]
