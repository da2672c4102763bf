"""Events of enrolment: families, activities, adhesions."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from contracts.event import Event, Value, event
from contracts.events.payment_request import PaymentRequest
from contracts.values import Cents, Diet, Guardian, MemberKind, PostalAddress, Regie

LocalTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""«08:30», of the commune."""


class OfferedSlot(Value):
    """A part of the day, from ``from_time`` until ``until_time``, for which an activity is booked.

    Two slots whose times overlap exclude each other on a day, unless one names the other in ``compatible_with``.
    """

    code: str
    name: str
    from_time: LocalTime
    until_time: LocalTime
    compatible_with: tuple[str, ...] = ()


class SlotPrice(Value):
    """What one unit of a slot costs a family."""

    slot: str
    unit_price_cents: Cents


@event("enrolment.family_registered.v1", subject="family_id")
class FamilyRegistered(Event):
    """A family file and its guardians. Each separated parent has a file of their own.

    ``missing``: what the family has still to hand in to the town hall, each in a few words.
    """

    family_id: UUID
    name: str
    address: PostalAddress
    guardians: tuple[Guardian, ...]
    missing: tuple[str, ...] = ()


@event("enrolment.guardian_changed.v1", subject="guardian_id")
class GuardianChanged(Event):
    """A guardian's name or contact details.

    The envelope's sequence is the family's version, so that it compares with ``FamilyRegistered``.
    """

    guardian_id: UUID
    family_id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None


@event("enrolment.member_registered.v1", subject="member_id")
class MemberRegistered(Event):
    """A family member, child or adult. A child of separated parents belongs to two families.

    ``missing``: what is still to be handed in to the town hall about the member, each in a few words.
    """

    member_id: UUID
    family_ids: tuple[UUID, ...]
    kind: MemberKind
    first_name: str
    last_name: str
    birth_date: date
    school: str | None
    diet: Diet = Diet.STANDARD
    missing: tuple[str, ...] = ()


@event("enrolment.activity_published.v1", subject="activity_id")
class ActivityPublished(Event):
    """An activity of a season, the half-open period ``[opens_on, closes_on)``.

    ``element_name`` is what one booked day is called («Cantine d'Alixan»). ``slots`` come in the order shown; without
    any the activity is booked for whole days.
    """

    activity_id: UUID
    name: str
    category: str
    element_name: str
    season: str
    opens_on: date
    closes_on: date
    regie: Regie
    slots: tuple[OfferedSlot, ...] = ()


@event("enrolment.adhesion_payment_requested.v1", subject="payment_id")
class AdhesionPaymentRequested(PaymentRequest):
    """Adhesions were ordered and wait for their payment."""


@event("enrolment.adhesion_paid.v1", subject="adhesion_id")
class AdhesionPaid(Event):
    """An adhesion is in force: it opens ``[valid_from, valid_until)`` of an activity to a member.

    ``amount_cents`` is what the adhesion cost (0 when free, and then ``payment_id`` is None);
    ``unit_price_cents`` what one booked unit costs this family, and ``tariff_label`` how («à l'unité»);
    ``slot_prices`` has the units of the activity's slots, where it has any.
    """

    adhesion_id: UUID
    family_id: UUID
    member_id: UUID
    activity_id: UUID
    regie_id: UUID
    payment_id: UUID | None
    amount_cents: Cents
    unit_price_cents: Cents
    tariff_label: str
    valid_from: date
    valid_until: date
    slot_prices: tuple[SlotPrice, ...] = ()


@event("enrolment.entitlement_changed.v1", subject="adhesion_id")
class EntitlementChanged(Event):
    """The price of a unit changes from ``effective_from`` on, never backwards."""

    adhesion_id: UUID
    family_id: UUID
    member_id: UUID
    activity_id: UUID
    unit_price_cents: Cents
    tariff_label: str
    effective_from: date
    slot_prices: tuple[SlotPrice, ...] = ()


@event("enrolment.adhesion_payment_unused.v1", subject="payment_id")
class AdhesionPaymentUnused(Event):
    """``amount_cents`` of a payment that succeeded settle nothing: it was for
    an order that was paid, or members who were enrolled, otherwise meanwhile: the town hall gives it back.

    Told once. ``settled_at`` is the business instant of the success.
    """

    payment_id: UUID
    family_id: UUID
    label: str
    amount_cents: Cents
    settled_at: datetime
