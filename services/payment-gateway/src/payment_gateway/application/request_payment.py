"""A service asks for a payment."""

from datetime import datetime

from contracts.events.payment_request import PaymentRequest
from payment_gateway.application.ports import PaymentRegister
from payment_gateway.domain.payment import Payment, PaymentStatus, bank_reference


async def request_payment(register: PaymentRegister, request: PaymentRequest, now: datetime) -> None:
    """Keeps a payment to be made. The first request for an id stands: what a family agreed to pay never changes."""
    payment = Payment(
        payment_id=request.payment_id,
        version=1,
        status=PaymentStatus.REQUESTED,
        bank_reference=bank_reference(request.payment_id),
        amount_cents=request.amount_cents,
        label=request.label,
        purpose=request.purpose,
        reference_id=request.reference_id,
        regie_id=request.regie_id,
        family_id=request.family_id,
        article_count=request.article_count,
        article_ids=request.article_ids,
        created_at=now,
    )
    await register.add_payment(payment, request.payer)
