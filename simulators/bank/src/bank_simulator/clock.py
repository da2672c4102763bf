"""Two times: what a ticket says, and what a timeout counts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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

    def business(self, instant: datetime) -> datetime:
        """A real instant on the bank's calendar."""
        return (instant + self.offset).astimezone(_PARIS)
