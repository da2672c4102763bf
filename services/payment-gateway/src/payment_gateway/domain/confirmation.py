"""Money that a message told of and that the bank, asked, does not stand by: a person finds out whether it arrived.

Nothing is taken back by itself: the bank may be wrong, and the family may have paid in good faith.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError

CONFIRMED_AFTER = timedelta(minutes=15)
"""When the bank is asked about what a message told, where nothing else makes it be asked."""


class Arrival(StrEnum):
    """What the régie found on the bank's site and statement."""

    RECEIVED = "received"
    NOT_RECEIVED = "not_received"


class MoneyInDoubtError(DomainError):
    """It must first be known whether the money is there."""

    slug = "money-in-doubt"
    sentence = (
        "La banque, interrogée, ne confirme pas cet encaissement. Dites d'abord dans « Contrôles » s'il est arrivé."
    )


class ArrivalKnownError(DomainError):
    """Somebody said whether it arrived."""

    slug = "arrival-known"
    sentence = "Quelqu'un a déjà répondu pour cet encaissement. Rechargez la page pour voir ce qui a été noté."


@dataclass(frozen=True)
class Unconfirmed:
    """Money that its bank does not stand by. ``message_id`` is the bank's answer; without ``decision`` it is open."""

    movement_id: UUID
    message_id: UUID
    payment_id: UUID
    attempt_id: UUID
    transaction_id: str
    decision: Arrival | None
    decided_by: UUID | None
