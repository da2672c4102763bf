"""The portal's business time, which may stand years from the real one."""

from datetime import date, datetime, timedelta

from driver.api import Api


class BusinessClock:
    """Reads it as everyone does: from the commune's public description."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def today(self) -> date:
        return date.fromisoformat(self._api.get("identity", "/commune")["today"])

    def now(self) -> datetime:
        return datetime.fromisoformat(self._api.get("identity", "/commune")["now"])


def days_from(first: date, count: int, week_days: tuple[int, ...]) -> list[date]:
    """The first ``count`` days from ``first`` that fall on these week days (0 = Monday)."""
    found: list[date] = []
    day = first
    while len(found) < count:
        if day.weekday() in week_days:
            found.append(day)
        day += timedelta(days=1)
    return found
