"""Events of payment-gateway: outcomes of payments."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.event import Event, Value, event
from contracts.events.statement import Statement
from contracts.values import Cents, PaymentPurpose, PaymentStatus


class BankReceipt(Value):
    """What a receipt says of the bank: the régie as its contract names it, our reference there, the bank's number."""

    regie_name: str
    reference: str
    transaction_id: str


REVIEWED = "reviewed"
"""The ``reason_code`` of a cancelled payment that the town hall looked into: what the bank may have taken did not
settle it."""


@event("payment_gateway.payment_settled.v1", subject="payment_id")
class PaymentSettled(Event):
    """The outcome of a payment as of the envelope's sequence.

    A refusal may be followed by a success (another card); a success is final. ``reason`` is a French sentence for
    the family, None on success. ``settled_at`` is the business instant; ``receipt`` is there on success only.
    ``reason_code`` is the bank's, or ``REVIEWED``.
    """

    payment_id: UUID
    purpose: PaymentPurpose
    reference_id: UUID
    regie_id: UUID
    family_id: UUID
    status: PaymentStatus
    amount_cents: Cents
    settled_at: datetime
    label: str
    reason_code: str | None
    reason: str | None
    receipt: BankReceipt | None = None


class StatedPayment(Value):
    """A payment's outcome as of ``sequence``. It is ordered by the day, in UTC, of ``settled_at``."""

    sequence: int
    outcome: PaymentSettled


@event("payment_gateway.payments_stated.v1", subject="statement_id")
class PaymentsStated(Statement):
    """A page of the commune's payments with an outcome. The envelope's sequence is the page."""

    payments: tuple[StatedPayment, ...]


class SurplusReason(StrEnum):
    """Why money that the bank took settles nothing."""

    SURPLUS = "surplus"
    AMOUNT_MISMATCH = "amount-mismatch"
    CURRENCY_MISMATCH = "currency-mismatch"
    INCOMPLETE = "incomplete"


@event("payment_gateway.surplus_received.v1", subject="movement_id")
class SurplusReceived(Event):
    """The bank took money that settles nothing: the town hall decides whether it is credited or given back.

    ``reason`` is «surplus» when the payment was already settled. ``due_cents`` is what the payment was for.
    ``currency`` is numeric, ISO 4217; 978 is the euro. ``received_at`` is the business instant. ``undone_movement_id``
    names the refund (``payment_reversed``) that was not paid out after all: the money is there again.
    """

    movement_id: UUID
    payment_id: UUID
    purpose: PaymentPurpose
    reference_id: UUID
    regie_id: UUID
    family_id: UUID
    label: str
    reason: SurplusReason
    amount_cents: Cents
    currency: str
    due_cents: Cents
    received_at: datetime
    undone_movement_id: UUID | None = None


class SurplusDecision(StrEnum):
    """What the town hall makes of money that settles nothing. ``to_decide`` again when a bank refused to refund it."""

    TO_DECIDE = "to_decide"
    CREDITED = "credited"
    REFUNDED = "refunded"


@event("payment_gateway.surplus_decided.v1", subject="movement_id")
class SurplusDecided(Event):
    """The town hall decided on money that settles nothing: the family's account has it, or it is given back.

    A refund is only under way: ``payment_reversed`` tells when it is done. ``amount_cents`` is what was decided on.
    """

    movement_id: UUID
    payment_id: UUID
    purpose: PaymentPurpose
    reference_id: UUID
    regie_id: UUID
    family_id: UUID
    label: str
    decision: SurplusDecision
    amount_cents: Cents
    currency: str
    decided_at: datetime


class RefundConsequence(StrEnum):
    """What a refund makes of the invoices that the payment had settled."""

    OWED_AGAIN = "owed_again"
    CREDIT_NOTE = "credit_note"


class ReversalKind(StrEnum):
    """How money of a settled payment went back."""

    REFUND = "refund"
    CANCELLATION = "cancellation"
    REJECTION = "rejection"


@event("payment_gateway.payment_reversed.v1", subject="movement_id")
class PaymentReversed(Event):
    """Money of a payment went back to the family (refund), or will not come after all (cancellation, rejection).

    The payment keeps its status: this is a movement of its own. ``reversed_at`` is the business instant.
    ``refund_id`` names the refund that a régisseur asked for, None for one made in the bank's own pages.
    ``surplus_id`` is the ``movement_id`` of the surplus it is taken from, None when it is taken from what settled the
    payment. ``consequence`` is what the régisseur chose for invoices; None means that they are owed again.
    """

    movement_id: UUID
    payment_id: UUID
    purpose: PaymentPurpose
    reference_id: UUID
    regie_id: UUID
    family_id: UUID
    label: str
    kind: ReversalKind
    amount_cents: Cents
    reversed_at: datetime
    refund_id: UUID | None = None
    surplus_id: UUID | None = None
    consequence: RefundConsequence | None = None
