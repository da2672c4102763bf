"""What a service that wants money says to payment-gateway."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.event import Event
from contracts.values import Payer, PaymentPurpose


class PaymentRequest(Event):
    """A payment to be made. The requester draws ``payment_id`` and keeps it.

    ``reference_id`` is the requester's own aggregate (order, payment of invoices), ``article_count`` how many
    things are paid (1 to 99 for the bank). ``article_ids`` are those that another payment may be for too (invoices);
    none where ``reference_id`` says it all.
    """

    payment_id: UUID
    purpose: PaymentPurpose
    reference_id: UUID
    regie_id: UUID
    family_id: UUID
    amount_cents: Annotated[int, Field(gt=0)]
    label: str
    article_count: Annotated[int, Field(ge=1)]
    article_ids: tuple[UUID, ...] = ()
    payer: Payer
