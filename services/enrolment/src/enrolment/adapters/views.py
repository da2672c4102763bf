"""What reads give, as the API shows it. Money is cents of euro, periods are half-open."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from contracts.values import Diet, MemberKind

AdhesionState = Literal["awaiting_payment", "active", "ended"]


class RegieView(BaseModel):
    """A régie."""

    regie_id: UUID
    name: str


class AddressView(BaseModel):
    """A postal address."""

    line: str
    postal_code: str
    city: str


class GuardianView(BaseModel):
    """A guardian. ``account_user_name`` is None while no account is open."""

    guardian_id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    account_user_name: str | None


class AdhesionView(BaseModel):
    """An adhesion. Before it is paid the period is the season's and the price the one it would have today.

    ``money_back``: what was paid went back to the family, or the bank did not honour it, wholly; the town hall decides.
    """

    adhesion_id: UUID
    member_id: UUID
    first_name: str
    family_id: UUID
    activity_id: UUID
    activity_name: str
    season: str
    category: str
    status: AdhesionState
    amount_cents: int
    unit_price_cents: int
    tariff_label: str
    valid_from: date
    valid_until: date
    paid_at: datetime | None
    money_back: Literal["refunded", "rejected"] | None


class StaffAdhesionView(AdhesionView):
    """An adhesion among those of all families."""

    last_name: str
    family_name: str


class MemberView(BaseModel):
    """A family member with its adhesions in this family, and what is still to be handed in about it."""

    member_id: UUID
    kind: MemberKind
    first_name: str
    last_name: str
    birth_date: date
    school: str | None
    diet: Diet
    missing: list[str]
    adhesions: list[AdhesionView]


class FamilyView(BaseModel):
    """A family file. The quotient familial is in whole euros; ``version`` names the file as it is here.

    ``missing``: what the family has still to hand in, beside what its members have.
    """

    family_id: UUID
    name: str
    address: AddressView
    quotient_familial: int | None
    guardians: list[GuardianView]
    members: list[MemberView]
    missing: list[str]
    version: str


class FamilyItem(BaseModel):
    """A family in a list."""

    family_id: UUID
    name: str
    city: str
    member_count: int
    guardians: list[str]


class GridLineView(BaseModel):
    """A line of a price grid."""

    label: str
    unit_cents: int
    yours: bool


class SlotView(BaseModel):
    """A part of the day, local times, at the family's own price."""

    code: str
    name: str
    from_time: str
    until_time: str
    unit_price_cents: int


class CandidateView(BaseModel):
    """Whether a member may be enrolled. ``order_id`` is the order to pay when one awaits its payment."""

    member_id: UUID
    first_name: str
    eligible: bool
    reason: str | None
    adhesion_status: Literal["awaiting_payment", "active"] | None
    order_id: UUID | None


class ActivityView(BaseModel):
    """An activity as a family sees it, at its own price."""

    activity_id: UUID
    name: str
    element_name: str
    description: str
    category: str
    season: str
    opens_on: date
    closes_on: date
    regie: RegieView
    adhesion_fee_cents: int
    unit_price_cents: int
    tariff_label: str
    price_grid: list[GridLineView]
    slots: list[SlotView]
    immediate_payment: bool
    members: list[CandidateView]


class OrderLineView(BaseModel):
    """An ordered adhesion."""

    adhesion_id: UUID
    member_id: UUID
    first_name: str
    activity_id: UUID
    activity_name: str
    amount_cents: int


class OrderView(BaseModel):
    """An order. ``payment_status`` is the outcome of its current payment, None while none is known."""

    order_id: UUID
    status: Literal["draft", "awaiting_payment", "paid", "cancelled"]
    lines: list[OrderLineView]
    count: int
    total_cents: int
    regie: RegieView
    payment_id: UUID | None
    payment_status: Literal["refused", "cancelled", "expired", "succeeded"] | None
    payment_reason: str | None
    created_at: datetime
    paid_at: datetime | None


class SurplusView(BaseModel):
    """A sum a family paid that buys nothing: to be given back."""

    payment_id: UUID
    order_id: UUID
    family_id: UUID
    family_name: str
    activity_name: str
    amount_cents: int
    reason: Literal["order_already_paid", "already_enrolled"]
    settled_at: datetime


class ReturnedView(BaseModel):
    """An order in force whose money went back or did not come: the town hall decides what becomes of it."""

    payment_id: UUID
    order_id: UUID
    family_id: UUID
    family_name: str
    activity_name: str
    first_names: list[str]
    amount_cents: int
    returned_cents: int
    money_back: Literal["refunded", "rejected"]
    returned_at: datetime
