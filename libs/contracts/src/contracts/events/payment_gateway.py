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


@event("payment_gateway.payment_settled.v1", subject="payment_id")
class PaymentSettled(Event):
    """The outcome of a payment as of the envelope's sequence.

    A refusal may be followed by a success (another card); a success is final. ``reason`` is a French sentence for
    the family, None on success. ``settled_at`` is the business instant; ``receipt`` is there on success only.
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
    ``currency`` is numeric, ISO 4217; 978 is the euro. ``received_at`` is the business instant.
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


class ReversalKind(StrEnum):
    """How money of a settled payment went back."""

    REFUND = "refund"
    CANCELLATION = "cancellation"
    REJECTION = "rejection"


@event("payment_gateway.payment_reversed.v1", subject="movement_id")
class PaymentReversed(Event):
    """Money of a payment went back to the family (refund), or will not come after all (cancellation, rejection).

    The payment keeps its status: this is a movement of its own. ``reversed_at`` is the business instant.
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
