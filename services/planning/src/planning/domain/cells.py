"""The state of one slot of a day of one activity for one member, with its reason in words.

A past day says first what its list says, another that is booked says that first. Any other day has the first reason
that holds, in this order: out of season, closed, adhesion, the other home's day, past or too late, what the family has
to do first (``blocks``), a place offered or waited for, full. A day that nothing the family does would open does not
ask it for anything; a family that must do something first neither takes a place nor waits for one.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from chassis.french import short_date
from contracts.values import WHOLE_DAY, AttendanceState
from planning.domain.calendars import ActivityCalendar, Holidays
from planning.domain.limits import Taken, full_reason
from planning.domain.prompt_payment import still_to_pay
from planning.domain.rules import Action, Timing, closes_at, describe, explain, local_moment
from planning.domain.slots import Slot


class CellState(StrEnum):
    """What a day looks like to a parent. ``selected`` and ``removing`` are drafted, not yet committed.

    ``present``, ``absent`` and ``present_without_booking``: what the list of a past day says of the member.
    ``excluded``: another slot of the day is kept that does not go with it. ``offered``: a place is held for the member,
    who waited for it. ``other_home``: the day is the other home's of the child; what happens on it is not told.
    """

    AVAILABLE = "available"
    SELECTED = "selected"
    BOOKED = "booked"
    REMOVING = "removing"
    LAST_PLACES = "last_places"
    FULL = "full"
    WAITING = "waiting"
    OFFERED = "offered"
    EXCLUDED = "excluded"
    OTHER_HOME = "other_home"
    CLOSED = "closed"
    DEADLINE_PASSED = "deadline_passed"
    BLOCKED = "blocked"
    ABSENCE_ANNOUNCED = "absence_announced"
    ABSENT_JUSTIFIED = "absent_justified"
    ABSENT_UNJUSTIFIED = "absent_unjustified"
    PRESENT = "present"
    ABSENT = "absent"
    PRESENT_WITHOUT_BOOKING = "present_without_booking"


class BookedBy(StrEnum):
    """Which home of the member booked a day."""

    US = "us"
    OTHER_HOME = "other_home"


@dataclass(frozen=True)
class Moment:
    """When and where a verdict is given: ``today`` is the commune's local day.

    ``help_sentence`` says what a family that is too late can do; empty for the town hall. ``deadlines_set_aside``: it
    grants what a booking or cancelling rule closes, or does not open yet. ``blocks_set_aside``: it grants what a file
    that is not complete, or an overdue invoice, closes.
    """

    now: datetime
    today: date
    time_zone: str
    help_sentence: str
    deadlines_set_aside: bool = False
    blocks_set_aside: bool = False

    def helped(self, sentence: str) -> str:
        """A refusal, and what can be done about it."""
        return f"{sentence} {self.help_sentence}" if self.help_sentence else sentence


@dataclass(slots=True)
class Day:
    """Everything that decides the state of a slot of a day. ``price_cents`` is 0 when no adhesion covers the day.

    Not frozen: one is made for each slot of each day shown, and a frozen one takes twice the time to make.

    ``offered``: the activity has the slot. ``excluded_by`` names a slot that stays on the day and does not go with this
    one, ``replaces`` one that the family can still give up for it. ``waiting_rank``: the family waits, 1 is next;
    ``offered_until``: it has a place to accept. ``freed``: places left are about to be given to those who wait.
    ``is_others``: the day is the other home's of the child. ``pay_until``: it is booked, and given up unless paid.
    ``starts``: when the slot begins, local time. ``slots``: all of the activity. ``school``: the member's.
    ``listed``: whether the list of the day says that the member was there; None: it does not say. ``block``: what the
    family has to do before anything can be booked.
    """

    day: date
    opens_on: date
    closes_on: date
    calendar: ActivityCalendar | None
    slot: str = WHOLE_DAY
    slots: tuple[Slot, ...] = ()
    starts: time | None = None
    school: str | None = None
    blocked_reason: str | None = None
    price_cents: int = 0
    booked_by: BookedBy | None = None
    drafted: Action | None = None
    places: tuple[Taken, ...] = ()
    offered: bool = True
    excluded_by: str | None = None
    replaces: str | None = None
    waiting_rank: int | None = None
    offered_until: datetime | None = None
    freed: bool = False
    attendance: AttendanceState | None = None
    is_others: bool = False
    pay_until: datetime | None = None
    listed: bool | None = None
    block: "Refusal | None" = None


@dataclass(frozen=True)
class Refusal:
    """Why an action on a day is not possible.

    ``general_reason``: as told of several days, where ``reason`` names this one.
    """

    slug: str
    state: CellState
    reason: str
    general_reason: str | None = None

    def of_day(self, day: date, slot: str) -> dict[str, str]:
        """As one of the refused days that ``LinesRefusedError`` names."""
        return {"day": day.isoformat(), "slot": slot, "reason": self.reason, "slug": self.slug}


@dataclass(slots=True)
class Cell:
    """A slot of a day as shown; not frozen, like ``Day``.

    ``wanted``: booked or drafted to be. ``reason`` is set whenever not ``changeable``; ``general_reason``: as told of
    several days, where it names this one.
    ``price_cents`` is 0 where the family has no price: without adhesion, and on the other home's days.
    ``can_wait``: the day is full and has a waiting list.
    """

    day: date
    slot: str
    state: CellState
    wanted: bool
    changeable: bool
    reason: str | None
    price_cents: int
    closes_at: datetime | None
    can_wait: bool = False
    general_reason: str | None = None


ATTENDANCE_REASONS = {
    AttendanceState.ABSENCE_ANNOUNCED: "Absence annoncée : la mairie décidera au vu du justificatif.",
    AttendanceState.ABSENT_JUSTIFIED: "Absence justifiée.",
    AttendanceState.ABSENT_UNJUSTIFIED: "Absence non justifiée : jour facturé.",
}
_LISTED_REASONS = {
    CellState.PRESENT: "Présence pointée sur la liste du jour.",
    CellState.ABSENT: "Absence pointée sur la liste du jour, sans avoir été annoncée : jour facturé.",
    CellState.PRESENT_WITHOUT_BOOKING: "Présence pointée sur la liste du jour, sans réservation.",
}
_CAME_REASON = "Présence pointée sur la liste du jour, malgré l'absence annoncée : jour facturé."
NO_CALENDAR_REASON = "Le calendrier de cette activité n'est pas encore publié par la mairie."
NOT_OFFERED_REASON = "Ce créneau n'est plus proposé."
FREED_REASON = "Complet : une place vient de se libérer, elle va à la liste d'attente."
OTHERS_DAY_REASON = "Autre foyer : d'après le partage des jours enregistré par la mairie, ce jour n'est pas le vôtre."
OTHER_HOME_REASON = "Réservé par l'autre foyer, qui seul peut l'annuler (autre foyer)."


def not_open_before(opens_on: date) -> str:
    """The guide's sentence about a season that has not begun."""
    return f"Cette activité est ouverte à partir du {short_date(opens_on)}"


def booking_refusal(day: Day, holidays: Holidays, moment: Moment) -> Refusal | None:
    """Why a day cannot be booked, None when it can."""
    return (
        _closed(day, holidays)
        or _blocked(day)
        or _others(day, moment)
        or _too_late(Action.BOOK, day, holidays, moment)
        or day.block
        or _already_booked(day)
        or _excluded(day)
        or _offered(day, moment)
        or _waiting(day)
        or _full(day)
    )


def cancelling_refusal(day: Day, holidays: Holidays, moment: Moment) -> Refusal | None:
    """Why a booked day cannot be cancelled, None when it can. A day closed since may still be cancelled."""
    if day.booked_by is not BookedBy.US:
        return Refusal("not-booked", CellState.AVAILABLE, "Ce jour n'est pas, ou plus, réservé.")
    if day.attendance is not None:
        return Refusal("absence-announced", CellState(day.attendance), ATTENDANCE_REASONS[day.attendance])
    return _too_late(Action.CANCEL, day, holidays, moment)


def judge(day: Day, holidays: Holidays, moment: Moment) -> Cell:
    """The state of a day."""
    if day.booked_by is BookedBy.OTHER_HOME and not day.is_others:
        return Cell(day.day, day.slot, CellState.BOOKED, False, False, OTHER_HOME_REASON, 0, None)
    if day.listed is not None and day.day < moment.today and (listed := _judge_listed(day)):
        return listed
    if day.attendance is not None:
        said = ATTENDANCE_REASONS[day.attendance]
        return Cell(day.day, day.slot, CellState(day.attendance), True, False, said, day.price_cents, None)
    if day.booked_by is BookedBy.US:
        return _judge_booked(day, holidays, moment)
    wanted = day.drafted is Action.BOOK
    refusal = booking_refusal(day, holidays, moment)
    if refusal:
        late = _closing(Action.BOOK, day, holidays, moment) if refusal.state in _SHOWS_CLOSING else None
        can_wait = refusal.state is CellState.FULL and day.calendar is not None and day.calendar.waiting.is_open
        return Cell(
            day=day.day,
            slot=day.slot,
            state=refusal.state,
            wanted=wanted,
            changeable=False,
            reason=refusal.reason,
            price_cents=day.price_cents,
            closes_at=late,
            can_wait=can_wait,
            general_reason=refusal.general_reason,
        )
    last = _last_places_reason(day)
    state = CellState.SELECTED if wanted else CellState.LAST_PLACES if last else CellState.AVAILABLE
    reason = f"À choisir à la place de « {day.replaces} »." if day.replaces else last
    closing = _closing(Action.BOOK, day, holidays, moment)
    return Cell(day.day, day.slot, state, wanted, True, reason, day.price_cents, closing)


def _judge_listed(day: Day) -> Cell | None:
    """What the list of a past day says, None where that is the other home's, or adds nothing to what is known."""
    if day.booked_by is BookedBy.US:
        if not day.listed and day.attendance is not None:
            return None
        state = CellState.PRESENT if day.listed else CellState.ABSENT
        reason = _CAME_REASON if day.attendance is not None else _LISTED_REASONS[state]
        return Cell(day.day, day.slot, state, True, False, reason, day.price_cents, None)
    if not day.listed or day.booked_by or day.is_others or day.blocked_reason:
        return None
    wanted, state = day.drafted is Action.BOOK, CellState.PRESENT_WITHOUT_BOOKING
    return Cell(day.day, day.slot, state, wanted, False, _LISTED_REASONS[state], day.price_cents, None)


_SHOWS_CLOSING = (CellState.DEADLINE_PASSED, CellState.FULL, CellState.WAITING)


def _judge_booked(day: Day, holidays: Holidays, moment: Moment) -> Cell:
    removing = day.drafted is Action.CANCEL
    refusal = cancelling_refusal(day, holidays, moment)
    state = CellState.REMOVING if removing else CellState.BOOKED
    closed = _closed(day, holidays)
    reason = refusal.reason if refusal else closed.reason if closed else None
    general = refusal.general_reason if refusal else None
    if day.pay_until:
        to_pay = still_to_pay(day.pay_until, moment.time_zone)
        reason, general = " ".join(filter(None, (to_pay, reason))), general and f"{to_pay} {general}"
    return Cell(
        day=day.day,
        slot=day.slot,
        state=state,
        wanted=not removing,
        changeable=refusal is None,
        reason=reason,
        price_cents=day.price_cents,
        closes_at=_closing(Action.CANCEL, day, holidays, moment),
        general_reason=general,
    )


def outside_season(opens_on: date, closes_on: date, day: date) -> str | None:
    """Why a day is not one of the season ``[opens_on, closes_on)``, None when it is."""
    if day < opens_on:
        return not_open_before(opens_on)
    return f"Cette activité est terminée depuis le {short_date(closes_on)}." if day >= closes_on else None


def _closed(day: Day, holidays: Holidays) -> Refusal | None:
    if outside := outside_season(day.opens_on, day.closes_on, day.day):
        if day.day < day.opens_on:
            return Refusal("season-not-open", CellState.BLOCKED, outside)
        return Refusal("season-ended", CellState.CLOSED, outside)
    if day.calendar is None:
        return Refusal("day-closed", CellState.CLOSED, NO_CALENDAR_REASON)
    if not day.offered:
        return Refusal("day-closed", CellState.CLOSED, NOT_OFFERED_REASON)
    reason_in_words = day.calendar.closed_reason(holidays, day.day, day.slot, school=day.school)
    return Refusal("day-closed", CellState.CLOSED, reason_in_words) if reason_in_words else None


def _blocked(day: Day) -> Refusal | None:
    return Refusal("adhesion-not-paid", CellState.BLOCKED, day.blocked_reason) if day.blocked_reason else None


def _others(day: Day, moment: Moment) -> Refusal | None:
    if not day.is_others:
        return None
    return Refusal("other-homes-day", CellState.OTHER_HOME, moment.helped(OTHERS_DAY_REASON))


def _too_late(action: Action, day: Day, holidays: Holidays, moment: Moment) -> Refusal | None:
    if day.day < moment.today:
        return Refusal("deadline-passed", CellState.DEADLINE_PASSED, "Ce jour est passé.")
    if day.calendar is None or moment.deadlines_set_aside:
        return None
    rule = day.calendar.booking_rule if action is Action.BOOK else day.calendar.cancelling_rule
    verdict = explain(rule, action, day.day, holidays, time_zone=moment.time_zone, now=moment.now, starts=day.starts)
    match verdict.timing:
        case Timing.OPEN:
            return None
        case Timing.EARLY:
            general = f"Pas encore possible. {describe(rule, action)}"
            return Refusal("not-yet-open", CellState.BLOCKED, verdict.sentence, general)
        case Timing.LATE:
            sentence = moment.helped(verdict.sentence)
            general = moment.helped(f"Trop tard. {describe(rule, action)}")
            return Refusal("deadline-passed", CellState.DEADLINE_PASSED, sentence, general)


def _already_booked(day: Day) -> Refusal | None:
    if day.booked_by is None:
        return None
    reason = OTHER_HOME_REASON if day.booked_by is BookedBy.OTHER_HOME else "Ce jour est déjà réservé."
    return Refusal("already-booked", CellState.BOOKED, reason)


def excluded_reason(slot_name: str) -> str:
    """Two slots of a day exclude each other."""
    return f"Ne se cumule pas avec « {slot_name} » le même jour : choisissez l'un ou l'autre."


def _excluded(day: Day) -> Refusal | None:
    if day.excluded_by is None:
        return None
    return Refusal("slot-excluded", CellState.EXCLUDED, excluded_reason(day.excluded_by))


def _offered(day: Day, moment: Moment) -> Refusal | None:
    if day.offered_until is None:
        return None
    until = local_moment(day.offered_until, moment.time_zone)
    reason = f"Une place vous est proposée jusqu'au {until} : acceptez-la dans « Mes listes d'attente »."
    return Refusal("place-offered", CellState.OFFERED, reason)


def _waiting(day: Day) -> Refusal | None:
    if day.waiting_rank is None:
        return None
    return Refusal("already-waiting", CellState.WAITING, f"En liste d'attente, rang {day.waiting_rank}.")


def _full(day: Day) -> Refusal | None:
    counter = next((place.limit.counter for place in day.places if place.free == 0), None)
    if counter is None and day.freed:
        return Refusal("day-full", CellState.FULL, FREED_REASON)
    if counter is None or day.calendar is None:
        return None
    return Refusal("day-full", CellState.FULL, full_reason(day.calendar, day.slots, day.slot, counter))


def _last_places_reason(day: Day) -> str | None:
    free = min((place.free for place in day.places if place.free is not None), default=None)
    if free is None or day.calendar is None or free > day.calendar.last_places:
        return None
    return "Dernière place." if free == 1 else f"Plus que {free} places."


def _closing(action: Action, day: Day, holidays: Holidays, moment: Moment) -> datetime | None:
    if day.calendar is None:
        return None
    rule = day.calendar.booking_rule if action is Action.BOOK else day.calendar.cancelling_rule
    return closes_at(rule, day.day, holidays, moment.time_zone, day.starts)
