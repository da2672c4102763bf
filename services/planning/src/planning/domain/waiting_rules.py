"""What the town decides about an activity's waiting list, and what makes the rank of those who wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Promotion(StrEnum):
    """What becomes of a place that is freed: offered to the first, who has a delay to accept, or booked at once."""

    OFFER = "offer"
    CONFIRM = "confirm"


class Ranking(StrEnum):
    """Who comes first: who came first, or who has most points and, of these, who came first."""

    FIRST_COME = "first_come"
    POINTS = "points"


@dataclass(frozen=True)
class WaitingRules:
    """An activity's waiting list; without a decision of the town it is open, first come, first offered, for 24 hours.

    ``sibling_points``: where a brother or sister has a place on that day; ``first_day_points``: where the member has no
    other day of the activity in that month. The town hall gives a member other points for what only it knows.
    """

    is_open: bool = True
    promotion: Promotion = Promotion.OFFER
    accept_within: timedelta = timedelta(hours=24)
    ranking: Ranking = Ranking.FIRST_COME
    sibling_points: int = 0
    first_day_points: int = 0

    def offer_ends(self, offered_at: datetime, booking_closes_at: datetime) -> datetime:
        """Until when an offer can be accepted: never past the last instant at which the day may be booked."""
        return min(offered_at + self.accept_within, booking_closes_at)


@dataclass(frozen=True)
class Standing:
    """What is known of who waits for a day. ``given_points`` are the town hall's, with its reason."""

    sibling_booked: bool = False
    has_other_day: bool = False
    given_points: int = 0
    given_reason: str | None = None


@dataclass(frozen=True)
class PointsReason:
    """Points, and why they are had."""

    points: int
    sentence: str


def reasons(rules: WaitingRules, standing: Standing) -> list[PointsReason]:
    """What a rank is made of beside the order of arrival; nothing where only that counts."""
    return list(_reasons(rules, standing)) if rules.ranking is Ranking.POINTS else []


def points(rules: WaitingRules, standing: Standing) -> int:
    """All points of who waits."""
    return sum(reason.points for reason in reasons(rules, standing))


def _reasons(rules: WaitingRules, standing: Standing) -> Iterator[PointsReason]:
    if rules.sibling_points and standing.sibling_booked:
        yield PointsReason(rules.sibling_points, "Un frère ou une sœur a une place ce jour-là.")
    if rules.first_day_points and not standing.has_other_day:
        yield PointsReason(rules.first_day_points, "Aucun autre jour réservé ce mois-ci dans cette activité.")
    if standing.given_points:
        yield PointsReason(standing.given_points, standing.given_reason or "Points donnés par la mairie.")


def describe_waiting(rules: WaitingRules) -> str:
    """How places are given on, as a parent reads it before joining."""
    order = (
        "dans l'ordre d'arrivée" if rules.ranking is Ranking.FIRST_COME else "selon les priorités fixées par la mairie"
    )
    if not rules.is_open:
        return "Cette activité n'a pas de liste d'attente."
    if rules.promotion is Promotion.CONFIRM:
        return f"Les places qui se libèrent sont attribuées {order}, et réservées aussitôt : un courriel vous prévient."
    return (
        f"Les places qui se libèrent sont proposées {order}. Vous avez alors {_delay(rules.accept_within)} pour "
        "accepter, sans dépasser la limite de réservation du jour ; ensuite, la place est proposée au suivant."
    )


def _delay(delay: timedelta) -> str:
    """«24 heures», «1 h 30», «45 minutes»."""
    hours, minutes = divmod(int(delay.total_seconds()) // 60, 60)
    if not minutes:
        return f"{hours} heure{'s' if hours > 1 else ''}"
    return f"{hours} h {minutes:02}" if hours else f"{minutes} minute{'s' if minutes > 1 else ''}"
