"""planning: the days of each member, the draft, the reservations."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from web.api.client import Answer, Api, Page
from web.api.day_lists import Part, PartsOfList

_BASE = "planning/v1"
WHOLE_DAY = "day"
"""The slot of an activity that has none of its own."""

DaySlot = tuple[date, str]
"""A day and the code of one of its slots."""

CellState = Literal[
    "available",
    "selected",
    "booked",
    "removing",
    "last_places",
    "full",
    "waiting",
    "offered",
    "excluded",
    "other_home",
    "closed",
    "deadline_passed",
    "blocked",
    "absence_announced",
    "absent_justified",
    "absent_unjustified",
    "present",
    "absent",
    "present_without_booking",
]


class Slot(Answer):
    """A part of the day, local times («08:30»). ``name`` is empty when the activity is booked for whole days.

    ``excludes``: names of the slots that nobody can have on the same day.
    """

    code: str = WHOLE_DAY
    name: str = ""
    from_time: str | None = None
    until_time: str | None = None
    unit_price_cents: int | None = None
    excludes: list[str] = Field(default_factory=list)


class MemberActivity(Answer):
    """An activity of a member; ``reason`` says why it is not open. No ``slots``: it is booked for whole days."""

    activity_id: UUID
    name: str
    open: bool
    reason: str | None = None
    slots: list[Slot] = Field(default_factory=list)


class PlanningMember(Answer):
    """A member who has a planning."""

    member_id: UUID
    first_name: str
    activities: list[MemberActivity] = Field(default_factory=list)


class MemberName(Answer):
    """Whose planning it is."""

    member_id: UUID
    first_name: str


class Cell(Answer):
    """One slot of a day of one activity. ``wanted``: booked, or drafted to be booked.

    ``can_wait``: it is full and has a waiting list. ``general_reason``: the reason as told of several days, where it
    names this one.
    """

    day: date
    slot: str = WHOLE_DAY
    state: CellState
    wanted: bool
    changeable: bool
    reason: str | None = None
    price_cents: int = 0
    closes_at: datetime | None = None
    can_wait: bool = False
    general_reason: str | None = None


class DayToGrant(Answer):
    """A slot of a day that the town hall can grant all the same."""

    day: date
    slot: str = WHOLE_DAY


class PlanningActivity(Answer):
    """One activity's row of the planning, with its rules in words.

    ``waiting_list`` says how places that are freed are given on; None without such a list. ``block``: what must be done
    before anything can be booked. Told to the town hall, which can set it aside: ``late``, what a deadline closes, and
    ``blocked``, what must be done first; some are in both.
    """

    activity_id: UUID
    name: str
    element_name: str
    season: str
    opens_on: date
    closes_on: date
    open: bool
    blocked_reason: str | None = None
    block: str | None = None
    unit_price_cents: int | None = None
    tariff_label: str | None = None
    booking_rule: str | None = None
    cancelling_rule: str | None = None
    payment_condition: str | None = None
    waiting_list: str | None = None
    slots: list[Slot] = Field(default_factory=lambda: [Slot()])
    cells: list[Cell]
    late: list[DayToGrant] = Field(default_factory=list)
    blocked: list[DayToGrant] = Field(default_factory=list)


class Planning(Answer):
    """A member's planning of a half-open period. ``open_offers``: places that the family can accept, of any day.

    ``custody``: which days are the family's, in words; None when they are not shared with another home. ``family``: all
    its members.
    """

    member: MemberName
    today: date
    activities: list[PlanningActivity]
    period_cost_cents: int
    draft_count: int
    open_offers: int = 0
    custody: str | None = None
    family: list[PlanningMember]


class DraftLine(Answer):
    """One change not yet made. ``amount_cents`` is negative for a cancelled day. ``can_wait``: full, with a list."""

    line_id: UUID
    member_id: UUID
    first_name: str
    activity_name: str
    element_name: str
    season: str = ""
    day: date
    action: Literal["book", "cancel"]
    tariff_label: str
    amount_cents: int
    possible: bool = True
    reason: str | None = None
    can_wait: bool = False


class Draft(Answer):
    """The family's changes, kept until «Terminer». ``payment_conditions``: what is to be paid soon after, in words."""

    lines: list[DraftLine]
    count: int
    total_cents: int
    saved_at: datetime | None = None
    payment_conditions: list[str] = Field(default_factory=list)


class Committed(Answer):
    """What «Terminer» has booked and cancelled. ``pay_until``: when what is to be paid first is given up."""

    basket_id: UUID
    lines: list[DraftLine]
    count: int
    total_cents: int
    pay_until: datetime | None = None


def chosen_days(activity_id: UUID, whens: Iterable[DaySlot]) -> dict[str, object]:
    """Slots of days of an activity, as requests name them."""
    days: dict[str, list[str]] = {}
    for day, slot in sorted(whens):
        days.setdefault(slot, []).append(day.isoformat())
    return {"activity_id": str(activity_id), "days": days.pop(WHOLE_DAY, []), "slots": days}


async def members(api: Api) -> list[PlanningMember]:
    """The family's members, with their activities."""
    return await api.get(list[PlanningMember], f"{_BASE}/members")


async def planning(api: Api, member_id: UUID, start: date, end: date) -> Planning:
    """A member's planning from ``start`` until before ``end`` (at most 62 days)."""
    query = {"member_id": str(member_id), "from": start.isoformat(), "to": end.isoformat(), "with_family": "true"}
    return await api.get(Planning, f"{_BASE}/planning", query)


async def save_days(
    api: Api, member_id: UUID, activity_id: UUID, *, start: date, end: date, wanted: Iterable[DaySlot]
) -> None:
    """Says all slots of days wanted of an activity in the period. ``ApiProblem`` lines-refused: nothing is changed."""
    body = {
        "from": start.isoformat(),
        "to": end.isoformat(),
        **chosen_days(activity_id, wanted),
    }
    await api.command("PUT", f"{_BASE}/draft/members/{member_id}", body)


async def draft(api: Api) -> Draft:
    """The family's draft, each line checked again."""
    return await api.get(Draft, f"{_BASE}/draft")


async def drop_draft(api: Api) -> None:
    """«Tout supprimer»."""
    await api.command("DELETE", f"{_BASE}/draft")


async def drop_line(api: Api, line_id: UUID) -> None:
    """Takes one change out of the draft."""
    await api.command("DELETE", f"{_BASE}/draft/lines/{line_id}")


async def drop_impossible_lines(api: Api) -> None:
    """Keeps only what can still be booked."""
    await api.command("DELETE", f"{_BASE}/draft/impossible-lines")


async def commit(api: Api) -> Committed:
    """«Terminer»: whole or not at all. ``ApiProblem``: lines-refused, draft-empty."""
    return await api.send(Committed, "POST", f"{_BASE}/draft/commit")


class SlotOfDay(Answer):
    """A slot of an activity on one day, with what is counted there."""

    day: date
    slot: str = WHOLE_DAY
    slot_name: str | None = None
    activity_id: UUID
    activity_name: str

    @property
    def name(self) -> str:
        """The activity and, where it has several, the slot."""
        return f"{self.activity_name} – {self.slot_name}" if self.slot_name else self.activity_name


class RoomCount(Answer):
    """A room that slots share: how many are expected at the fullest moment of one of them, and its places."""

    expected: int
    places: int


class DayCount(SlotOfDay):
    """How many booked, and how many of them are not announced absent; ``capacity`` None when there is no limit.

    ``room``: that which the slot shares with those that overlap.
    """

    booked: int
    expected: int
    capacity: int | None = None
    room: RoomCount | None = None


class Expected(Answer):
    """Someone who booked a day; expected unless ``attendance`` says that an absence was announced."""

    member_id: UUID
    first_name: str
    last_name: str
    family_name: str | None = None
    attendance: str | None = None


class DayList(PartsOfList):
    """Who booked one activity on one day, of the part that is asked for; ``count``: how many are expected."""

    count: int
    capacity: int | None = None
    reservations: list[Expected]


class CommuneReservation(Answer):
    """A reservation, in force or cancelled."""

    reservation_id: UUID
    member_id: UUID
    first_name: str
    activity_id: UUID
    element_name: str
    day: date
    status: Literal["booked", "cancelled"]
    unit_price_cents: int


async def day_counts(api: Api, start: date, end: date) -> list[DayCount]:
    """How many booked from ``start`` until before ``end``; days on which nobody ever booked are left out."""
    query = {"from": start.isoformat(), "to": end.isoformat()}
    return await api.get(list[DayCount], f"{_BASE}/day-counts", query)


async def day_list(api: Api, day: date, activity_id: UUID, slot: str, part: Part) -> DayList:
    """Who booked a slot. ``ApiProblem`` 404 for an activity planning does not know, or a group it does not have."""
    query = {"day": day.isoformat(), "activity_id": str(activity_id), "slot": slot, **part.query}
    return await api.get(DayList, f"{_BASE}/day", query)


async def family_reservations(
    api: Api, family_id: UUID, start: date, end: date, cursor: str | None = None
) -> Page[CommuneReservation]:
    """A family's reservations from ``start`` until before ``end`` (at most 366 days), by day, for the staff."""
    query = {
        "family_id": str(family_id),
        "from": start.isoformat(),
        "to": end.isoformat(),
        "cursor": cursor,
        "limit": 100,
    }
    return await api.get(Page[CommuneReservation], f"{_BASE}/all-reservations", query)
