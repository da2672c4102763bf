"""A month that is invoiced."""

from dataclasses import dataclass
from datetime import date, timedelta

from chassis.french import month_of

PAYMENT_DAYS = 30
"""Days a family has to pay, from the day of issue."""

AUTOMATIC_RUN_DAYS = 7
"""The scheduled run of the previous month happens on one of the first days of a month, so that a service that was
down on the first still invoices."""


@dataclass(frozen=True, order=True)
class Period:
    """One calendar month, named by its first day."""

    first_day: date

    def __post_init__(self) -> None:
        """Raises ``ValueError`` when the day is not the first of a month."""
        if self.first_day.day != 1:
            raise ValueError("a period starts on the first day of a month")

    @classmethod
    def parse(cls, month: str) -> "Period":
        """Reads ``2022-09``. Raises ``ValueError``."""
        return cls(date.fromisoformat(f"{month}-01"))

    @property
    def end(self) -> date:
        """The first day after the month."""
        return (self.first_day + timedelta(days=31)).replace(day=1)

    @property
    def previous(self) -> "Period":
        """The month before."""
        return Period((self.first_day - timedelta(days=1)).replace(day=1))

    @property
    def name(self) -> str:
        """In words: «septembre 2022»."""
        return month_of(self.first_day)

    def has_ended(self, today: date) -> bool:
        """Whether the whole month is past."""
        return today >= self.end


def period_to_run(today: date) -> Period | None:
    """The month that the scheduled run invoices on that day; None when it is not the time of the month."""
    if today.day > AUTOMATIC_RUN_DAYS:
        return None
    return Period(today.replace(day=1)).previous


def due_day(issued_on: date) -> date:
    """The last day to pay an invoice."""
    return issued_on + timedelta(days=PAYMENT_DAYS)
