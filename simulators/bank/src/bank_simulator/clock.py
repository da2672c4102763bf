"""Two times: what a ticket says, and what a timeout counts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Clock:
    """``offset`` moves the business time only, so that a demonstration can stand on a given day."""

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """The real instant, in UTC: sessions and timeouts."""
        return datetime.now(UTC)

    def business_now(self) -> datetime:
        """The bank's date and time, in Paris: tickets, card expiry, messages to the shop."""
        return self.business(self.now())

    def real_day(self, business: datetime | None = None) -> date:
        """The real day in Paris of an instant on the bank's calendar, today's by default: what shops' servers say."""
        instant = self.now() if business is None else business - self.offset
        return instant.astimezone(_PARIS).date()

    def business(self, instant: datetime) -> datetime:
        """A real instant on the bank's calendar."""
        return (instant + self.offset).astimezone(_PARIS)
