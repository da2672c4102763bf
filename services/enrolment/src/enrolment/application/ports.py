"""What the use cases need from the world."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from chassis.outbox import Outgoing
from contracts.event import Event
from contracts.events import PaymentReversed
from enrolment.domain.activity import Activity, Regie
from enrolment.domain.adhesion import Adhesion, Entitlement, Price
from enrolment.domain.eligibility import AdhesionStatus
from enrolment.domain.family import Family, Guardian, Member
from enrolment.domain.order import Order, Payment, SurplusReason


class Outbox(Protocol):
    """Time, and events that leave with the transaction."""

    def now(self) -> datetime:
        """Business instant, UTC."""
        ...

    def local_day(self, instant: datetime) -> date:
        """Calendar day in the commune."""
        ...

    async def publish(self, event: Event, *, sequence: int) -> None:
        """Sends an event if and only if the transaction commits."""
        ...

    async def publish_all(self, events: Sequence[Outgoing]) -> None:
        """The same of several, in their order."""
        ...


class Families(Protocol):
    """Family files. Locking a family serialises everything that concerns its orders and adhesions."""

    async def open_family(self, family: Family) -> tuple[Family, int]:
        """Creates the file when absent, locks it, gives what is stored and its version (0: just created)."""
        ...

    async def lock_family(self, family_id: UUID) -> tuple[Family, int]:
        """Locks a file and reads it, with its version. Raises ``NotFoundError``."""
        ...

    async def lock_quotients(self, family_ids: Collection[UUID]) -> dict[UUID, int | None]:
        """Locks files and reads their quotient familial."""
        ...

    async def write_file(self, family: Family) -> int:
        """Stores name, address and guardians; gives the new version. Raises ``GuardianElsewhereError``."""
        ...

    async def write_guardian(self, family_id: UUID, guardian: Guardian) -> int:
        """Stores one guardian's contact details; gives the family's new version."""
        ...

    async def write_quotient(self, family_id: UUID, quotient_familial: int | None) -> None:
        """Stores the QF."""
        ...

    async def lock_members(self, family_id: UUID, member_ids: Collection[UUID]) -> None:
        """Locks these members and those of the family; homes that share a child never wait for each other."""
        ...

    async def write_members(self, members: Sequence[Member]) -> set[UUID]:
        """Stores members; gives the ids of those that are new or differ."""
        ...

    async def unlink_members(self, family_id: UUID, keep: Collection[UUID]) -> set[UUID]:
        """Takes out of the family every member not in ``keep``; gives their ids."""
        ...

    async def link_members(self, family_id: UUID, member_ids: Sequence[UUID]) -> set[UUID]:
        """Puts members in the family in this order; gives the ids of those that were not in it."""
        ...

    async def bump_members(self, member_ids: Collection[UUID]) -> list[tuple[Member, tuple[UUID, ...], int]]:
        """Raises versions; gives each member with the families it belongs to and its new version."""
        ...

    async def have_current_adhesions(self, family_id: UUID, member_ids: Collection[UUID], today: date) -> bool:
        """Whether any of the members has an adhesion of this family that is in force or waits for its payment."""
        ...


class Catalogue(Protocol):
    """Régies and activities."""

    async def write_regie(self, regie: Regie) -> bool:
        """Stores a régie; whether it is new or differs."""
        ...

    async def find_regie(self, regie_id: UUID) -> Regie:
        """Raises ``NotFoundError``."""
        ...

    async def bump_activities_of(self, regie_id: UUID) -> list[tuple[Activity, int]]:
        """Raises the versions of a régie's activities and gives them."""
        ...

    async def lock_activity(self, activity_id: UUID) -> Activity | None:
        """Locks an activity for change and reads it."""
        ...

    async def hold_activity(self, activity_id: UUID) -> Activity:
        """Reads an activity and keeps it from changing until the end. Raises ``NotFoundError``.

        Held before the family is locked, never after.
        """
        ...

    async def hold_activities(self, activity_ids: Collection[UUID]) -> dict[UUID, Activity]:
        """``hold_activity`` of several, by id."""
        ...

    async def write_activity(self, activity: Activity) -> int:
        """Stores an activity; gives its new version."""
        ...


class Orders(Protocol):
    """Orders, their payments and the adhesions they bring."""

    async def find_order(self, order_id: UUID) -> Order | None:
        """Reads an order."""
        ...

    async def open_orders(self, family_id: UUID, activity_id: UUID) -> list[Order]:
        """Orders of a family for an activity that are neither paid nor cancelled."""
        ...

    async def adhesion_statuses(self, family_id: UUID, activity_id: UUID) -> dict[UUID, AdhesionStatus]:
        """By member: ACTIVE, or else AWAITING_PAYMENT. Drafts and cancelled ones do not count."""
        ...

    async def insert_order(self, order: Order) -> None:
        """Stores a new order with its lines."""
        ...

    async def write_order(self, order: Order, *, paid_at: datetime | None = None) -> None:
        """Stores the status and current payment of an order, and the amount and status of its lines not in force."""
        ...

    async def find_payment(self, payment_id: UUID) -> Payment | None:
        """Reads a payment."""
        ...

    async def find_orders(self, order_ids: Collection[UUID]) -> list[Order]:
        """Reads orders."""
        ...

    async def find_payments(self, payment_ids: Collection[UUID]) -> list[Payment]:
        """Reads payments."""
        ...

    async def write_orders(self, orders: Sequence[tuple[Order, datetime | None]]) -> None:
        """``write_order`` of several, each with its instant of payment."""
        ...

    async def write_payments(self, payments: Sequence[Payment]) -> None:
        """Stores payments, new or known."""
        ...

    async def enrolled_members(self, family_ids: Sequence[UUID]) -> set[tuple[UUID, UUID, UUID]]:
        """Family, activity and member of the families' adhesions in force."""
        ...

    async def activate(self, adhesions: Sequence[tuple[Adhesion, datetime, date]]) -> None:
        """Puts adhesions in force at version 1: each with the instant it was paid and the day of its first price."""
        ...

    async def insert_surplus(self, payment: Payment, amount_cents: int, reason: SurplusReason, at: datetime) -> None:
        """Keeps for the town hall a sum that buys nothing."""
        ...

    async def insert_return(self, back: PaymentReversed) -> None:
        """Keeps that money of a payment went back, once."""
        ...


class Entitlements(Protocol):
    """Prices of the adhesions in force."""

    async def entitlements(
        self, on: date, *, family_id: UUID | None = None, activity_id: UUID | None = None, hold: bool = True
    ) -> list[Entitlement]:
        """Adhesions in force of a family or of an activity that last beyond ``on``, with the price fixed for that day.

        Locks their families, unless they are only looked at.
        """
        ...

    async def write_prices(self, effective_from: date, prices: dict[UUID, Price]) -> dict[UUID, int]:
        """Stores new prices by adhesion; gives the adhesions' new versions."""
        ...


class Store(Outbox, Families, Catalogue, Orders, Entitlements, Protocol):
    """Everything, in one transaction."""
