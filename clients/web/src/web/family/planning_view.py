"""What the planning page shows: each day with its state in words, and the reasons of closed days told once each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import ascii_lowercase
from typing import Any
from uuid import UUID

from web.api.errors import ApiProblem
from web.api.planning import WHOLE_DAY, Cell, CellState, DaySlot, Planning, PlanningActivity, PlanningMember, Slot
from web.i18n import gettext as _
from web.rendering.formatting import hours, long_date, money

Choice = Mapping[UUID, frozenset[DaySlot]]
"""Slots of days ticked per activity, when a form is shown again."""


@dataclass(frozen=True)
class Mark:
    """How a state looks and is called: a word, an icon and a colour, never the colour alone."""

    word: str
    icon: str


def marks() -> dict[CellState, Mark]:
    """The legend, in the order shown."""
    return {
        "available": Mark(_("Libre"), ""),
        "selected": Mark(_("À réserver : pas encore validé"), "hourglass"),
        "booked": Mark(_("Réservé"), "check"),
        "removing": Mark(_("À annuler : pas encore validé"), "minus"),
        "last_places": Mark(_("Dernières places"), "users"),
        "full": Mark(_("Complet"), "circle-x"),
        "waiting": Mark(_("En liste d'attente"), "hourglass"),
        "offered": Mark(_("Place proposée : à accepter"), "star"),
        "excluded": Mark(_("Ne se cumule pas avec un autre créneau"), "lock"),
        "other_home": Mark(_("Jour de l'autre foyer"), "house"),
        "closed": Mark(_("Fermé"), ""),
        "deadline_passed": Mark(_("Délai passé"), "clock"),
        "blocked": Mark(_("Pas ouvert pour l'instant"), "lock"),
        "absence_announced": Mark(_("Absence annoncée"), "hourglass"),
        "absent_justified": Mark(_("Absence justifiée"), "check"),
        "absent_unjustified": Mark(_("Absence non justifiée"), "circle-x"),
        "present": Mark(_("Présent"), "user-check"),
        "absent": Mark(_("Absent"), "user-x"),
        "present_without_booking": Mark(_("Présent sans réservation"), "user-plus"),
    }


@dataclass(frozen=True)
class Reason:
    """Why some days cannot be changed; ``letter`` marks them in the grid."""

    letter: str
    sentence: str
    days: list[date]


@dataclass(frozen=True)
class Day:
    """One slot of a day, ready to be drawn.

    The town hall can set aside its deadline (``late``), or what the family has to do first (``blocked``).
    """

    cell: Cell
    slot_name: str
    mark: Mark
    letter: str
    ticked: bool
    late: bool = False
    blocked: bool = False

    @property
    def granted(self) -> bool:
        """Whether only the town hall can change it."""
        return self.late or self.blocked

    @property
    def tickable(self) -> bool:
        """Whether who sees it can change it."""
        return self.cell.changeable or self.granted

    @property
    def spoken(self) -> str:
        """All of it in words: «Matin du jeudi 1er septembre 2022 : Libre, 5,00 €»."""
        price = f", {money(self.cell.price_cents)}" if self.tickable and self.cell.price_cents else ""
        reason = f". {self.cell.reason}" if self.cell.reason else ""
        return f"{told(self.cell.day, self.slot_name)} : {self.mark.word}{price}{reason}"


def field_name(kind: str, activity_id: UUID, slot: str) -> str:
    """What the form calls a slot's days («jours») and its «toute la période» («tout»)."""
    return f"{kind}.{activity_id}" if slot == WHOLE_DAY else f"{kind}.{activity_id}.{slot}"


def told(day: date, slot_name: str) -> str:
    """«Matin du jeudi 1er septembre 2022», or the day alone when slots have no name."""
    return _("%(slot)s du %(day)s") % {"slot": slot_name, "day": long_date(day)} if slot_name else long_date(day)


@dataclass(frozen=True)
class Line:
    """The days of one slot."""

    slot: Slot
    days: list[Day]

    @property
    def hours(self) -> str:
        """«8h30 – 12h», empty when the activity does not say."""
        begin, end = self.slot.from_time, self.slot.until_time
        return hours(begin, end) if begin and end else ""


@dataclass(frozen=True)
class Row:
    """One activity of the planning."""

    activity: PlanningActivity
    lines: list[Line]
    reasons: list[Reason]

    @property
    def days(self) -> list[Day]:
        """Those of all lines."""
        return [day for line in self.lines for day in line.days]

    @property
    def can_wait(self) -> bool:
        """Whether a full day of the period has a waiting list."""
        return any(day.cell.can_wait for day in self.days)

    @property
    def is_changeable(self) -> bool:
        """Whether any day of the period can be changed."""
        return any(day.tickable for day in self.days)

    @property
    def is_whole(self) -> bool:
        """Whether every day that can be changed is ticked."""
        changeable = [day for day in self.days if day.cell.changeable]
        return bool(changeable) and all(day.ticked for day in changeable)


def first_enrolled(members: Sequence[PlanningMember]) -> PlanningMember:
    """The first who is enrolled somewhere, else the first."""
    enrolled = (m for test in ("open", "any") for m in members if any(a.open or test == "any" for a in m.activities))
    return next(enrolled, members[0])


def rows(planning: Planning, choice: Choice | None = None) -> list[Row]:
    """The planning's rows, but for what is locked; ``choice`` replaces what is ticked where days can be changed."""
    return [_row(activity, choice) for activity in planning.activities if not _is_locked(activity)]


def locked(planning: Planning) -> list[PlanningActivity]:
    """Activities to which the member has no access, and no day of: one sentence says more than a month of locks."""
    return [activity for activity in planning.activities if _is_locked(activity)]


def _is_locked(activity: PlanningActivity) -> bool:
    return activity.blocked_reason is not None and not any(cell.wanted for cell in activity.cells)


def _row(activity: PlanningActivity, choice: Choice | None) -> Row:
    reasons = _reasons(activity.cells)
    known = marks()
    chosen = choice.get(activity.activity_id, frozenset()) if choice is not None else None
    names = {slot.code: slot.name for slot in activity.slots}
    late, blocked = ({(each.day, each.slot) for each in days} for days in (activity.late, activity.blocked))
    days = [
        Day(
            cell=cell,
            slot_name=names[cell.slot],
            mark=known[cell.state],
            letter=reasons[key].letter if (key := _key(cell)) else "",
            ticked=(cell.day, cell.slot) in chosen
            if chosen is not None and (cell.changeable or (cell.day, cell.slot) in late | blocked)
            else cell.wanted,
            late=(cell.day, cell.slot) in late,
            blocked=(cell.day, cell.slot) in blocked,
        )
        for cell in activity.cells
    ]
    lines = [Line(slot, [day for day in days if day.cell.slot == slot.code]) for slot in activity.slots]
    return Row(activity, lines, [*reasons.values()])


def _reasons(cells: list[Cell]) -> dict[str, Reason]:
    """By what days have in common; days of one deadline are told its rule, one day alone its own sentence."""
    alike: dict[str, list[Cell]] = {}
    for cell in cells:
        if key := _key(cell):
            alike.setdefault(key, []).append(cell)
    return {
        key: Reason(
            letter=_letter(index),
            sentence=of[0].reason or key if len({cell.reason for cell in of}) == 1 else key,
            days=list(dict.fromkeys(cell.day for cell in of)),
        )
        for index, (key, of) in enumerate(alike.items())
    }


def _key(cell: Cell) -> str:
    return "" if cell.changeable else cell.general_reason or cell.reason or ""


def _letter(index: int) -> str:
    """«a» to «z», then «aa», «ab»…: no two reasons have the same."""
    tens, ones = divmod(index, len(ascii_lowercase))
    return (_letter(tens - 1) if tens else "") + ascii_lowercase[ones]


def legend(shown: list[Row]) -> dict[CellState, Mark]:
    """The marks of what is shown; those of rare states only where there are any."""
    rare: set[CellState] = {"waiting", "offered", "other_home"}
    rare |= {"absence_announced", "absent_justified", "absent_unjustified"}
    rare |= {"present", "absent", "present_without_booking"}
    there = {day.cell.state for row in shown for day in row.days if day.cell.state in rare}
    hidden = rare - there
    if all(len(row.lines) == 1 for row in shown):
        hidden.add("excluded")
    return {state: mark for state, mark in marks().items() if state not in hidden}


def full_days(shown: Planning) -> list[tuple[PlanningActivity, list[tuple[str, str]]]]:
    """Activities that have full days to wait for, with what a tick of each sends and how the day is called."""
    found = []
    for activity in shown.activities:
        names = {slot.code: slot.name for slot in activity.slots}
        days = [
            (f"{cell.day.isoformat()}/{cell.slot}", told(cell.day, names.get(cell.slot, "")))
            for cell in activity.cells
            if cell.can_wait
        ]
        if days and activity.waiting_list:
            found.append((activity, days))
    return found


def refused_days(problem: ApiProblem | None, shown: Planning) -> list[tuple[str, str]]:
    """Each day in words, with its slot or what would be booked where the refusal names it, and why."""
    names = {slot.code: slot.name for activity in shown.activities for slot in activity.slots}

    def words(line: dict[str, Any]) -> str:
        day = date.fromisoformat(line["day"])
        element = line.get("element_name")
        return f"{long_date(day)}, {element}" if element else told(day, names.get(line.get("slot", ""), ""))

    return [(words(line), str(line.get("reason", ""))) for line in (problem.lines if problem else [])]


def ticked_whens(ticked: list[str]) -> set[DaySlot]:
    """Ticks that are none are left out: the form never sends such."""
    found = set()
    for tick in ticked:
        day, _slash, slot = tick.partition("/")
        try:
            found.add((date.fromisoformat(day), slot))
        except ValueError:
            continue
    return found
