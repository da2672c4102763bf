"""Events of payment-gateway: outcomes of payments."""

from datetime import datetime
from uuid import UUID

from contracts.event import Event, event
from contracts.values import Cents, PaymentPurpose, PaymentStatus


@event("payment_gateway.payment_settled.v1", subject="payment_id")
class PaymentSettled(Event):
    """The outcome of a payment as of the envelope's sequence.

    A refusal may be followed by a success (another card); a success is final. ``reason`` is a French sentence for
    the family, None on success. ``settled_at`` is the business instant.
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
