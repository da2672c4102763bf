"""The entrance of a commune's planning on a day when all come at once: a rank and a time instead of an error.

Families come in as they arrive until a crowd is in, then one after another at a rate that the machine bears. Each
commune has its entrance: one's opening day is not felt by another's parents.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.errors import DomainError
from chassis.french import grouped

GOOD_FOR = timedelta(hours=2)
"""How long a turn lasts: families come back to a planning they left."""


@dataclass(frozen=True)
class Terms:
    """How many families come in: ``at_once`` as they arrive, then ``per_second``."""

    at_once: int
    per_second: float

    @property
    def apart(self) -> timedelta:
        """Between one family and the next."""
        return timedelta(seconds=1 / self.per_second)


class NotYetInError(DomainError):
    """The family's turn has not come. Details: ``rank`` (1 is next) and ``retry_after`` (whole seconds)."""

    slug = "not-yet-in"


def let_in(opens_at: datetime, terms: Terms, now: datetime) -> None:
    """Returns when the family's turn has come. Raises ``NotYetInError``."""
    if opens_at <= now:
        return
    seconds = (opens_at - now).total_seconds()
    rank = math.ceil(seconds * terms.per_second)
    raise NotYetInError(
        f"Beaucoup de familles réservent en ce moment. {_rank_in_words(rank)} Votre tour vient dans "
        f"{_time_in_words(seconds)} : votre place est gardée, et ce que vous avez choisi aussi.",
        rank=rank,
        retry_after=math.ceil(seconds),
    )


def _rank_in_words(rank: int) -> str:
    if rank == 1:
        return "Vous êtes la prochaine."
    return "Une famille passe avant vous." if rank == 2 else f"{grouped(rank - 1)} familles passent avant vous."


def _time_in_words(seconds: float) -> str:
    """«40 secondes», «3 minutes»: never less than it takes."""
    if seconds > 90:
        return f"{math.ceil(seconds / 60)} minutes"
    return "une seconde" if seconds <= 1 else f"{math.ceil(seconds)} secondes"
