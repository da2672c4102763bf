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
from planning.domain.absence_days import LONGEST_BEFORE, BookedSlot, Judgement, judge_absences
from planning.domain.absence_documents import NoDocumentWantedError, SentFile, accept, tell_documents
from planning.domain.absence_policy import AbsencePolicy
from planning.domain.absences import (
    REASON_WORDS,
    AbsenceDecidedError,
    AbsenceWish,
    Decision,
    PresentThatDayError,
    announcing_refusal,
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
from planning.domain.trail import PORTAL, Actor, Told, Trace


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

    Days announced before that follow on it are decided again where they were billed only as days of grace.
    Raises ``NotFoundError``, ``LinesRefusedError``, ``NoDocumentWantedError``, and what ``accept`` raises.
    """
    documents = accept(sent)
    await store.hold_member(wish.member_id)
    around = (min(wish.days) - LONGEST_BEFORE, max(wish.days) + LONGEST_BEFORE + timedelta(days=1))
    outlook = await look_at_period(store, commune, family_id, *around, lists=True)
    member, activity = outlook.member_and_activity(wish.member_id, wish.activity_id)
    refused = [
        refusal.of_day(*when) for when in wish.whens if (refusal := refusal_of_absence(outlook, member, activity, when))
    ]
    if refused:
        raise LinesRefusedError("Certaines absences ne peuvent pas être annoncées. Aucune ne l'est.", lines=refused)
    booked = await _booked(store, outlook, wish)
    judged = judge_absences(activity.absences, booked, frozenset(wish.whens), wish.reason)
    if documents and not any(each.state is AttendanceState.ABSENCE_ANNOUNCED for each in judged.announced.values()):
        raise NoDocumentWantedError
    announcement_id = await store.announce(family_id, wish, judged.announced)
    await store.keep_documents(family_id, announcement_id, documents)
    whats = tuple(MemberSlot(wish.member_id, wish.activity_id, *when) for when in wish.whens)
    said = f"Raison : {REASON_WORDS[wish.reason]}."
    if documents:
        said += f" {tell_documents(len(documents))}"
    again = _reconsidered(family_id, wish, booked, judged)
    await store.trace([Trace(family_id, actor, Told.ABSENCE, whats, said), *again])
    await _record(store, family_id, {**judged.announced, **judged.reconsidered})


async def decide_absence(store: AbsenceStore, absence_id: UUID, justified: bool, actor: Actor) -> None:
    """The town hall decides an absence that waits for proof.

    Raises ``NotFoundError``, ``AbsenceDecidedError``, ``PresentThatDayError``.
    """
    known = await store.absence(absence_id)
    if known is None:
        raise NotFoundError
    await store.hold_member(known.what.member_id)
    known = await store.absence(absence_id)
    if known is None or known.state is not AttendanceState.ABSENCE_ANNOUNCED:
        raise AbsenceDecidedError
    if justified and known.came:
        raise PresentThatDayError
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
    came = bool(outlook.listed.get(MemberSlot(member.member_id, activity.activity_id, *when)))
    return announcing_refusal(activity.absences, when.day, outlook.moment.today, cancelling, came=came)


async def _booked(store: AbsenceStore, outlook: Outlook, wish: AbsenceWish) -> list[BookedSlot]:
    """What the family booked of the member and activity, with why its absence was announced."""
    own = [
        booking
        for booking in outlook.bookings.values()
        if booking.family_id == outlook.family_id
        and (booking.member_id, booking.activity_id) == (wish.member_id, wish.activity_id)
    ]
    reasons = await store.reasons([each.reservation_id for each in own if each.attendance])
    return [
        BookedSlot(
            each.reservation_id,
            each.what.when,
            each.attendance,
            each.billed,
            bool(outlook.listed.get(each.what)),
            reasons.get(each.reservation_id),
        )
        for each in own
    ]


def _reconsidered(family_id: UUID, wish: AbsenceWish, booked: Sequence[BookedSlot], judged: Judgement) -> list[Trace]:
    """What the trail says of days decided again: the town's rule did it."""
    whats: dict[str, list[MemberSlot]] = {}
    for slot in booked:
        if decision := judged.reconsidered.get(slot.reservation_id):
            what = MemberSlot(wish.member_id, wish.activity_id, *slot.when)
            whats.setdefault(f"L'absence commence plus tôt. {decision.sentence}", []).append(what)
    return [Trace(family_id, PORTAL, Told.ABSENCE, tuple(of), reason) for reason, of in whats.items()]


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
