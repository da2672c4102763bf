"""Rules of booking and cancelling as the town hall writes them, and what they say of a day."""

from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.french import WEEK_DAYS
from planning.domain import deadlines, rules
from planning.domain.deadlines import Counting
from planning.entrypoints.http.common import Day, Request

WeekDay = Annotated[int, Field(ge=0, le=6)]
LocalTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""«12:00», of the commune."""
LocalMinute = Annotated[
    str, StringConstraints(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]$")
]
"""«2023-06-01T12:00», of the commune."""


class Period(Request):
    """The half-open period ``[from, to)``, at most 400 days."""

    from_day: Annotated[Day, Field(alias="from")]
    to_day: Annotated[Day, Field(alias="to")]

    @model_validator(mode="after")
    def _is_a_period(self) -> "Period":
        if not 0 < (self.to_day - self.from_day).days <= 400:
            raise ValueError("la période se termine avant de commencer, ou dure plus de 400 jours")
        return self


class WeeklyDeadline(Request):
    """«Thursday 12:00 of the week before»."""

    kind: Literal["weekly"]
    week_day: WeekDay
    time: LocalTime
    weeks_before: Annotated[int, Field(ge=0, le=12)]

    def to_domain(self) -> deadlines.Deadline:
        """The rule."""
        return deadlines.WeeklyDeadline(self.week_day, time.fromisoformat(self.time), self.weeks_before)


class DaysBeforeDeadline(Request):
    """«2 days before at 12:00, not counting week-ends»."""

    kind: Literal["days_before"]
    days: Annotated[int, Field(ge=0, le=90)]
    time: LocalTime
    counting: Counting

    def to_domain(self) -> deadlines.Deadline:
        """The rule."""
        return deadlines.DaysBeforeDeadline(self.days, time.fromisoformat(self.time), self.counting)


class HoursBeforeDeadline(Request):
    """«72 hours before 12:00 of the day»; without ``begins``, before the booked slot starts."""

    kind: Literal["hours_before"]
    hours: Annotated[int, Field(ge=0, le=2160)]
    begins: LocalTime | None = None

    def to_domain(self) -> deadlines.Deadline:
        """The rule."""
        return deadlines.HoursBeforeDeadline(self.hours, time.fromisoformat(self.begins) if self.begins else None)


class DayOfMonthDeadline(Request):
    """«Day 20 of the previous month at 23:59»."""

    kind: Literal["day_of_month"]
    day_of_month: Annotated[int, Field(ge=1, le=31)]
    time: LocalTime
    months_before: Annotated[int, Field(ge=1, le=3)]

    def to_domain(self) -> deadlines.Deadline:
        """The rule."""
        return deadlines.DayOfMonthDeadline(self.day_of_month, time.fromisoformat(self.time), self.months_before)


class SchoolPeriodDeadline(Request):
    """«7 days before the holidays, or the weeks of school between two holidays, begin, at 23:59»."""

    kind: Literal["school_period"]
    days: Annotated[int, Field(ge=0, le=90)]
    time: LocalTime

    def to_domain(self) -> deadlines.Deadline:
        """The rule."""
        return deadlines.SchoolPeriodDeadline(self.days, time.fromisoformat(self.time))


Deadline = Annotated[
    WeeklyDeadline | DaysBeforeDeadline | HoursBeforeDeadline | DayOfMonthDeadline | SchoolPeriodDeadline,
    Field(discriminator="kind"),
]


class DatesDeadline(Period):
    """Another deadline for some dates."""

    deadline: Deadline

    def to_domain(self) -> rules.DatesDeadline:
        """The exception."""
        return rules.DatesDeadline(self.from_day, self.to_day, self.deadline.to_domain())


class Window(Period):
    """When booking these dates opens (null: at any time before) and closes, whatever else the rule allows."""

    opens_at: LocalMinute | None
    closes_at: LocalMinute

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "Window":
        minutes = [_minute(each) for each in (self.opens_at, self.closes_at) if each]
        if minutes != sorted(minutes):
            raise ValueError("l'ouverture est après la clôture")
        if self.opens_at and _minute(self.opens_at).date() >= self.to_day:
            raise ValueError("l'ouverture est après les jours à réserver")
        return self

    def to_domain(self) -> rules.Window:
        """The window."""
        opens_at = _minute(self.opens_at) if self.opens_at else None
        return rules.Window(self.from_day, self.to_day, opens_at, _minute(self.closes_at))


def _minute(text: str) -> datetime:
    """Raises ``ValueError`` for a day that does not exist."""
    return datetime.fromisoformat(text)


class Rule(Request):
    """A deadline, with others for some dates, for the school holidays, for week days («0» = Monday), in that order."""

    default: Deadline
    week_days: dict[Literal["0", "1", "2", "3", "4", "5", "6"], Deadline] = Field(default_factory=dict)
    school_holidays: Deadline | None = None
    dates: Annotated[list[DatesDeadline], Field(max_length=50)] = Field(default_factory=list)
    windows: Annotated[list[Window], Field(max_length=50)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _closes_before_the_day_ends(self) -> "Rule":
        for day, deadline in self.week_days.items():
            if deadline.kind == "weekly" and deadline.weeks_before == 0 and deadline.week_day > int(day):
                told = f"pour le {WEEK_DAYS[int(day)]}, la limite du {WEEK_DAYS[deadline.week_day]}"
                raise ValueError(f"{told} de la même semaine vient après le jour réservé")
        return self

    def to_domain(self) -> rules.Rule:
        """The rule."""
        return rules.Rule(
            default=self.default.to_domain(),
            week_days={int(day): item.to_domain() for day, item in self.week_days.items()},
            school_holidays=self.school_holidays.to_domain() if self.school_holidays else None,
            dates=tuple(each.to_domain() for each in self.dates),
            windows=tuple(window.to_domain() for window in self.windows),
        )


class Explained(BaseModel):
    """Whether a day may be booked, or cancelled, now; from and until when; in words."""

    model_config = ConfigDict(from_attributes=True)

    timing: rules.Timing
    opens_at: datetime | None
    closes_at: datetime
    sentence: str
