"""Rules and calendars as they are stored in JSON columns."""

from datetime import date, time
from typing import Any

from planning.domain.calendars import ActivityCalendar, Closure, During
from planning.domain.rules import Counting, DaysBeforeDeadline, Deadline, Rule, WeeklyDeadline

Document = dict[str, Any]


def rule_document(rule: Rule) -> Document:
    """A rule as JSON."""
    return {
        "default": _deadline_document(rule.default),
        "week_days": {str(week_day): _deadline_document(deadline) for week_day, deadline in rule.week_days.items()},
    }


def read_rule(document: Document) -> Rule:
    """The rule of a stored document."""
    exceptions = {int(week_day): _read_deadline(item) for week_day, item in document["week_days"].items()}
    return Rule(_read_deadline(document["default"]), exceptions)


def read_calendar(document: Document) -> ActivityCalendar:
    """The calendar of an activity, as the queries gather it."""
    return ActivityCalendar(
        week_days=frozenset(document["week_days"]),
        during=During(document["during"]),
        capacity=document["capacity"],
        last_places=document["last_places"],
        booking_rule=read_rule(document["booking_rule"]),
        cancelling_rule=read_rule(document["cancelling_rule"]),
        closures=tuple(
            Closure(date.fromisoformat(item["from_day"]), date.fromisoformat(item["to_day"]), item["reason"])
            for item in document["closures"]
        ),
        extra_openings={date.fromisoformat(item["day"]): item["reason"] for item in document["extra_openings"]},
    )


def _deadline_document(deadline: Deadline) -> Document:
    moment = deadline.time.isoformat("minutes")
    match deadline:
        case WeeklyDeadline():
            kind = {"kind": "weekly", "week_day": deadline.week_day, "weeks_before": deadline.weeks_before}
        case DaysBeforeDeadline():
            kind = {"kind": "days_before", "days": deadline.days, "counting": deadline.counting}
        case _:
            raise TypeError(f"{type(deadline).__name__} has no stored form")
    return {**kind, "time": moment}


def _read_deadline(document: Document) -> Deadline:
    moment = time.fromisoformat(document["time"])
    if document["kind"] == "weekly":
        return WeeklyDeadline(document["week_day"], moment, document["weeks_before"])
    return DaysBeforeDeadline(document["days"], moment, Counting(document["counting"]))
