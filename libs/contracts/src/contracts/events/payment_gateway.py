"""Events of payment-gateway: outcomes of payments."""

from datetime import datetime
from uuid import UUID

from contracts.event import Event, Value, event
from contracts.events.statement import Statement
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


class StatedPayment(Value):
    """A payment's outcome as of ``sequence``. It is ordered by the day, in UTC, of ``settled_at``."""

    sequence: int
    outcome: PaymentSettled


@event("payment_gateway.payments_stated.v1", subject="statement_id")
class PaymentsStated(Statement):
    """A page of the commune's payments with an outcome. The envelope's sequence is the page."""

    payments: tuple[StatedPayment, ...]
