"""The business clock's distance from the real one."""

from datetime import datetime
from zoneinfo import ZoneInfo

from portail_local.errors import LocalError

NOW = "now"
ZONE = ZoneInfo("Europe/Paris")


def offset_seconds(at: str, now: datetime) -> int:
    """Seconds to add to the aware instant `now` so that business time starts at `at`, a local time of Paris.

    Raises LocalError when `at` is neither "now" nor a date with an optional time.
    """
    if at == NOW:
        return 0
    try:
        start = datetime.fromisoformat(at)
    except ValueError as error:
        raise LocalError(f"--at {at} : écrivez par exemple 2022-07-04T09:00, ou now.") from error
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZONE)
    return round((start - now).total_seconds())
