"""What the use cases ask of the database and of the calendars' libraries."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from chassis.idempotency import KeyedRequest
from contracts.event import Event
from planning.domain.activities import Activity, Entitlement
from planning.domain.blocks import OwedInvoice
from planning.domain.calendars import ActivityCalendar, Holidays, SchoolHoliday
from planning.domain.counters import Taking
from planning.domain.custody import Custody
from planning.domain.drafts import DraftLine, Wish
from planning.domain.limits import CountedSlot, Limit
from planning.domain.members import Member
from planning.domain.outlook import Booking, Spot
from planning.domain.rules import Action
from planning.domain.slots import ActivitySlot, DaySlot, MemberSlot
from planning.domain.trail import Actor, Trace


@dataclass(frozen=True)
class Commune:
    """What planning uses of a commune's description."""

    time_zone: str
    school_zone: str
    postal_code: str
    phone: str


@dataclass(frozen=True)
class NewReservation:
    """A reservation to be made, its price frozen. It takes a place from each of the ``counters``, up to their limits.

    ``excluded_slots``: those of the activity that the member cannot have on the same day. ``pay_until``: when it is
    given up unless it is paid.
    """

    reservation_id: UUID
    member_id: UUID
    activity_id: UUID
    regie_id: UUID
    day: date
    slot: str
    unit_price_cents: int
    tariff_label: str
    counters: tuple[Limit, ...]
    excluded_slots: tuple[str, ...]
    pay_until: datetime | None


@dataclass(frozen=True)
class Cancellation:
    """A reservation to be cancelled, as it was read."""

    reservation_id: UUID
    version: int
    member_id: UUID


@dataclass(frozen=True)
class Basket:
    """What a family commits, whole or not at all, and what goes with it: its event, its traces, its answer.

    It holds what it was judged by (calendars' version, draft lines), so that it is not committed when that has changed.
    ``draft``: None when it is not the family's draft that is committed, which is then left alone. ``taken``: places by
    counter. ``answer`` is kept for the request's key. ``told``: what else is published, for the family to know.
    """

    basket_id: UUID
    family_id: UUID
    committed_at: datetime
    calendar_version: int
    draft: Sequence[DraftLine] | None
    booked: Sequence[NewReservation]
    cancelled: Sequence[Cancellation]
    taken: Mapping[CountedSlot, Taking]
    event: Event
    actor: Actor
    traces: Sequence[Trace]
    request: KeyedRequest | None
    answer: bytes
    told: Event | None = None


@dataclass(frozen=True)
class KeptAnswer:
    """What was answered to a request with the same key."""

    request_hash: bytes
    body: bytes


@dataclass(frozen=True)
class Holdings:
    """What is read for a family. ``draft`` and ``offers`` are whole; bookings, places (booked, by counter), spots on
    waiting lists, freed slots and what lists say (who was there) are of a period; slots waited for by anybody, of the
    days on which the draft cancels. ``missing`` of its file; ``owed``, the longest due first.
    """

    calendar_version: int
    activities: Mapping[UUID, Activity]
    holidays: Holidays
    draft: tuple[DraftLine, ...]
    members: Mapping[UUID, Member]
    entitlements: tuple[Entitlement, ...]
    bookings: Mapping[MemberSlot, Booking]
    places: Mapping[ActivitySlot, Mapping[str, int]]
    spots: Mapping[MemberSlot, Spot]
    offers: Mapping[MemberSlot, datetime]
    freed: Set[ActivitySlot]
    waited: Set[ActivitySlot]
    custodies: Mapping[UUID, Custody]
    listed: Mapping[MemberSlot, bool]
    missing: tuple[str, ...]
    owed: tuple[OwedInvoice, ...]
    kept: KeptAnswer | None


@dataclass(frozen=True)
class HolidayYear:
    """The holidays that begin in one school year (1 September of ``school_year`` to 31 August).

    ``school_holidays_known`` is False when no source had them; ``edited`` when the town wrote them itself.
    """

    school_year: int
    zone: str
    school_holidays_known: bool
    edited: bool
    school: Sequence[SchoolHoliday]
    public: Mapping[date, str]


def holidays_of(years: Sequence[HolidayYear], school_week: Set[int]) -> Holidays:
    """The holidays of all school years together, and the week days of school (0 is Monday)."""
    return Holidays(
        public={day: name for year in years for day, name in year.public.items()},
        school=tuple(period for year in years for period in year.school),
        school_week=frozenset(school_week),
    )


class HolidaySource(Protocol):
    """Proposes the holidays of a school year."""

    def propose(self, school_year: int, zone: str, postal_code: str) -> HolidayYear:
        """What the libraries know; an unknown zone or year has no school holidays."""
        ...


class HolidayStore(Protocol):
    """The editable table of holidays, and the week of school."""

    async def holiday_years(self) -> Sequence[HolidayYear]:
        """The years that are there, with their holidays."""
        ...

    async def replace_holiday_year(self, year: HolidayYear) -> None:
        """Writes a year in place of what was there."""
        ...

    async def school_week(self) -> Set[int]:
        """The week days of school (0 is Monday): the town's own, or those of most communes."""
        ...


class CalendarStore(HolidayStore, Protocol):
    """Calendars of activities."""

    async def lock_calendars(self) -> None:
        """Waits for the baskets being committed and makes the next ones wait."""
        ...

    async def activity(self, activity_id: UUID) -> Activity | None:
        """An activity with its calendar."""
        ...

    def version_of(self, calendar: ActivityCalendar) -> str:
        """Names what the town hall decided in a calendar: another name once anything of it differs."""
        ...

    async def replace_school_week(self, week_days: Set[int]) -> None:
        """Writes the week days of school."""
        ...

    async def replace_calendar(self, activity: Activity, calendar: ActivityCalendar) -> None:
        """Writes a calendar, and its limits on the days already counted (never below what is booked).

        Where slots begin or cease to share places, what is booked is counted anew.
        """
        ...


class OutlookStore(Protocol):
    """What a family's planning is read from."""

    def now(self) -> datetime:
        """Business instant, UTC."""
        ...

    async def holdings(
        self,
        family_id: UUID,
        period: tuple[date, date] | None,
        request: KeyedRequest | None = None,
        listed_before: date | None = None,
    ) -> Holdings:
        """Everything of a family; bookings and places of a half-open period, by default of the draft's days.

        With what was answered to the request before; and with what the lists say of those of its days that are before
        ``listed_before``: no list is looked at without.
        """
        ...


class BasketStore(OutlookStore, Protocol):
    """Where drafts are committed."""

    async def commit(self, basket: Basket) -> bool:
        """Commits a basket, durably; False when what it was judged by has changed: then nothing was."""
        ...


class DraftStore(OutlookStore, Protocol):
    """Drafts."""

    async def lock_draft(self, family_id: UUID) -> None:
        """One change or commit of a family's draft at a time; calendars stand still meanwhile."""
        ...

    async def replace_lines(self, family_id: UUID, wish: Wish, lines: Mapping[DaySlot, Action]) -> None:
        """Makes these the draft lines of the wish's member, activity and period."""
        ...

    async def delete_lines(self, family_id: UUID, line_ids: Sequence[UUID]) -> int:
        """Deletes lines of the family's draft; returns how many there were."""
        ...

    async def delete_draft(self, family_id: UUID) -> None:
        """Empties the family's draft."""
        ...
