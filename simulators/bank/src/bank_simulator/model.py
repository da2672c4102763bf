"""A payment as the bank sees it, whatever the protocol by which the shop asked for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PaymentStatus(StrEnum):
    OPEN = "open"
    PAID = "paid"
    ABANDONED = "abandoned"
    """Given up after a refusal."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class AttemptStatus(StrEnum):
    CHALLENGED = "challenged"
    """Waiting for the 3-D Secure code."""
    ACCEPTED = "accepted"
    REFUSED = "refused"


class MessageStatus(StrEnum):
    HELD = "held"
    DROPPED = "dropped"
    SENDING = "sending"
    ANSWERED = "answered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Payment:
    """One visit to the payment page.

    ``merchant`` identifies the shop within ``protocol``; ``fields`` are the request's fields in the order sent.
    ``entry_errors`` counts the card forms sent back since the last attempt.
    """

    id: str
    protocol: str
    merchant: str
    shop_name: str
    reference: str
    amount_cents: int
    fields: tuple[tuple[str, str], ...]
    created_at: datetime
    expires_at: datetime
    status: PaymentStatus = PaymentStatus.OPEN
    entry_errors: int = 0

    def field(self, name: str) -> str | None:
        """The value of a request field, None when the shop did not send it."""
        return next((value for key, value in self.fields if key == name), None)


@dataclass(frozen=True, slots=True)
class CardSummary:
    """What may be kept of a card: never its number nor its security code."""

    bin6: str
    last2: str
    brand: str
    expiry_yymm: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One card tried on a payment. ``code`` is the result, or while CHALLENGED the result of a right code."""

    number: int
    payment_id: str
    created_at: datetime
    status: AttemptStatus
    code: str
    card: CardSummary | None
    authorisation: str | None = None
    authenticated: bool = False
    challenge_code: str | None = None
    challenge_failures: int = 0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to be sent to a shop: for GET the whole address carries it and ``body`` is empty."""

    method: str
    url: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A server-to-server message and what became of it."""

    number: int
    payment_id: str
    attempt_number: int
    outgoing: Outgoing
    status: MessageStatus
    at: datetime
    http_status: int | None = None
    detail: str = ""
