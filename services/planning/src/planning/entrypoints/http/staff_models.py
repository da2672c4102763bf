"""What the town hall's routes take and answer."""

from datetime import date, datetime, time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from contracts.values import ReservationStatus
from planning.application.ports import HolidayYear
from planning.domain import calendars, rules
from planning.domain.rules import Counting
from planning.entrypoints.http.common import Day, Request, Sentence

WeekDay = Annotated[int, Field(ge=0, le=6)]
LocalTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""«12:00», of the commune."""
Places = Annotated[int, Field(ge=0, le=100_000)]


class WeeklyDeadline(Request):
    """«Thursday 12:00 of the week before»."""

    kind: Literal["weekly"]
    week_day: WeekDay
    time: LocalTime
    weeks_before: Annotated[int, Field(ge=0, le=12)]

    def to_domain(self) -> rules.Deadline:
        """The rule."""
        return rules.WeeklyDeadline(self.week_day, time.fromisoformat(self.time), self.weeks_before)


class DaysBeforeDeadline(Request):
    """«2 days before at 12:00, not counting week-ends»."""

    kind: Literal["days_before"]
    days: Annotated[int, Field(ge=0, le=90)]
    time: LocalTime
    counting: Counting

    def to_domain(self) -> rules.Deadline:
        """The rule."""
        return rules.DaysBeforeDeadline(self.days, time.fromisoformat(self.time), self.counting)


Deadline = Annotated[WeeklyDeadline | DaysBeforeDeadline, Field(discriminator="kind")]


class Rule(Request):
    """A deadline, with others for some week days («0» = Monday) of the booked day."""

    default: Deadline
    week_days: dict[Literal["0", "1", "2", "3", "4", "5", "6"], Deadline] = Field(default_factory=dict)

    def to_domain(self) -> rules.Rule:
        """The rule."""
        return rules.Rule(
            self.default.to_domain(), {int(day): item.to_domain() for day, item in self.week_days.items()}
        )


class Period(Request):
    """The half-open period ``[from, to)``, at most 400 days."""

    from_day: Annotated[Day, Field(alias="from")]
    to_day: Annotated[Day, Field(alias="to")]

    @model_validator(mode="after")
    def _is_a_period(self) -> "Period":
        if not 0 < (self.to_day - self.from_day).days <= 400:
            raise ValueError("la période se termine avant de commencer, ou dure plus de 400 jours")
        return self


class Closure(Period):
    """The activity does not take place."""

    reason: Sentence


class ExtraOpening(Request):
    """The activity takes place on a day outside its week days or period."""

    day: Day
    reason: Sentence


class Calendar(Request):
    """What the town decides for an activity."""

    week_days: Annotated[list[WeekDay], Field(max_length=7)]
    during: calendars.During
    capacity: Places | None
    last_places: Places
    booking_rule: Rule
    cancelling_rule: Rule
    closures: Annotated[list[Closure], Field(max_length=200)] = Field(default_factory=list)
    extra_openings: Annotated[list[ExtraOpening], Field(max_length=200)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_each_once(self) -> "Calendar":
        if len({(c.from_day, c.to_day) for c in self.closures}) < len(self.closures):
            raise ValueError("deux fermetures ont les mêmes dates")
        if len({opening.day for opening in self.extra_openings}) < len(self.extra_openings):
            raise ValueError("deux ouvertures exceptionnelles ont la même date")
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
            closures=tuple(calendars.Closure(c.from_day, c.to_day, c.reason) for c in self.closures),
            extra_openings={opening.day: opening.reason for opening in self.extra_openings},
        )


class CalendarView(Calendar):
    """A calendar, its rules in words, and what the town should know about it."""

    booking_rule_text: str
    cancelling_rule_text: str
    notices: list[str]


class SchoolHolidayPeriod(Period):
    """School holidays."""

    name: Sentence


class PublicHoliday(Request):
    """A day on which no activity takes place."""

    day: Day
    name: Sentence


class Holidays(Request):
    """The holidays that begin in a school year (1 September to 31 August), as the town wants them."""

    school: Annotated[list[SchoolHolidayPeriod], Field(max_length=30)]
    public: Annotated[list[PublicHoliday], Field(max_length=40)]

    @model_validator(mode="after")
    def _names_each_once(self) -> "Holidays":
        if len({period.from_day for period in self.school}) < len(self.school):
            raise ValueError("deux périodes de vacances commencent le même jour")
        if len({holiday.day for holiday in self.public}) < len(self.public):
            raise ValueError("deux jours fériés ont la même date")
        return self


class HolidaysView(Holidays):
    """Holidays of a school year. ``school_holidays_known`` is False when the town must write them itself."""

    school_year: int
    zone: str
    school_holidays_known: bool
    edited: bool

    @classmethod
    def of(cls, year: HolidayYear) -> "HolidaysView":
        """Reads a year."""
        return cls(
            school_year=year.school_year,
            zone=year.zone,
            school_holidays_known=year.school_holidays_known,
            edited=year.edited,
            school=[SchoolHolidayPeriod(from_day=p.from_day, to_day=p.to_day, name=p.name) for p in year.school],
            public=[PublicHoliday(day=day, name=name) for day, name in sorted(year.public.items())],
        )


class Expected(BaseModel):
    """Someone expected on a day."""

    model_config = ConfigDict(from_attributes=True)

    member_id: UUID
    first_name: str
    last_name: str
    family_name: str | None
    slot: str
    status: ReservationStatus


class DayList(BaseModel):
    """Who is expected on a day."""

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


class DayCount(BaseModel):
    """Places taken of a slot of a day."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    slot: str
    activity_id: UUID
    activity_name: str
    booked: int
    capacity: int | None
