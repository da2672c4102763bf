"""Rules and calendars as they are stored in JSON columns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from planning.domain.absence_policy import AbsencePolicy, AbsenceReason, EarlierRates
from planning.domain.calendars import ActivityCalendar, Closure, During, ExtraOpening, SlotOpening
from planning.domain.deadlines import (
    Counting,
    DayOfMonthDeadline,
    DaysBeforeDeadline,
    Deadline,
    HoursBeforeDeadline,
    SchoolPeriodDeadline,
    WeeklyDeadline,
)
from planning.domain.groups import Group
from planning.domain.rules import DatesDeadline, Rule, Window
from planning.domain.slots import Slot
from planning.domain.supplements import LateRate, Rate, Rates
from planning.domain.waiting_rules import Promotion, Ranking, WaitingRules

Document = dict[str, Any]


def rule_document(rule: Rule) -> Document:
    """A rule as JSON."""
    return {
        "default": _deadline_document(rule.default),
        "week_days": {str(week_day): _deadline_document(deadline) for week_day, deadline in rule.week_days.items()},
        "school_holidays": _deadline_document(rule.school_holidays) if rule.school_holidays else None,
        "dates": [{**_period_document(each), "deadline": _deadline_document(each.deadline)} for each in rule.dates],
        "windows": [
            {
                **_period_document(window),
                "opens_at": window.opens_at.isoformat(timespec="minutes") if window.opens_at else None,
                "closes_at": window.closes_at.isoformat(timespec="minutes"),
            }
            for window in rule.windows
        ],
    }


def read_rule(document: Document) -> Rule:
    """The rule of a stored document. The oldest ones have no exceptions but week days."""
    in_holidays = document.get("school_holidays")
    return Rule(
        default=_read_deadline(document["default"]),
        week_days={int(week_day): _read_deadline(item) for week_day, item in document["week_days"].items()},
        school_holidays=_read_deadline(in_holidays) if in_holidays else None,
        dates=tuple(
            DatesDeadline(*_read_period(item), _read_deadline(item["deadline"])) for item in document.get("dates", ())
        ),
        windows=tuple(
            Window(
                *_read_period(item),
                datetime.fromisoformat(item["opens_at"]) if item["opens_at"] else None,
                datetime.fromisoformat(item["closes_at"]),
            )
            for item in document.get("windows", ())
        ),
    )


def _period_document(period: DatesDeadline | Window) -> Document:
    return {"from": period.from_day.isoformat(), "to": period.to_day.isoformat()}


def _read_period(document: Document) -> tuple[date, date]:
    return date.fromisoformat(document["from"]), date.fromisoformat(document["to"])


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
            Closure(
                date.fromisoformat(item["from_day"]),
                date.fromisoformat(item["to_day"]),
                item["reason"],
                frozenset(item["schools"]),
                frozenset(item["slots"]),
            )
            for item in document["closures"]
        ),
        extra_openings=tuple(
            ExtraOpening(date.fromisoformat(item["day"]), item["reason"], frozenset(item["schools"]))
            for item in document["extra_openings"]
        ),
        slots={code: _read_opening(item) for code, item in document["slots"].items()},
        groups=tuple(Group(**{**item, "schools": frozenset(item["schools"])}) for item in document["groups"]),
        overbooking_percent=document["overbooking_percent"],
        waiting=_read_waiting(document["waiting_list"]),
        absences=_read_absences(document["absence_policy"]),
        pay_within=timedelta(minutes=minutes) if (minutes := document["pay_within_minutes"]) else None,
        shared_places=document["shared_places"],
        needs_complete_file=document["needs_complete_file"],
        arrears_after_days=document["arrears_after_days"],
    )


def calendar_version(calendar: ActivityCalendar) -> str:
    """Names what the town hall decided in a calendar, rules of waiting lists and absences apart."""
    openings = extra_openings_document(calendar.extra_openings)
    decided = [
        *(sorted(calendar.week_days), calendar.during, calendar.capacity, calendar.last_places),
        *(rule_document(calendar.booking_rule), rule_document(calendar.cancelling_rule)),
        *(sorted(closures_document(calendar.closures), key=str), sorted(openings, key=str)),
        *(slot_openings_document(calendar.slots), groups_document(calendar.groups)),
        *(calendar.overbooking_percent, calendar.pay_within and calendar.pay_within.total_seconds()),
        *(calendar.shared_places, calendar.needs_complete_file, calendar.arrears_after_days),
    ]
    return sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()[:32]


def closures_document(closures: Sequence[Closure]) -> list[Document]:
    """Closures as JSON, their schools and slots in alphabetical order."""
    return [
        {
            "from_day": closure.from_day.isoformat(),
            "to_day": closure.to_day.isoformat(),
            "reason": closure.reason,
            "schools": sorted(closure.schools),
            "slots": sorted(closure.slots),
        }
        for closure in closures
    ]


def extra_openings_document(openings: Sequence[ExtraOpening]) -> list[Document]:
    """Extra openings as JSON, the same way."""
    return [
        {"day": opening.day.isoformat(), "reason": opening.reason, "schools": sorted(opening.schools)}
        for opening in openings
    ]


def slot_openings_document(slots: Mapping[str, SlotOpening]) -> Document:
    """What a calendar says of each slot, as JSON."""
    return {
        code: {
            "week_days": None if opening.week_days is None else sorted(opening.week_days),
            "capacity": opening.capacity,
        }
        for code, opening in slots.items()
    }


def groups_document(groups: Sequence[Group]) -> list[Document]:
    """Groups as JSON."""
    return [{**asdict(group), "schools": sorted(group.schools)} for group in groups]


def waiting_document(rules: WaitingRules) -> Document:
    """What the town decided of a waiting list, as JSON."""
    return {
        "is_open": rules.is_open,
        "promotion": rules.promotion,
        "accept_within_minutes": int(rules.accept_within.total_seconds()) // 60,
        "ranking": rules.ranking,
        "sibling_points": rules.sibling_points,
        "first_day_points": rules.first_day_points,
    }


def _read_waiting(document: Document) -> WaitingRules:
    """Empty where the town decided nothing."""
    if not document:
        return WaitingRules()
    return WaitingRules(
        is_open=document["is_open"],
        promotion=Promotion(document["promotion"]),
        accept_within=timedelta(minutes=document["accept_within_minutes"]),
        ranking=Ranking(document["ranking"]),
        sibling_points=document["sibling_points"],
        first_day_points=document["first_day_points"],
    )


def absences_document(policy: AbsencePolicy) -> Document:
    """What the town decided of absences, as JSON."""
    return {
        "excused": sorted(policy.excused),
        "on_proof": sorted(policy.on_proof),
        "grace_days": policy.grace_days,
        "days_to_announce": policy.days_to_announce,
        "rates": asdict(policy.rates),
        "earlier": [{"until": each.until.isoformat(), "rates": asdict(each.rates)} for each in policy.earlier],
    }


def _read_absences(document: Document) -> AbsencePolicy:
    """Empty where the town decided nothing."""
    if not document:
        return AbsencePolicy()
    return AbsencePolicy(
        excused=frozenset(map(AbsenceReason, document["excused"])),
        on_proof=frozenset(map(AbsenceReason, document["on_proof"])),
        grace_days=document["grace_days"],
        days_to_announce=document["days_to_announce"],
        rates=_read_rates(document["rates"]) if "rates" in document else _first_rates(document),
        earlier=tuple(
            EarlierRates(date.fromisoformat(each["until"]), _read_rates(each["rates"]))
            for each in document.get("earlier", ())
        ),
    )


def _first_rates(document: Document) -> Rates:
    """Of the oldest documents: a percentage for who comes without booking, if that."""
    return Rates(unbooked=Rate(document.get("unbooked_percent", 0)))


def _read_rates(document: Document) -> Rates:
    return Rates(Rate(**document["unbooked"]), Rate(**document["absent"]), LateRate(**document["late"]))


def read_slots(documents: Sequence[Document]) -> tuple[Slot, ...]:
    """The slots of an activity, as its event has them."""
    return tuple(
        Slot(
            item["code"],
            item["name"],
            time.fromisoformat(item["from_time"]),
            time.fromisoformat(item["until_time"]),
            frozenset(item["compatible_with"]),
        )
        for item in documents
    )


def _read_opening(document: Document) -> SlotOpening:
    week_days = document["week_days"]
    return SlotOpening(None if week_days is None else frozenset(week_days), document["capacity"])


def _deadline_document(deadline: Deadline) -> Document:
    match deadline:
        case WeeklyDeadline():
            kind = {"kind": "weekly", "week_day": deadline.week_day, "weeks_before": deadline.weeks_before}
        case DaysBeforeDeadline():
            kind = {"kind": "days_before", "days": deadline.days, "counting": deadline.counting}
        case HoursBeforeDeadline():
            begins = deadline.begins and deadline.begins.isoformat("minutes")
            return {"kind": "hours_before", "hours": deadline.hours, "begins": begins}
        case DayOfMonthDeadline():
            month = {"day_of_month": deadline.day_of_month, "months_before": deadline.months_before}
            kind = {"kind": "day_of_month", **month}
        case SchoolPeriodDeadline():
            kind = {"kind": "school_period", "days": deadline.days}
        case _:
            raise TypeError(f"{type(deadline).__name__} has no stored form")
    return {**kind, "time": deadline.time.isoformat("minutes")}


def _read_deadline(document: Document) -> Deadline:
    kind = document["kind"]
    if kind == "hours_before":
        begins = document["begins"]
        return HoursBeforeDeadline(document["hours"], time.fromisoformat(begins) if begins else None)
    moment = time.fromisoformat(document["time"])
    match kind:
        case "weekly":
            return WeeklyDeadline(document["week_day"], moment, document["weeks_before"])
        case "days_before":
            return DaysBeforeDeadline(document["days"], moment, Counting(document["counting"]))
        case "day_of_month":
            return DayOfMonthDeadline(document["day_of_month"], moment, document["months_before"])
        case "school_period":
            return SchoolPeriodDeadline(document["days"], moment)
    raise ValueError(f"unknown kind of deadline: {kind}")
