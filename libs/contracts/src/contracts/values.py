"""Value types that several events share. Money is integer cents of euro; dates are local to the commune."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.event import Value

Cents = Annotated[int, Field(ge=0)]
EURO = "978"
"""ISO 4217, numeric."""
WHOLE_DAY = "day"
"""The one slot of the days of an activity that has no slots of its own."""


class Role(StrEnum):
    """What an account may do in its commune."""

    PARENT = "parent"
    AGENT = "agent"
    REGISSEUR = "regisseur"
    ADMINISTRATOR = "administrator"


class MemberKind(StrEnum):
    """A family member is a child or an adult: adhesions and reservations are of either."""

    CHILD = "child"
    ADULT = "adult"


class Diet(StrEnum):
    """What a member eats at a meal; never why."""

    STANDARD = "standard"
    WITHOUT_MEAT = "without_meat"
    OWN_MEAL = "own_meal"


class Guardian(Value):
    """An adult responsible for a family file, who may hold an account."""

    guardian_id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None = None


class PostalAddress(Value):
    """A French postal address."""

    line: str
    postal_code: str
    city: str


class Regie(Value):
    """A town's cash office, which invoices and collects."""

    regie_id: UUID
    name: str


class Payer(Value):
    """Who pays, as a bank wants to know it for 3-D Secure 2."""

    first_name: str
    last_name: str
    email: str
    address: PostalAddress


class PaymentPurpose(StrEnum):
    """What a payment settles; the service that requested it recognises its own."""

    ADHESION_ORDER = "adhesion_order"
    INVOICES = "invoices"


class PaymentStatus(StrEnum):
    """Outcome of a payment, as the bank's signed callback decided it."""

    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class PlaceOfferStatus(StrEnum):
    """What became of a place that was kept for someone on a waiting list.

    ``confirmed``: it was booked at once, without being offered first; ``withdrawn``: the day was booked otherwise,
    or does not take place.
    """

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    CONFIRMED = "confirmed"


class AttendanceState(StrEnum):
    """What is known of who was booked for a day: an absence not decided yet, or decided."""

    ABSENCE_ANNOUNCED = "absence_announced"
    ABSENT_JUSTIFIED = "absent_justified"
    ABSENT_UNJUSTIFIED = "absent_unjustified"


class ReservationStatus(StrEnum):
    """State of one reservation."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
