"""Orders of adhesions and the payments made for them.

An order is one thing through refused cards, abandoned pages, reloads and second tabs. It has at most one open payment
at a time; a fresh one is drawn only after a final negative outcome. A success always wins, whichever payment of the
order it is of and in whatever order the outcomes come.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError
from enrolment.domain.eligibility import AdhesionStatus


class OrderPaidError(DomainError):
    """What is paid cannot be cancelled by the family."""

    slug = "order-paid"
    sentence = "Cette commande est payée. Pour y renoncer, écrivez à la mairie."


class OrderCancelledError(DomainError):
    """A cancelled order is not paid."""

    slug = "order-cancelled"
    sentence = "Cette commande a été annulée. Choisissez à nouveau l'activité pour vous inscrire."


class EmailMissingError(DomainError):
    """A bank wants the payer's e-mail address (3-D Secure 2)."""

    slug = "email-missing"
    sentence = "La banque demande votre adresse e-mail. Ajoutez-la dans « Mon dossier », puis recommencez."


class UnknownPaymentError(DomainError):
    """An outcome of a payment that was never requested here."""

    slug = "unknown-payment"
    sentence = "Ce paiement ne correspond à aucune commande."


class AmountMismatchError(DomainError):
    """An outcome for another amount than the requested one."""

    slug = "amount-mismatch"
    sentence = "Le montant réglé n'est pas celui de la commande."


class OrderStatus(StrEnum):
    """State of an order."""

    DRAFT = "draft"
    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    CANCELLED = "cancelled"


class PaymentState(StrEnum):
    """State of a payment as far as enrolment knows."""

    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class SurplusReason(StrEnum):
    """Why money came that buys nothing; the town hall gives it back."""

    ORDER_ALREADY_PAID = "order_already_paid"
    ALREADY_ENROLLED = "already_enrolled"


@dataclass(frozen=True)
class Payment:
    """One payment of an order. ``sequence`` is the version of the last outcome known, 0 before any."""

    payment_id: UUID
    order_id: UUID
    amount_cents: int
    state: PaymentState = PaymentState.REQUESTED
    reason: str | None = None
    sequence: int = 0

    @property
    def is_over(self) -> bool:
        """Ended without success, so that another may be drawn."""
        return self.state not in (PaymentState.REQUESTED, PaymentState.SUCCEEDED)

    def after(self, state: PaymentState, reason: str | None, sequence: int) -> "Payment":
        """The payment once an outcome is known: a success is final, otherwise the newest outcome counts."""
        if self.state is PaymentState.SUCCEEDED:
            return self
        if state is PaymentState.SUCCEEDED:
            return replace(self, state=state, reason=None, sequence=max(sequence, self.sequence))
        if sequence <= self.sequence:
            return self
        return replace(self, state=state, reason=reason, sequence=sequence)


@dataclass(frozen=True)
class OrderLine:
    """One ordered adhesion: of a member, at the fee of the moment it was ordered."""

    adhesion_id: UUID
    member_id: UUID
    amount_cents: int
    status: AdhesionStatus = AdhesionStatus.DRAFT


@dataclass(frozen=True)
class Order:
    """Adhesions of several members to one activity, ordered together. ``payment_id`` is the current payment."""

    order_id: UUID
    family_id: UUID
    activity_id: UUID
    status: OrderStatus
    lines: tuple[OrderLine, ...]
    payment_id: UUID | None
    created_at: datetime

    @property
    def total_cents(self) -> int:
        """What the whole order costs."""
        return sum(line.amount_cents for line in self.lines)

    @property
    def member_ids(self) -> frozenset[UUID]:
        """Who is enrolled by it."""
        return frozenset(line.member_id for line in self.lines)

    @property
    def is_open(self) -> bool:
        """Can still be paid or cancelled."""
        return self.status in (OrderStatus.DRAFT, OrderStatus.AWAITING_PAYMENT)
