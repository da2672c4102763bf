"""A payment as the bank sees it, whatever the protocol by which the shop asked for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What is decided of one try: the card scheme's answers by their codes (CB 2A), then the page's own reasons."""

    ACCEPTED = "00"
    CALL_ISSUER = "02"
    DO_NOT_HONOUR = "05"
    UNKNOWN_CARD = "14"
    EXPIRED_CARD = "33"
    SUSPECTED_FRAUD = "34"
    LOST = "41"
    STOLEN = "43"
    INSUFFICIENT_FUNDS = "51"
    NOT_PERMITTED = "57"
    LIMIT_EXCEEDED = "61"
    TOO_MANY_PIN_TRIES = "75"
    ISSUER_UNREACHABLE = "91"
    SCHEME_FAILURE = "96"
    BADLY_TYPED = "badly typed"
    NOT_AUTHENTICATED = "not authenticated"
    ALREADY_PAID = "already paid"
    DEBIT_REFUSED = "debit refused"


class Means(StrEnum):
    CARD = "card"
    DEBIT = "debit"
    """One SEPA direct debit."""


class PaymentStatus(StrEnum):
    OPEN = "open"
    PAID = "paid"
    REFUSED = "refused"
    """Closed by a refusal, where the page allows one try only, or by a debit rejected later."""
    ABANDONED = "abandoned"
    """Given up after a refusal."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class AttemptStatus(StrEnum):
    CHALLENGED = "challenged"
    """Waiting for the 3-D Secure code."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REJECTED = "rejected"
    """A debit accepted first, and sent back by the payer's bank some days later."""


class RefundKind(StrEnum):
    CANCELLATION = "cancellation"
    """Before the capture: the payer is never debited."""
    REFUND = "refund"


class RefundOrigin(StrEnum):
    SHOP = "shop"
    """Asked for from the shop's server."""
    BACK_OFFICE = "back_office"


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
    ``visit`` is what the shop may not use twice, where the protocol has such a number. ``entry_errors`` counts the
    card forms sent back since the last attempt. ``night_passed``: the nightly jobs have run on it since, as tests ask.
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
    visit: str | None = None
    night_passed: bool = False

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
    """One card or debit tried on a payment.

    ``code`` is the result in the protocol's own words, or while CHALLENGED the result of a right code.
    """

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
    means: Means = Means.CARD
    challenged: bool = False
    """A code was asked for at some time."""


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back on an accepted attempt, or the attempt undone."""

    number: int
    payment_id: str
    attempt_number: int
    kind: RefundKind
    origin: RefundOrigin
    amount_cents: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to be sent to a shop: for GET the whole address carries it and ``body``, a form, is empty."""

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
