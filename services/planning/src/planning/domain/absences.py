"""Absences announced after the cancelling limit, and what the town decides of them: billed or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.errors import DomainError
from contracts.values import AttendanceState
from planning.domain.absence_policy import AbsencePolicy, AbsenceReason
from planning.domain.cells import CellState, Refusal
from planning.domain.slots import DaySlot
from planning.domain.supplements import describe_rates

REASON_WORDS: Mapping[AbsenceReason, str] = {
    AbsenceReason.ILLNESS: "maladie",
    AbsenceReason.SCHOOL_CLOSED: "école fermée",
    AbsenceReason.TEACHER_ABSENT: "enseignant absent",
    AbsenceReason.STRIKE: "grève",
    AbsenceReason.OUTING: "sortie scolaire",
    AbsenceReason.OTHER: "autre raison",
}

_CAME = (
    "L'enfant a été pointé présent ce jour-là : son absence ne peut pas être annoncée."
    " Si c'est une erreur, dites-le à la mairie, qui peut corriger la liste du jour."
)


class PresentThatDayError(DomainError):
    """The list of the day says that who is said to be absent was there."""

    slug = "present-that-day"
    sentence = (
        "L'enfant a été pointé présent ce jour-là : son absence ne peut pas être justifiée, et rien n'a été changé."
        " Si le pointage est faux, corrigez d'abord la liste du jour ; sinon, refusez l'absence."
    )


class AbsenceDecidedError(DomainError):
    """The absence does not wait for the town hall."""

    slug = "absence-decided"
    sentence = "Cette absence est déjà décidée. Rien n'a été changé."


@dataclass(frozen=True)
class AbsenceWish:
    """Booked slots of one member and activity whose absence a family announces, and what it says of it.

    ``on_paper``: the family brings a document to the town hall.
    """

    member_id: UUID
    activity_id: UUID
    whens: Sequence[DaySlot]
    reason: AbsenceReason
    on_paper: bool = False

    @property
    def days(self) -> frozenset[date]:
        """The days of all slots."""
        return frozenset(when.day for when in self.whens)


@dataclass(frozen=True)
class Decision:
    """What becomes of an absent day, and why, as the family reads it."""

    state: AttendanceState
    billed: bool
    sentence: str


def announcing_refusal(
    policy: AbsencePolicy, day: date, today: date, cancelling: Refusal | None, *, came: bool
) -> Refusal | None:
    """Why an absence on a day booked by the family cannot be announced, None when it can.

    ``cancelling``: why the day cannot be cancelled; what still can be is cancelled, which costs nothing. ``came``: the
    list of the day says that the member was there.
    """
    if cancelling is None:
        reason = "Ce jour peut encore être annulé : retirez-le dans le planning, il ne sera pas facturé."
        return Refusal("still-cancellable", CellState.BOOKED, reason)
    if cancelling.slug != "deadline-passed":
        return cancelling
    if came:
        return Refusal("present-that-day", CellState.PRESENT, _CAME)
    if not policy.can_be_announced(day, today):
        return Refusal("announced-too-late", CellState.BOOKED, _too_late(policy.days_to_announce))
    return None


def decide(policy: AbsencePolicy, reason: AbsenceReason, days_absent_before: int) -> Decision:
    """What the policy says of one day; ``days_absent_before``: booked days of the same absence before this one."""
    if reason not in policy.excused:
        return Decision(AttendanceState.ABSENT_UNJUSTIFIED, True, "Cette raison n'excuse pas l'absence : jour facturé.")
    if days_absent_before < policy.grace_days:
        return Decision(AttendanceState.ABSENT_JUSTIFIED, True, _in_grace(policy.grace_days))
    if reason in policy.on_proof:
        sentence = "La mairie décidera au vu du justificatif ; d'ici là, le jour reste facturé."
        return Decision(AttendanceState.ABSENCE_ANNOUNCED, True, sentence)
    return Decision(AttendanceState.ABSENT_JUSTIFIED, False, "Absence justifiée : jour non facturé.")


def decide_on_proof(justified: bool) -> Decision:
    """What the town hall decided of a day that waited for it."""
    if justified:
        return Decision(AttendanceState.ABSENT_JUSTIFIED, False, "Justificatif accepté : jour non facturé.")
    return Decision(AttendanceState.ABSENT_UNJUSTIFIED, True, "Justificatif non reçu ou refusé : jour facturé.")


def describe_absences(policy: AbsencePolicy) -> str:
    """The rule, as a parent reads it before announcing."""
    return " ".join([_announcing(policy), *describe_rates(policy.rates)])


def _announcing(policy: AbsencePolicy) -> str:
    delay = "le jour même" if not policy.days_to_announce else f"jusqu'à {_days(policy.days_to_announce)} après"
    if not policy.excused:
        return f"Une absence s'annonce {delay} ; elle reste facturée."
    words = ", ".join(
        f"{REASON_WORDS[reason]}{' (sur justificatif)' if reason in policy.on_proof else ''}"
        for reason in AbsenceReason
        if reason in policy.excused
    )
    grace = f" {_in_grace(policy.grace_days)}" if policy.grace_days else ""
    return f"Une absence s'annonce {delay}. Elle n'est pas facturée pour : {words}.{grace}"


def _in_grace(grace_days: int) -> str:
    if grace_days == 1:
        return "Le premier jour d'une absence reste facturé."
    return f"Les {grace_days} premiers jours d'une absence restent facturés."


def _too_late(days: int) -> str:
    if not days:
        return "Trop tard : une absence s'annonce le jour même au plus tard."
    return f"Trop tard : une absence s'annonce au plus tard {_days(days)} après."


def _days(days: int) -> str:
    return f"{days} jour{'s' if days > 1 else ''}"
