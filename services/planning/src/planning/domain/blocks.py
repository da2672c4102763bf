"""What closes an activity to a family, whatever the day, until it has done something about it: a file in which
something is missing, an invoice that is overdue. The town decides it for each activity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from chassis.french import enumeration, euros, of, short_date
from planning.domain.activities import Activity
from planning.domain.calendars import ActivityCalendar
from planning.domain.cells import CellState, Moment, Refusal
from planning.domain.members import Member

FILE_INCOMPLETE, ARREARS = "file-incomplete", "arrears"


@dataclass(frozen=True)
class OwedInvoice:
    """An invoice on which ``left_cents`` are to be paid, by ``due_on`` at the latest."""

    number: str
    due_on: date
    left_cents: int


def blocks_of(
    members: Mapping[UUID, Member],
    activities: Mapping[UUID, Activity],
    missing: Sequence[str],
    owed: Sequence[OwedInvoice],
    moment: Moment,
) -> dict[tuple[UUID, UUID], Refusal]:
    """Why a member can book nothing of an activity, by member and activity; empty where nothing is missing nor owed.

    ``missing`` in the family's file concerns all its members; ``owed``: the longest due first.
    """
    if moment.blocks_set_aside or not (missing or owed or any(member.missing for member in members.values())):
        return {}
    return {
        (member_id, activity_id): refusal
        for activity_id, activity in activities.items()
        if activity.calendar
        for member_id, member in members.items()
        if (refusal := _block(activity.calendar, member, missing, owed, moment))
    }


def overdue_since(calendar: ActivityCalendar, today: date) -> date | None:
    """An invoice that was to be paid by that day, or before, closes the activity today; None: none does."""
    if calendar.arrears_after_days is None:
        return None
    return today - timedelta(days=calendar.arrears_after_days)


def describe_blocks(calendar: ActivityCalendar) -> str | None:
    """What the town decided, in words; None when nothing closes booking."""
    causes = []
    if calendar.needs_complete_file:
        causes.append("dont il manque une pièce au dossier")
    if days := calendar.arrears_after_days:
        late = "un jour" if days == 1 else f"{days} jours"
        causes.append(f"dont une facture reste à payer {late} après son échéance")
    if not causes:
        return None
    return f"Réservation fermée aux familles {' et à celles '.join(causes)} ; annuler reste possible."


def _block(
    calendar: ActivityCalendar, member: Member, missing: Sequence[str], owed: Sequence[OwedInvoice], moment: Moment
) -> Refusal | None:
    if calendar.needs_complete_file and (member.missing or missing):
        reason = moment.helped(_incomplete(member, missing))
        return Refusal(FILE_INCOMPLETE, CellState.BLOCKED, reason)
    since = overdue_since(calendar, moment.today)
    late = [invoice for invoice in owed if since and invoice.due_on <= since]
    return Refusal(ARREARS, CellState.BLOCKED, moment.helped(_in_arrears(late))) if late else None


def _incomplete(member: Member, missing: Sequence[str]) -> str:
    whose = of(member.first_name) if member.missing else "de la famille"
    names = [f"« {name} »" for name in (*member.missing, *missing)]
    these = "ce document" if len(names) == 1 else "ces documents"
    return (
        f"Le dossier {whose} n'est pas complet : il manque {enumeration(names)}. "
        f"Remettez {these} à la mairie pour pouvoir réserver."
    )


def _in_arrears(late: Sequence[OwedInvoice]) -> str:
    first, others = late[0], len(late) - 1
    day, cents = short_date(first.due_on), euros(first.left_cents)
    due = f"La facture {first.number} ({cents}) était à payer au plus tard le {day}"
    if not others:
        return f"{due}. Payez-la dans « Factures de la famille » pour pouvoir réserver de nouveau."
    more = "une autre l'était aussi" if others == 1 else f"{others} autres l'étaient aussi"
    return f"{due}, {more}. Payez-les dans « Factures de la famille » pour pouvoir réserver de nouveau."
