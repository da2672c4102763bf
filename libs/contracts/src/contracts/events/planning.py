"""Events of planning: reservations."""

from datetime import date
from uuid import UUID

from contracts.event import Event, Value, event
from contracts.events.statement import Statement
from contracts.values import WHOLE_DAY, Cents, ReservationStatus


class ReservationState(Value):
    """One reservation after the change. ``version`` grows with each change of this reservation.

    ``slot`` is the code of the part of the day that is booked. The price is the one shown to the family and frozen at
    the moment of booking.
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


@event("planning.reservations_committed.v1", subject="basket_id")
class ReservationsCommitted(Event):
    """A family's basket was booked, whole. Cancelled reservations travel with status ``cancelled``."""

    basket_id: UUID
    family_id: UUID
    reservations: tuple[ReservationState, ...]


class StatedReservation(Value):
    """A reservation as planning holds it. It is ordered by its day."""

    family_id: UUID
    reservation: ReservationState


@event("planning.reservations_stated.v1", subject="statement_id")
class ReservationsStated(Statement):
    """A page of the commune's reservations, in force and cancelled. The envelope's sequence is the page."""

    reservations: tuple[StatedReservation, ...]
