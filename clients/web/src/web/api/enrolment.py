"""enrolment: families, activities, adhesions and their orders."""

from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import Field

from web.api.client import Answer, Api, Page
from web.api.identity import PostalAddress

_BASE = "enrolment/v1"


class Adhesion(Answer):
    """A paid membership of one member in one activity, for a season. Amounts in cents."""

    adhesion_id: UUID
    member_id: UUID
    first_name: str
    activity_id: UUID
    activity_name: str
    season: str
    category: str
    status: Literal["awaiting_payment", "active", "ended"]
    amount_cents: int
    unit_price_cents: int
    tariff_label: str
    valid_from: date
    valid_until: date
    paid_at: datetime | None = None


Diet = Literal["standard", "without_meat", "own_meal"]
"""What a member eats; never why."""


class Guardian(Answer):
    """A parent or guardian."""

    guardian_id: UUID
    first_name: str
    last_name: str
    email: str | None = None
    phone: str | None = None
    account_user_name: str | None = None


class Member(Answer):
    """A child or an adult of the family. ``missing``: what is still to be handed in about them."""

    member_id: UUID
    kind: Literal["child", "adult"]
    first_name: str
    last_name: str
    birth_date: date | None = None
    school: str | None = None
    diet: Diet = "standard"
    missing: list[str] = Field(default_factory=list)
    adhesions: list[Adhesion] = Field(default_factory=list)


class Family(Answer):
    """The family's file. ``version`` names it as it is here; ``missing``: what is still to be handed in of the home."""

    family_id: UUID
    name: str
    address: PostalAddress | None = None
    quotient_familial: int | None = None
    guardians: list[Guardian] = Field(default_factory=list)
    members: list[Member] = Field(default_factory=list)
    missing: list[str] = Field(default_factory=list)
    version: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing, of anybody."""
        return not self.missing and not any(member.missing for member in self.members)


class Regie(Answer):
    """The cash office that invoices and collects."""

    regie_id: UUID
    name: str


class PriceBand(Answer):
    """One line of a price grid; ``yours`` marks the family's own."""

    label: str
    unit_cents: int
    yours: bool = False


class Candidate(Answer):
    """A member, and whether the activity is open to them; the reason when it is not."""

    member_id: UUID
    first_name: str
    eligible: bool
    reason: str | None = None
    adhesion_status: Literal["awaiting_payment", "active", "ended"] | None = None


class ActivitySlot(Answer):
    """A part of the day, local times («08:30»), at the family's own price."""

    name: str
    from_time: str
    until_time: str
    unit_price_cents: int


class Activity(Answer):
    """An activity of a season, with the family's own price."""

    activity_id: UUID
    name: str
    element_name: str
    description: str = ""
    category: str
    season: str
    opens_on: date
    closes_on: date
    regie: Regie
    adhesion_fee_cents: int
    unit_price_cents: int
    tariff_label: str
    price_grid: list[PriceBand] = Field(default_factory=list)
    slots: list[ActivitySlot] = Field(default_factory=list)
    immediate_payment: bool
    members: list[Candidate]


class OrderLine(Answer):
    """One adhesion of an order."""

    adhesion_id: UUID
    member_id: UUID
    first_name: str
    activity_id: UUID
    activity_name: str
    amount_cents: int


class Order(Answer):
    """Adhesions to be paid together."""

    order_id: UUID
    status: Literal["draft", "awaiting_payment", "paid", "cancelled"]
    lines: list[OrderLine]
    count: int
    total_cents: int
    payment_id: UUID | None = None
    payment_status: str | None = None
    payment_reason: str | None = None


async def family(api: Api) -> Family:
    """The caller's family."""
    return await api.get(Family, f"{_BASE}/family")


async def change_coordinates(api: Api, guardian_id: UUID, email: str, phone: str) -> None:
    """Changes the caller's own e-mail address and telephone."""
    await api.command("PUT", f"{_BASE}/family/guardians/{guardian_id}", {"email": email, "phone": phone})


async def activities(api: Api) -> list[Activity]:
    """The commune's activities, as they stand for the family."""
    return await api.get(list[Activity], f"{_BASE}/activities")


async def place_order(api: Api, activity_id: UUID, member_ids: list[UUID]) -> Order:
    """Orders adhesions. ``ApiProblem``: already-enrolled, not-eligible, activity-closed."""
    body = {"activity_id": str(activity_id), "member_ids": [str(member_id) for member_id in member_ids]}
    return await api.send(Order, "POST", f"{_BASE}/adhesion-orders", body)


async def orders(api: Api) -> list[Order]:
    """The family's orders."""
    return await api.get(list[Order], f"{_BASE}/adhesion-orders")


async def order(api: Api, order_id: UUID) -> Order:
    """One order."""
    return await api.get(Order, f"{_BASE}/adhesion-orders/{order_id}")


async def pay_order(api: Api, order_id: UUID) -> Order:
    """Asks for the payment, or gives the one under way."""
    return await api.send(Order, "POST", f"{_BASE}/adhesion-orders/{order_id}/payment")


async def cancel_order(api: Api, order_id: UUID) -> None:
    """Gives up an order. ``ApiProblem`` order-paid."""
    await api.command("DELETE", f"{_BASE}/adhesion-orders/{order_id}")


class FamilyItem(Answer):
    """A family in the town hall's list."""

    family_id: UUID
    name: str
    city: str = ""
    member_count: int
    guardians: list[str] = Field(default_factory=list)


class CommuneAdhesion(Adhesion):
    """An adhesion in the town hall's list."""

    family_id: UUID
    last_name: str = ""
    family_name: str
    money_back: Literal["refunded", "rejected"] | None = None


class SurplusPayment(Answer):
    """A payment of adhesions that buys nothing, to be given back."""

    payment_id: UUID
    family_name: str
    activity_name: str
    amount_cents: int
    reason: Literal["order_already_paid", "already_enrolled"]


class ReturnedPayment(Answer):
    """Adhesions in force whose money went back or did not come."""

    family_id: UUID
    family_name: str
    activity_name: str
    first_names: list[str]
    amount_cents: int
    returned_cents: int
    money_back: Literal["refunded", "rejected"]


class OfferedSlot(Answer):
    """A part of the day for which an activity is booked."""

    code: str
    name: str


class CommuneActivity(Answer):
    """An activity in the town hall's lists. Its season is ``[opens_on, closes_on)``."""

    activity_id: UUID
    name: str
    season: str
    opens_on: date
    closes_on: date
    slots: list[OfferedSlot] = Field(default_factory=list)

    @property
    def last_day(self) -> date:
        """The last day of the season, as people say it."""
        return self.closes_on - timedelta(days=1)


async def families(api: Api, query: str | None = None, cursor: str | None = None) -> Page[FamilyItem]:
    """The commune's families by name, for its staff."""
    return await api.get(Page[FamilyItem], f"{_BASE}/families", {"query": query, "cursor": cursor, "limit": 50})


async def regies(api: Api) -> list[Regie]:
    """The commune's cash offices, for its staff."""
    return await api.get(list[Regie], f"{_BASE}/regies")


async def name_regie(api: Api, regie_id: UUID, name: str) -> None:
    """Creates or renames a cash office. ``ApiProblem`` 422 for a name that is empty or too long."""
    await api.command("PUT", f"{_BASE}/regies/{regie_id}", {"name": name})


async def family_file(api: Api, family_id: UUID) -> Family:
    """A family's file, for the staff. ``ApiProblem`` 404."""
    return await api.get(Family, f"{_BASE}/families/{family_id}")


async def commune_adhesions(
    api: Api,
    *,
    activity_id: UUID | None = None,
    status: str | None = None,
    query: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[CommuneAdhesion]:
    """The commune's adhesions, the latest first, for its staff."""
    parameters = {
        "activity_id": str(activity_id) if activity_id else None,
        "status": status,
        "query": query,
        "cursor": cursor,
        "limit": limit,
    }
    return await api.get(Page[CommuneAdhesion], f"{_BASE}/adhesions", parameters)


async def commune_activities(api: Api) -> list[CommuneActivity]:
    """Every activity, the newest season first, for the staff."""
    return await api.get(list[CommuneActivity], f"{_BASE}/all-activities")


async def surplus_payments(api: Api) -> list[SurplusPayment]:
    """Payments of adhesions that buy nothing, newest first."""
    return (await api.get(Page[SurplusPayment], f"{_BASE}/surplus-payments", {"limit": 100})).items


async def returned_payments(api: Api) -> list[ReturnedPayment]:
    """Adhesions in force whose money went back or did not come, the latest first."""
    return await api.get(list[ReturnedPayment], f"{_BASE}/returned-payments")
