"""Time. Business time may stand on another day than real time (demo, tests); tokens and timeouts keep real time."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Where every service reads time."""

    def now(self) -> datetime:
        """Business instant, UTC."""
        ...

    def real_now(self) -> datetime:
        """Real instant, UTC, for tokens, timeouts and signatures."""
        ...


class SystemClock:
    """The machine's clock, business time shifted by a constant; it runs on."""

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self._offset = timedelta(seconds=offset_seconds)

    def now(self) -> datetime:
        """Business instant, UTC."""
        return datetime.now(UTC) + self._offset

    def real_now(self) -> datetime:
        """Real instant, UTC."""
        return datetime.now(UTC)


class StandingClock:
    """A clock that stands where a test puts it."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        """Business instant, UTC."""
        return self.instant

    def real_now(self) -> datetime:
        """Real instant, UTC."""
        return datetime.now(UTC)


def local_day(instant: datetime, time_zone: str) -> date:
    """The calendar day of an instant in a commune's time zone."""
    return instant.astimezone(ZoneInfo(time_zone)).date()
