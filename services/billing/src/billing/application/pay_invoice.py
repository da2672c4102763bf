"""Money goes to an invoice, wherever it comes from."""

from dataclasses import replace
from uuid import UUID

from billing.application.ports import OpenInvoice, PaymentStore
from contracts.events import InvoiceSettled


async def pay_invoice(store: PaymentStore, family_id: UUID, invoice: OpenInvoice, cents: int) -> OpenInvoice:
    """Adds to what was paid on a locked invoice; tells when nothing is left to pay. Returns it as it is then."""
    version = await store.add_paid(invoice.invoice_id, cents)
    paid = replace(invoice, paid_cents=invoice.paid_cents + cents)
    if not paid.due.cents:
        reservation_ids = await store.keep_prompt_paid(invoice.invoice_id) if invoice.pay_until else ()
        event = InvoiceSettled(
            invoice_id=invoice.invoice_id,
            number=invoice.number,
            family_id=family_id,
            paid_cents=invoice.amount_cents,
            reservation_ids=tuple(reservation_ids),
        )
        await store.publish(event, sequence=version)
    return paid
