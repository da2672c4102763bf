"""Whether a member may be enrolled in an activity and, when not, why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError
from chassis.french import short_date
from contracts.values import MemberKind
from enrolment.domain.activity import Activity
from enrolment.domain.family import Member


class AdhesionStatus(StrEnum):
    """State of an adhesion, from its order to its end."""

    DRAFT = "draft"
    AWAITING_PAYMENT = "awaiting_payment"
    ACTIVE = "active"
    CANCELLED = "cancelled"


class AlreadyEnrolledError(DomainError):
    """The member has an active adhesion to the activity."""

    slug = "already-enrolled"


class PaymentPendingError(DomainError):
    """Another order of the member for the activity waits for its payment."""

    slug = "payment-pending"


class ActivityClosedError(DomainError):
    """The season is over."""

    slug = "activity-closed"


class NotEligibleError(DomainError):
    """The activity is not for this member."""

    slug = "not-eligible"


@dataclass(frozen=True)
class Refusal:
    """Why a member may not be enrolled: a French sentence for the family, and the error that an order raises."""

    member_id: UUID
    reason: str
    error: type[DomainError]


def refusal(activity: Activity, member: Member, status: AdhesionStatus | None, today: date) -> Refusal | None:
    """Why ``member`` may not be enrolled, or None when it may.

    ``status`` is that of the member's adhesion to this activity in this family, if any.
    """
    if status is AdhesionStatus.ACTIVE:
        return Refusal(member.member_id, f"{member.first_name} a déjà cette inscription.", AlreadyEnrolledError)
    if today >= activity.closes_on:
        return Refusal(
            member.member_id,
            f"La saison {activity.season} est terminée depuis le {short_date(activity.closes_on)}.",
            ActivityClosedError,
        )
    if status is AdhesionStatus.AWAITING_PAYMENT:
        return Refusal(
            member.member_id,
            f"Une commande attend déjà le paiement de l'inscription de {member.first_name} :"
            " payez-la, ou annulez-la pour recommencer.",
            PaymentPendingError,
        )
    reason = _wrong_audience(activity, member)
    return Refusal(member.member_id, reason, NotEligibleError) if reason else None


def require_eligible(
    activity: Activity, members: list[Member], statuses: Mapping[UUID, AdhesionStatus], today: date
) -> None:
    """Raises the first member's refusal; the details name every refused member."""
    refusals = [
        refused
        for member in members
        if (refused := refusal(activity, member, statuses.get(member.member_id), today)) is not None
    ]
    if refusals:
        named = [{"member_id": str(refused.member_id), "reason": refused.reason} for refused in refusals]
        raise refusals[0].error(refusals[0].reason, members=named)


def age_on(birth_date: date, day: date) -> int:
    """Age in whole years. Someone born on 29 February grows a year older on 1 March of ordinary years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _wrong_audience(activity: Activity, member: Member) -> str | None:
    audience = activity.audience
    if member.kind is not audience.member_kind:
        who = "enfants" if audience.member_kind is MemberKind.CHILD else "adultes"
        return f"Cette activité est réservée aux {who}."
    age = age_on(member.birth_date, activity.opens_on)
    opening = f"{member.first_name} aura {_years(age)} le {short_date(activity.opens_on)}"
    if age < 0:
        return f"{member.first_name} ne sera pas né le {short_date(activity.opens_on)}."
    if audience.min_age is not None and age < audience.min_age:
        return f"{opening} ; il faut avoir au moins {_years(audience.min_age)}."
    if audience.max_age is not None and age > audience.max_age:
        return f"{opening} ; il faut avoir au plus {_years(audience.max_age)}."
    schools = {school.casefold() for school in audience.schools}
    if schools and (member.school or "").casefold() not in schools:
        return f"Cette activité est réservée aux élèves de : {', '.join(audience.schools)}."
    return None


def _years(number: int) -> str:
    return f"{number} an" if number < 2 else f"{number} ans"
