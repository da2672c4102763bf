"""What the town hall's routes take and answer."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AliasPath, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from contracts.values import AttendanceState, ReservationStatus
from planning.domain import calendars, groups
from planning.entrypoints.http.common import Day, Request, Sentence, SlotCode
from planning.entrypoints.http.list_parts import PartsOfList
from planning.entrypoints.http.rule_models import Explained, Period, Rule, WeekDay

Age = Annotated[int, Field(ge=0, le=130)]
Places = Annotated[int, Field(ge=0, le=100_000)]


Schools = Annotated[list[Sentence], Field(max_length=50)]
"""As the members' files name them; an empty list means all."""


class Closure(Period):
    """The activity does not take place, for members of these schools, in these slots; an empty list means all."""

    reason: Sentence
    schools: Schools = Field(default_factory=list)
    slots: Annotated[list[SlotCode], Field(max_length=12)] = Field(default_factory=list)

    def to_domain(self) -> calendars.Closure:
        """The closure."""
        whom = (frozenset(self.schools), frozenset(self.slots))
        return calendars.Closure(self.from_day, self.to_day, self.reason, *whom)


class ExtraOpening(Request):
    """The activity takes place on a day outside its week days or period, for members of these schools."""

    day: Day
    reason: Sentence
    schools: Schools = Field(default_factory=list)

    def to_domain(self) -> calendars.ExtraOpening:
        """The opening."""
        return calendars.ExtraOpening(self.day, self.reason, frozenset(self.schools))


class SlotOpening(Request):
    """What differs for one slot. None: as the calendar says."""

    week_days: Annotated[list[WeekDay], Field(max_length=7)] | None = None
    capacity: Places | None = None

    def to_domain(self) -> calendars.SlotOpening:
        """The opening."""
        week_days = None if self.week_days is None else frozenset(self.week_days)
        return calendars.SlotOpening(week_days, self.capacity)


class Group(Request):
    """Members of an age, in whole years on the day (bounds included), and of these schools; none named means any.

    ``capacity``: places of the group in each slot; ``reserved``: places that nobody outside the group can take.
    """

    code: SlotCode
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    from_age: Age | None = None
    to_age: Age | None = None
    schools: Schools = Field(default_factory=list)
    capacity: Places | None = None
    reserved: Places = 0

    @model_validator(mode="after")
    def _means_someone(self) -> "Group":
        if self.from_age is not None and self.to_age is not None and self.from_age > self.to_age:
            raise ValueError("l'âge le plus bas dépasse le plus haut")
        if self.from_age is None and self.to_age is None and not self.schools:
            raise ValueError("un groupe se définit par un âge ou une école")
        return self

    def to_domain(self) -> groups.Group:
        """The group."""
        return groups.Group(**{**self.model_dump(), "schools": frozenset(self.schools)})


class Calendar(Request):
    """What the town decides for an activity.

    ``pay_within_minutes``: what is booked is to be paid online within that time (15 minutes to 7 days), or is given up;
    null: it goes on the month's invoice. ``shared_places``: slots that overlap share one room, ``capacity`` is how many
    may be there at the same moment (the groups' too) and a slot's own is a limit beside it; otherwise each slot has
    places of its own. ``needs_complete_file``: who has still something to hand in cannot book. ``arrears_after_days``:
    nor can a family with an invoice that many days, or more, after the last day to pay it; null: whatever it owes.
    ``version`` names the calendar as it was read: published only while that one is in force.
    """

    version: Annotated[str, StringConstraints(max_length=64)] | None = None
    week_days: Annotated[list[WeekDay], Field(max_length=7)]
    during: calendars.During
    capacity: Places | None
    last_places: Places
    booking_rule: Rule
    cancelling_rule: Rule
    closures: Annotated[list[Closure], Field(max_length=200)] = Field(default_factory=list)
    extra_openings: Annotated[list[ExtraOpening], Field(max_length=200)] = Field(default_factory=list)
    slots: Annotated[dict[SlotCode, SlotOpening], Field(max_length=12)] = Field(default_factory=dict)
    groups: Annotated[list[Group], Field(max_length=12)] = Field(default_factory=list)
    overbooking_percent: Annotated[int, Field(ge=0, le=100)] = 0
    pay_within_minutes: Annotated[int, Field(ge=15, le=10080)] | None = None
    shared_places: bool = False
    needs_complete_file: bool = False
    arrears_after_days: Annotated[int, Field(ge=1, le=365)] | None = None

    @model_validator(mode="after")
    def _shares_something(self) -> "Calendar":
        if self.shared_places and self.capacity is None:
            raise ValueError("indiquez combien de places les créneaux partagent")
        return self

    @model_validator(mode="after")
    def _groups_fit(self) -> "Calendar":
        if len({group.code for group in self.groups}) < len(self.groups):
            raise ValueError("deux groupes ont le même code")
        reserved = [group.reserved for group in self.groups if group.reserved]
        if len(reserved) > 3:
            raise ValueError("trois groupes au plus ont des places réservées")
        if reserved and (self.capacity is None or sum(reserved) > self.capacity):
            raise ValueError("les places réservées dépassent la capacité, ou il n'y a pas de capacité")
        return self

    @model_validator(mode="after")
    def _names_each_once(self) -> "Calendar":
        closed = {(c.from_day, c.to_day, frozenset(c.schools), frozenset(c.slots)) for c in self.closures}
        if len(closed) < len(self.closures):
            raise ValueError("deux fermetures ont les mêmes dates, pour les mêmes écoles et les mêmes créneaux")
        if len({(o.day, frozenset(o.schools)) for o in self.extra_openings}) < len(self.extra_openings):
            raise ValueError("deux ouvertures exceptionnelles ont la même date, pour les mêmes écoles")
        return self

    def to_domain(self) -> calendars.ActivityCalendar:
        """The calendar."""
        return calendars.ActivityCalendar(
            week_days=frozenset(self.week_days),
            during=self.during,
            capacity=self.capacity,
            last_places=self.last_places,
            booking_rule=self.booking_rule.to_domain(),
            cancelling_rule=self.cancelling_rule.to_domain(),
            closures=tuple(closure.to_domain() for closure in self.closures),
            extra_openings=tuple(opening.to_domain() for opening in self.extra_openings),
            slots={code: opening.to_domain() for code, opening in self.slots.items()},
            groups=tuple(group.to_domain() for group in self.groups),
            overbooking_percent=self.overbooking_percent,
            pay_within=timedelta(minutes=self.pay_within_minutes) if self.pay_within_minutes else None,
            shared_places=self.shared_places,
            needs_complete_file=self.needs_complete_file,
            arrears_after_days=self.arrears_after_days,
        )


class CalendarView(Calendar):
    """A calendar, its rules in words, and what the town should know about it.

    ``places_text``: whether slots that overlap share places; null where none overlap or places are only counted.
    ``blocks_text``: whether a file that is not complete, or arrears, close booking; null where neither does.
    """

    version: str
    booking_rule_text: str
    cancelling_rule_text: str
    places_text: str | None
    blocks_text: str | None
    notices: list[str]


class CalendarToTry(Period):
    """A calendar that is not published, and the period ``[from, to)`` to see it on, at most 400 days."""

    calendar: Calendar


class PreviewedDay(BaseModel):
    """A day under a calendar. ``closed_reason`` is null when the activity takes place.

    ``for_some``: what is decided for some schools or slots only, in words.
    """

    model_config = ConfigDict(from_attributes=True)

    day: date
    closed_reason: str | None
    for_some: list[str]
    booking: Explained
    cancelling: Explained
    reservations: int = Field(validation_alias=AliasPath("booked", "reservations"))
    families: int = Field(validation_alias=AliasPath("booked", "families"))


class OverfullDay(BaseModel):
    """A day on which more is booked than there are places, in a slot or, where slots share them, at the same moment.

    ``of_whom``: of a group, or outside of places that are reserved, in words; null: of all.
    """

    model_config = ConfigDict(from_attributes=True)

    day: date
    booked: int
    places: int
    of_whom: str | None


class CalendarPreview(BaseModel):
    """A calendar on the days of a period. ``touched``: the coming days that are booked and would be closed.

    ``overfull``: those on which more is booked than there would be places; that stays booked. ``closed_families``: how
    many of those enrolled could book nothing today, for what is missing of their file or an overdue invoice.
    """

    booking_rule_text: str
    cancelling_rule_text: str
    places_text: str | None
    blocks_text: str | None
    closed_families: int
    days: list[PreviewedDay]
    touched: list[PreviewedDay]
    overfull: list[OverfullDay]


class Expected(BaseModel):
    """Someone who booked a day. ``attendance``: an absence that was announced; who has none is expected."""

    model_config = ConfigDict(from_attributes=True)

    member_id: UUID
    first_name: str
    last_name: str
    family_name: str | None
    slot: str
    status: ReservationStatus
    attendance: AttendanceState | None


class DayList(PartsOfList):
    """Who booked a day, of the part that is asked for; ``count``: how many of them are expected."""

    day: date
    activity_id: UUID
    count: int
    capacity: int | None
    reservations: list[Expected]


class ReservationOfCommune(Expected):
    """A reservation, in force or cancelled."""

    reservation_id: UUID
    family_id: UUID
    activity_id: UUID
    activity_name: str
    element_name: str
    day: date
    unit_price_cents: int
    booked_at: datetime
    cancelled_at: datetime | None


class ReservationPage(BaseModel):
    """A page of reservations."""

    items: list[ReservationOfCommune]
    next_cursor: str | None


class RoomCount(BaseModel):
    """The room that a slot shares: how many are expected at its fullest moment, whatever their slot, and how many may
    be there.
    """

    model_config = ConfigDict(from_attributes=True)

    expected: int = Field(validation_alias="present")
    places: int


class DayCount(BaseModel):
    """How many booked a slot of a day; ``expected``: those of them whose absence was not announced.

    Places that are only offered are in neither. ``capacity`` is the slot's own; ``room``: that which it shares with the
    slots that overlap, null where it shares none.
    """

    model_config = ConfigDict(from_attributes=True)

    day: date
    slot: str
    slot_name: str | None
    activity_id: UUID
    activity_name: str
    booked: int
    expected: int
    capacity: int | None
    room: RoomCount | None = None
