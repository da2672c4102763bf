"""What families' routes take and answer."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.values import MemberKind, ReservationStatus
from planning.domain.activities import Activity, Price
from planning.domain.calendars import ActivityCalendar
from planning.domain.cells import NO_CALENDAR_REASON, Cell, not_open_before
from planning.domain.members import Member
from planning.domain.outlook import Outlook
from planning.domain.prompt_payment import describe_payment
from planning.domain.review import ReviewedLine, payment_conditions, period_cost, review
from planning.domain.rules import Action, describe
from planning.domain.slots import DaySlot, Slot
from planning.domain.waiting_rules import describe_waiting
from planning.entrypoints.http.common import ChosenDays, Day, SlotOfMember


class SlotView(BaseModel):
    """A part of the day, local times («08:30»). ``name`` is empty when the activity is booked for whole days.

    ``excludes``: names of the slots that nobody can have on the same day.
    """

    code: str
    name: str
    from_time: str | None
    until_time: str | None
    unit_price_cents: int | None
    excludes: list[str]

    @classmethod
    def of(cls, slot: Slot, activity: Activity, price: Price | None) -> "SlotView":
        """Reads a slot."""
        return cls(
            code=slot.code,
            name=slot.name if activity.has_slots or slot not in activity.slots else "",
            from_time=slot.from_time.isoformat("minutes") if slot.from_time else None,
            until_time=slot.until_time.isoformat("minutes") if slot.until_time else None,
            unit_price_cents=price.cents_of(slot.code) if price else None,
            excludes=[other.name for other in activity.slots if activity.slot(slot.code) and slot.excludes(other)],
        )


class ActivityOfMember(BaseModel):
    """An activity in a member's list. ``notice`` is a sentence to show above an open activity.

    ``slots`` is empty when it is booked for whole days.
    """

    activity_id: UUID
    name: str
    element_name: str
    season: str
    opens_on: date
    closes_on: date
    open: bool
    reason: str | None
    notice: str | None
    slots: list[SlotView]

    @classmethod
    def of(cls, outlook: Outlook, member: Member, activity: Activity) -> "ActivityOfMember":
        """Reads the outlook."""
        reason = closed_sentence(outlook, member, activity)
        slots = [SlotView.of(slot, activity, None) for slot in activity.slots if activity.has_slots]
        return cls(
            **_facts(activity), open=reason is None, reason=reason, notice=_notice(outlook, activity), slots=slots
        )


class MemberActivities(BaseModel):
    """A member and the activities it has or could have."""

    member_id: UUID
    first_name: str
    kind: MemberKind
    activities: list[ActivityOfMember]

    @classmethod
    def of_family(cls, outlook: Outlook) -> "list[MemberActivities]":
        """Every member of the family."""
        return [
            cls(
                member_id=member.member_id,
                first_name=member.first_name,
                kind=member.kind,
                activities=[
                    ActivityOfMember.of(outlook, member, activity)
                    for activity in outlook.activities_of(member, outlook.moment.today)
                ],
            )
            for member in outlook.members.values()
        ]


class ActivityPlanning(BaseModel):
    """A row of the planning: its cells by day, then in the order of the slots.

    ``waiting_list`` says how places that are freed are given on; null where nobody can wait. ``payment_condition`` says
    how soon what is booked is to be paid; null where it goes on the month's invoice. ``block``: what must be done
    before anything can be booked, whatever the day; null: nothing.
    """

    activity_id: UUID
    name: str
    element_name: str
    season: str
    opens_on: date
    closes_on: date
    open: bool
    blocked_reason: str | None
    notice: str | None
    block: str | None
    unit_price_cents: int | None
    tariff_label: str | None
    booking_rule: str
    cancelling_rule: str
    payment_condition: str | None
    waiting_list: str | None
    slots: list[SlotView]
    cells: list[Cell]

    @classmethod
    def of(cls, outlook: Outlook, member: Member, activity: Activity, days: list[date]) -> "ActivityPlanning":
        """Judges every day."""
        drafted = {
            line.what.when: line.action
            for line in outlook.draft
            if (line.member_id, line.activity_id) == (member.member_id, activity.activity_id)
        }
        slots = outlook.slots_of(member, activity)
        whens = [DaySlot(day, slot.code) for day in days for slot in slots]
        price = outlook.first_price(member.member_id, activity.activity_id, days)
        reason = closed_sentence(outlook, member, activity)
        block = outlook.blocks.get((member.member_id, activity.activity_id))
        return cls(
            **_facts(activity),
            open=reason is None,
            blocked_reason=reason,
            notice=_notice(outlook, activity),
            block=block.reason if block else None,
            unit_price_cents=price.unit_cents if price else None,
            tariff_label=price.tariff_label if price else None,
            booking_rule=_rule(activity.calendar, Action.BOOK),
            cancelling_rule=_rule(activity.calendar, Action.CANCEL),
            payment_condition=_payment_condition(activity.calendar),
            waiting_list=_waiting_list(activity.calendar),
            slots=[SlotView.of(slot, activity, price) for slot in slots],
            cells=[outlook.cell(member, activity, when, drafted.get(when)) for when in whens],
        )


class MemberName(BaseModel):
    """Whose planning it is."""

    member_id: UUID
    first_name: str


class Planning(BaseModel):
    """The planning of a member over the half-open period ``[from, to)``.

    ``open_offers``: places that the family can accept, of any member and day. ``custody``: which days of a child of two
    homes are the family's, in words. ``family``: all its members, when they are asked for.
    """

    model_config = ConfigDict(populate_by_name=True)

    member: MemberName
    from_day: Annotated[date, Field(alias="from")]
    to_day: Annotated[date, Field(alias="to")]
    today: date
    activities: list[ActivityPlanning]
    period_cost_cents: int
    draft_count: int
    open_offers: int
    custody: str | None
    family: list[MemberActivities] | None = None

    @classmethod
    def of(cls, outlook: Outlook, member: Member, days: list[date], to_day: date, *, family: bool) -> "Planning":
        """Judges every day of every activity."""
        activities = outlook.activities_of(member, days[0])
        custody = outlook.custodies.get(member.member_id)
        return cls(
            member=MemberName(member_id=member.member_id, first_name=member.first_name),
            from_day=days[0],
            to_day=to_day,
            today=outlook.moment.today,
            activities=[ActivityPlanning.of(outlook, member, activity, days) for activity in activities],
            period_cost_cents=period_cost(outlook, member.member_id, (days[0], to_day)),
            draft_count=len(outlook.draft),
            open_offers=len(outlook.offers),
            custody=custody.describe(outlook.family_id, "Vos jours") if custody else None,
            family=MemberActivities.of_family(outlook) if family else None,
        )


class WantedDays(ChosenDays):
    """All days wanted of an activity in the half-open period ``[from, to)``: whole days, or by code of its slots."""

    from_day: Annotated[Day, Field(alias="from")]
    to_day: Annotated[Day, Field(alias="to")]


class DraftLineView(SlotOfMember):
    """One line of the recapitulation. ``can_wait``: the day is full and has a waiting list."""

    line_id: UUID
    season: str
    action: Action
    tariff_label: str
    unit_price_cents: int
    amount_cents: int
    possible: bool
    reason: str | None
    can_wait: bool = False

    @classmethod
    def of(cls, reviewed: ReviewedLine) -> "DraftLineView":
        """Reads a reviewed line."""
        return cls(
            line_id=reviewed.line.line_id,
            member_id=reviewed.member.member_id,
            first_name=reviewed.member.first_name,
            activity_id=reviewed.activity.activity_id,
            activity_name=reviewed.activity.name,
            season=reviewed.activity.season,
            element_name=reviewed.element_name,
            day=reviewed.line.day,
            slot=reviewed.line.slot,
            action=reviewed.line.action,
            tariff_label=reviewed.tariff_label,
            unit_price_cents=reviewed.unit_price_cents,
            amount_cents=reviewed.amount_cents,
            possible=reviewed.refusal is None,
            reason=reviewed.refusal.reason if reviewed.refusal else None,
            can_wait=reviewed.can_wait,
        )


class Draft(BaseModel):
    """The recapitulation before commit. ``total_cents`` is the sum of the lines.

    ``payment_conditions``: what is to be paid soon after the commit, in words, by activity.
    """

    lines: list[DraftLineView]
    count: int
    total_cents: int
    saved_at: datetime | None
    payment_conditions: list[str]

    @classmethod
    def of(cls, outlook: Outlook) -> "Draft":
        """Reviews the draft."""
        reviewed_lines = review(outlook)
        lines = [DraftLineView.of(reviewed) for reviewed in reviewed_lines]
        saved_at = max((line.saved_at for line in outlook.draft), default=None)
        return cls(
            lines=lines,
            count=len(lines),
            total_cents=sum(x.amount_cents for x in lines),
            saved_at=saved_at,
            payment_conditions=payment_conditions(reviewed_lines),
        )


class CommittedBasket(BaseModel):
    """What was booked and cancelled. ``pay_until``: when what is to be paid first is given up; null: nothing is."""

    basket_id: UUID
    lines: list[DraftLineView]
    count: int
    total_cents: int
    pay_until: datetime | None = None


class ReservationOfFamily(SlotOfMember):
    """A reservation, in force or cancelled."""

    reservation_id: UUID
    status: ReservationStatus
    unit_price_cents: int
    booked_at: datetime
    cancelled_at: datetime | None


def closed_sentence(outlook: Outlook, member: Member, activity: Activity) -> str | None:
    """Why nothing of an activity can be booked, None when something can."""
    return outlook.blocked_reason(member, activity) or (None if activity.calendar else NO_CALENDAR_REASON)


def _facts(activity: Activity) -> dict[str, object]:
    names = ("activity_id", "name", "element_name", "season", "opens_on", "closes_on")
    return {name: getattr(activity, name) for name in names}


def _notice(outlook: Outlook, activity: Activity) -> str | None:
    return not_open_before(activity.opens_on) if outlook.moment.today < activity.opens_on else None


def _waiting_list(calendar: ActivityCalendar | None) -> str | None:
    return describe_waiting(calendar.waiting) if calendar and calendar.waiting.is_open else None


def _payment_condition(calendar: ActivityCalendar | None) -> str | None:
    return describe_payment(calendar.pay_within) if calendar and calendar.pay_within else None


def _rule(calendar: ActivityCalendar | None, action: Action) -> str:
    if calendar is None:
        return NO_CALENDAR_REASON
    return describe(calendar.booking_rule if action is Action.BOOK else calendar.cancelling_rule, action)
