"""An agenda as an iCalendar file (RFC 5545, RFC 7986)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vText

from planning.domain.agenda import Agenda, AgendaDay

_REFRESH = timedelta(hours=6)
_ONE_DAY = timedelta(days=1)


def write_calendar(agenda: Agenda) -> bytes:
    """The file. The same agenda gives the same bytes: no moment of writing is in it."""
    calendar = Calendar()
    for name, value in (("prodid", "-//Portail Famille//Planning//FR"), ("version", "2.0"), ("calscale", "GREGORIAN")):
        calendar.add(name, value)
    for name in ("name", "x-wr-calname"):
        calendar.add(name, vText(agenda.name))
    calendar.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    zone = ZoneInfo(agenda.time_zone)
    for day in agenda.days:
        calendar.add_component(_event(day, zone))
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _event(day: AgendaDay, zone: ZoneInfo) -> Event:
    """The uid is the reservation's for ever; ``sequence`` grows with each of its changes."""
    event = Event()
    event.add("uid", str(day.reservation_id))
    event.add("dtstamp", day.changed_at)
    event.add("last-modified", day.changed_at)
    event.add("sequence", day.version - 1)
    begin, end = _times(day, zone)
    event.add("dtstart", begin)
    event.add("dtend", end)
    event.add("summary", day.title)
    event.add("description", day.description)
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event


def _times(day: AgendaDay, zone: ZoneInfo) -> tuple[date, date]:
    """Instants on the commune's clocks, or whole days."""
    if day.hours is None:
        return day.day, day.day + _ONE_DAY
    begin, end = (datetime.combine(day.day, hour, zone) for hour in day.hours)
    return begin, end
