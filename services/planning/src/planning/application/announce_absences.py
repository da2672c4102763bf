"""A family announces absences; the town's policy decides, or the town hall where it asks for proof."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from chassis.clock import local_day
from chassis.errors import NotFoundError
from chassis.ids import new_id
from chassis.outbox import Outgoing
from contracts.events import AttendanceRecorded
from contracts.events.planning import ReservationAttendance
from contracts.values import AttendanceState
from planning.application.absence_ports import AbsenceStore
from planning.application.look import look_at_period
from planning.application.ports import Commune
from planning.domain.absence_documents import NoDocumentWantedError, SentFile, accept, tell_documents
from planning.domain.absence_policy import AbsencePolicy
from planning.domain.absences import (
    REASON_WORDS,
    AbsenceDecidedError,
    AbsenceWish,
    Decision,
    announcing_refusal,
    days_absent_before,
    decide,
    decide_on_proof,
)
from planning.domain.activities import Activity
from planning.domain.calendars import CalendarMissingError
from planning.domain.cells import Refusal
from planning.domain.drafts import LinesRefusedError
from planning.domain.members import Member
from planning.domain.outlook import Outlook
from planning.domain.rules import Action
from planning.domain.slots import DaySlot, MemberSlot
from planning.domain.trail import Actor, Told, Trace

_BACK = timedelta(days=31)
"""How far one looks back for the beginning of an absence."""


async def announce_absences(
    store: AbsenceStore,
    commune: Commune,
    family_id: UUID,
    wish: AbsenceWish,
    actor: Actor,
    *,
    sent: Sequence[SentFile] = (),
) -> None:
    """Announces the absence of these days, all or none, with the documents sent, and decides it.

    Raises ``NotFoundError``, ``LinesRefusedError``, ``NoDocumentWantedError``, and what ``accept`` raises.
    """
    documents = accept(sent)
    await store.hold_member(wish.member_id)
    until = max(wish.days) + timedelta(days=1)
    outlook = await look_at_period(store, commune, family_id, min(wish.days) - _BACK, until)
    member, activity = outlook.member_and_activity(wish.member_id, wish.activity_id)
    refused = [
        refusal.of_day(*when) for when in wish.whens if (refusal := refusal_of_absence(outlook, member, activity, when))
    ]
    if refused:
        raise LinesRefusedError("Certaines absences ne peuvent pas être annoncées. Aucune ne l'est.", lines=refused)
    decided = _decide(outlook, activity, wish)
    if documents and not any(each.state is AttendanceState.ABSENCE_ANNOUNCED for each in decided.values()):
        raise NoDocumentWantedError
    announcement_id = await store.announce(family_id, wish, decided)
    await store.keep_documents(family_id, announcement_id, documents)
    whats = tuple(MemberSlot(wish.member_id, wish.activity_id, *when) for when in wish.whens)
    said = f"Raison : {REASON_WORDS[wish.reason]}."
    if documents:
        said += f" {tell_documents(len(documents))}"
    await store.trace([Trace(family_id, actor, Told.ABSENCE, whats, said)])
    await _record(store, family_id, decided)


async def decide_absence(store: AbsenceStore, absence_id: UUID, justified: bool, actor: Actor) -> None:
    """The town hall decides an absence that waits for proof. Raises ``NotFoundError``, ``AbsenceDecidedError``."""
    known = await store.absence(absence_id)
    if known is None:
        raise NotFoundError
    await store.hold_member(known.what.member_id)
    known = await store.absence(absence_id)
    if known is None or known.state is not AttendanceState.ABSENCE_ANNOUNCED:
        raise AbsenceDecidedError
    decision = decide_on_proof(justified)
    await store.trace([Trace(known.family_id, actor, Told.ABSENCE, (known.what,), decision.sentence)])
    await _record(store, known.family_id, {known.reservation_id: decision}, known.first_name)


async def set_absence_policy(store: AbsenceStore, commune: Commune, activity_id: UUID, policy: AbsencePolicy) -> None:
    """Replaces an activity's policy; what is decided already stays, and days until today keep the rates they had.

    Raises ``CalendarMissingError``.
    """
    await store.lock_calendars()
    activity = (await store.activities()).get(activity_id)
    if activity is None or activity.calendar is None:
        raise CalendarMissingError
    today = local_day(store.now(), commune.time_zone)
    await store.set_policy(activity_id, policy.in_place_of(activity.absences, today))


def refusal_of_absence(outlook: Outlook, member: Member, activity: Activity, when: DaySlot) -> Refusal | None:
    """Why an absence cannot be announced, None when it can."""
    cancelling = outlook.refusal(member, activity, when, Action.CANCEL)
    return announcing_refusal(activity.absences, when.day, outlook.moment.today, cancelling)


def _decide(outlook: Outlook, activity: Activity, wish: AbsenceWish) -> dict[UUID, Decision]:
    own = [
        booking
        for booking in outlook.bookings.values()
        if booking.family_id == outlook.family_id
        and (booking.member_id, booking.activity_id) == (wish.member_id, wish.activity_id)
    ]
    days = {each.day: each.day in wish.days or each.attendance is not None for each in own}
    asked = set(wish.whens)
    return {
        booking.reservation_id: decide(
            activity.absences, wish.reason, days_absent_before(booking.day, list(days.items()))
        )
        for booking in own
        if DaySlot(booking.day, booking.slot) in asked
    }


async def _record(
    store: AbsenceStore, family_id: UUID, decided: Mapping[UUID, Decision], told: str | None = None
) -> None:
    """``told``: the first name of whose absence the town hall decided, which the family is told."""
    attendances = tuple(
        ReservationAttendance(
            attendance=decided[state.reservation_id].state,
            reservation=state,
            first_name=told,
            decision=decided[state.reservation_id].sentence if told else None,
        )
        for state in await store.decide(decided)
    )
    recorded = AttendanceRecorded(record_id=new_id(), family_id=family_id, attendances=attendances)
    await store.publish([Outgoing(recorded, 1)])
