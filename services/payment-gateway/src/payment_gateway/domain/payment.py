"""A payment and its attempts.

A payment is what a family owes at once; it keeps one reference for the bank. An attempt is one visit to the bank's
page. What banks say only moves the payment's status up the order of ``PaymentStatus``: nothing undoes a success, and a
refusal can still be followed by a success, since the bank's page lets the payer try another card. One step goes down:
a person ends a review.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError
from contracts.events.payment_gateway import REVIEWED
from contracts.values import PaymentPurpose


class PaymentStatus(StrEnum):
    """Where a payment or an attempt stands, from the weakest to the strongest."""

    REQUESTED = "requested"
    IN_PROGRESS = "in_progress"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    TO_REVIEW = "to_review"
    SUCCEEDED = "succeeded"

    @property
    def rank(self) -> int:
        """Its place in the order."""
        return list(PaymentStatus).index(self)

    @property
    def is_open(self) -> bool:
        """Whether the family may still be sent to the bank."""
        return self in {PaymentStatus.REQUESTED, PaymentStatus.IN_PROGRESS}


PUBLISHED = frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.REFUSED, PaymentStatus.CANCELLED, PaymentStatus.EXPIRED})
"""What other services are told. A payment to review waits for a person."""


class Mode(StrEnum):
    """Whether a contract moves real money. The contract decides, never a message."""

    TEST = "test"
    PRODUCTION = "production"


class PaymentAlreadyPaidError(DomainError):
    """Paying again would pay twice."""

    slug = "payment-already-paid"
    sentence = "Ce paiement est déjà réglé. Vous n'avez rien de plus à payer."


class PaymentClosedError(DomainError):
    """The payment ended otherwise than by a success."""

    slug = "payment-closed"
    sentence = "Ce paiement est terminé. Revenez à votre inscription ou à votre facture pour en commencer un autre."


class ReviewOverError(DomainError):
    """Nobody has to look into the payment."""

    slug = "review-over"
    sentence = "Ce paiement n'est pas, ou n'est plus, à vérifier. Rechargez la page pour voir où il en est."


class AttemptInProgressError(DomainError):
    """Another attempt may still succeed."""

    slug = "attempt-in-progress"
    sentence = (
        "Un paiement est déjà en cours auprès de la banque : s'il aboutit, vous paieriez deux fois. Attendez sa"
        " réponse, ou recommencez seulement si vous avez quitté la page de la banque sans payer."
    )


class NoMerchantContractError(DomainError):
    """The régie cannot take cards."""

    slug = "no-merchant-contract"
    sentence = "Le paiement en ligne n'est pas encore ouvert pour cette régie. Adressez-vous à la mairie."


@dataclass(frozen=True)
class Payment:
    """A payment as the rules see it. ``settled_at`` is the business instant of its outcome.

    ``article_ids``: what it pays of which another payment may pay some too (invoices).
    """

    payment_id: UUID
    version: int
    status: PaymentStatus
    bank_reference: str
    amount_cents: int
    label: str
    purpose: PaymentPurpose
    reference_id: UUID
    regie_id: UUID
    family_id: UUID
    article_count: int
    created_at: datetime
    reason_code: str | None = None
    reason: str | None = None
    settled_at: datetime | None = None
    expires_at: datetime | None = None
    article_ids: tuple[UUID, ...] = ()

    def check_can_start(self) -> None:
        """Raises ``PaymentAlreadyPaidError`` or ``PaymentClosedError``."""
        if self.status is PaymentStatus.SUCCEEDED:
            raise PaymentAlreadyPaidError
        if self.status is PaymentStatus.TO_REVIEW:
            raise PaymentClosedError("La mairie vérifie ce paiement auprès de la banque. N'en faites pas d'autre.")
        if not self.status.is_open:
            raise PaymentClosedError

    def start(self, expires_at: datetime) -> "Payment":
        """The payment once the family has left for the bank; ``expires_at`` is in real time."""
        return replace(
            self,
            version=self.version + 1,
            status=PaymentStatus.IN_PROGRESS,
            expires_at=expires_at,
        )

    def move(self, status: PaymentStatus, code: str | None, reason: str | None, now: datetime) -> "Payment":
        """The payment after an outcome: itself, the same object, when nothing changes.

        Another refusal after a refusal only changes its reason.
        """
        same = status is self.status and code == self.reason_code
        if same or status.rank < self.status.rank or self.status is PaymentStatus.SUCCEEDED:
            return self
        return replace(
            self,
            version=self.version + 1,
            status=status,
            reason_code=code,
            reason=reason,
            settled_at=now if status in PUBLISHED else None,
            expires_at=None,
        )

    def end_review(self, sentence: str, now: datetime) -> "Payment":
        """The payment once a person looked into it: it ends, and what it was for can be paid by another.

        A success that the bank tells later still wins. Raises ``ReviewOverError``.
        """
        if self.status is not PaymentStatus.TO_REVIEW:
            raise ReviewOverError
        return replace(
            self,
            version=self.version + 1,
            status=PaymentStatus.CANCELLED,
            reason_code=REVIEWED,
            reason=sentence,
            settled_at=now,
        )


def bank_reference(payment_id: UUID) -> str:
    """The reference a payment has at the bank, the same for all its attempts where the protocol allows.

    A bank may then refuse by itself to settle it twice (Paybox, code 00015). Letters, digits and ``-`` only: these
    travel unchanged through every url-encoding a signed message is known to meet.
    """
    return str(payment_id)
