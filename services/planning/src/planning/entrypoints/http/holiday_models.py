"""What the routes of holidays take and answer."""

from collections.abc import Set
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AliasPath, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from planning.application.ports import HolidayYear
from planning.domain.calendars import SchoolHoliday
from planning.domain.holiday_years import version_of
from planning.entrypoints.http.common import Day, Request, Sentence
from planning.entrypoints.http.rule_models import Period, WeekDay


class SchoolHolidayPeriod(Period):
    """School holidays."""

    name: Sentence


class PublicHoliday(Request):
    """A day on which no activity takes place."""

    day: Day
    name: Sentence


class Holidays(Request):
    """The holidays that begin in a school year (1 September to 31 August), as the town wants them.

    ``version`` names them as they were read: written only while they are so.
    """

    version: Annotated[str, StringConstraints(max_length=64)] | None = None
    school: Annotated[list[SchoolHolidayPeriod], Field(max_length=30)]
    public: Annotated[list[PublicHoliday], Field(max_length=40)]

    @model_validator(mode="after")
    def _names_each_day_once(self) -> "Holidays":
        if len({holiday.day for holiday in self.public}) < len(self.public):
            raise ValueError("deux jours fériés ont la même date")
        return self

    def school_periods(self) -> list[SchoolHoliday]:
        """The school holidays."""
        return [SchoolHoliday(period.from_day, period.to_day, period.name) for period in self.school]

    def public_days(self) -> dict[date, str]:
        """The public holidays by day."""
        return {holiday.day: holiday.name for holiday in self.public}


class HolidaysView(Holidays):
    """Holidays of a school year. ``school_holidays_known`` is False when the town must write them itself."""

    version: str
    school_year: int
    zone: str
    school_holidays_known: bool
    edited: bool

    @classmethod
    def of(cls, year: HolidayYear) -> "HolidaysView":
        """Reads a year."""
        return cls(
            version=version_of(year.school, year.public),
            school_year=year.school_year,
            zone=year.zone,
            school_holidays_known=year.school_holidays_known,
            edited=year.edited,
            school=[SchoolHolidayPeriod(from_day=p.from_day, to_day=p.to_day, name=p.name) for p in year.school],
            public=[PublicHoliday(day=day, name=name) for day, name in sorted(year.public.items())],
        )


class SchoolWeek(Request):
    """The week days of school, 0 is Monday."""

    week_days: Annotated[list[WeekDay], Field(min_length=1, max_length=7)]

    @classmethod
    def of(cls, week_days: Set[int]) -> "SchoolWeek":
        """In their order."""
        return cls(week_days=sorted(week_days))


class TouchedDay(BaseModel):
    """A coming day of which something is booked that does not take place, and why."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    closed_reason: str
    reservations: int = Field(validation_alias=AliasPath("booked", "reservations"))
    families: int = Field(validation_alias=AliasPath("booked", "families"))


class TouchedActivity(BaseModel):
    """An activity with its touched days."""

    model_config = ConfigDict(from_attributes=True)

    activity_id: UUID
    activity_name: str
    days: list[TouchedDay]
