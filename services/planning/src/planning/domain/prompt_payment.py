"""Days that are booked under the condition that they are paid soon: «à payer dans l'heure»."""

from datetime import datetime, timedelta

from planning.domain.calendars import ActivityCalendar
from planning.domain.rules import local_moment


def pay_until(calendar: ActivityCalendar | None, booked_at: datetime, cents: int) -> datetime | None:
    """Until when a day booked now is to be paid. None: it goes on the month's invoice, or costs nothing."""
    if calendar is None or calendar.pay_within is None or cents == 0:
        return None
    return booked_at + calendar.pay_within


def describe_payment(pay_within: timedelta) -> str:
    """The condition in words."""
    return f"À payer en ligne dans {_delay(pay_within)} après la réservation, sinon elle est annulée."


def still_to_pay(until: datetime, time_zone: str) -> str:
    """What is said of a booked day that is not paid yet."""
    return f"À payer avant le {local_moment(until, time_zone)}, sinon ce jour est annulé."


def _delay(within: timedelta) -> str:
    minutes = int(within.total_seconds()) // 60
    if minutes == 60:
        return "l'heure"
    days, hours = divmod(minutes, 1440), divmod(minutes, 60)
    if minutes >= 1440 and days[1] == 0:
        return f"les {days[0] * 24} heures"
    return f"les {hours[0]} heures" if hours[1] == 0 else f"les {minutes} minutes"
