"""What payment-gateway does with the events of the other services."""

from chassis.database import Transaction
from chassis.messaging.consumer import Consumer, Received
from contracts.events import AdhesionPaymentRequested, InvoicePaymentRequested
from contracts.events.payment_request import PaymentRequest
from payment_gateway.adapters.payment_store import SqlPayments
from payment_gateway.application.request_payment import request_payment


async def keep_request(transaction: Transaction, received: Received[PaymentRequest]) -> None:
    """A payment waits for the family."""
    await request_payment(SqlPayments(transaction), received.event, transaction.now())


CONSUMERS = [
    Consumer("payment-requests", {AdhesionPaymentRequested: keep_request, InvoicePaymentRequested: keep_request})
]
