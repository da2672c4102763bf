"""The bank's answer to a payment of invoices."""

from billing.application.pay_invoice import pay_invoice
from billing.application.ports import OpenInvoice, PaymentStore
from billing.domain.allocation import allocate
from contracts.events import InvoicePaymentUnused, PaymentSettled
from contracts.values import PaymentStatus


async def settle_payment(store: PaymentStore, settled: PaymentSettled, sequence: int) -> None:
    """Keeps an outcome. A success is final, whatever comes before or after it; it is allocated once.

    Money that no longer finds its invoice due (paid meanwhile by another payment) becomes a credit of the family.
    """
    known = await store.lock_payment(settled.payment_id)
    succeeded = settled.status is PaymentStatus.SUCCEEDED
    if known:
        if known.status == PaymentStatus.SUCCEEDED or (sequence <= known.settled_sequence and not succeeded):
            return
        await store.keep_status(known, settled.status, sequence)
    if not succeeded:
        return
    invoice_ids = await store.paid_invoices(known.invoice_payment_id) if known else []
    await _allocate(store, settled, await store.lock_invoices(settled.family_id, invoice_ids))


async def _allocate(store: PaymentStore, settled: PaymentSettled, invoices: list[OpenInvoice]) -> None:
    allocation = allocate(settled.amount_cents, [invoice.due for invoice in invoices])
    for invoice in invoices:
        cents = allocation.paid.get(invoice.invoice_id, 0)
        if not cents:
            continue
        await store.add_use(settled.payment_id, settled.family_id, invoice.invoice_id, cents, settled.payment_id)
        await pay_invoice(store, settled.family_id, invoice, cents)
    if surplus := allocation.surplus_cents:
        await store.add_use(settled.payment_id, settled.family_id, None, surplus, settled.payment_id)
        unused = InvoicePaymentUnused(
            payment_id=settled.payment_id,
            family_id=settled.family_id,
            label=settled.label,
            amount_cents=surplus,
            settled_at=settled.settled_at,
        )
        await store.publish(unused, sequence=1)
    await _credit_paid(store, settled, allocation.paid_cents)
    await _credit(store, settled, "credit", f"Trop-perçu – {settled.label}", allocation.surplus_cents)


async def credit_whole_payment(store: PaymentStore, settled: PaymentSettled) -> None:
    """Writes again the credit of a payment that went wholly to its invoices, whose movement was lost."""
    await _credit_paid(store, settled, settled.amount_cents)


async def _credit_paid(store: PaymentStore, settled: PaymentSettled, cents: int) -> None:
    await _credit(store, settled, "payment", f"Paiement – {settled.label}", cents)


async def _credit(store: PaymentStore, settled: PaymentSettled, kind: str, label: str, cents: int) -> None:
    if cents:
        await store.credit_family(
            family_id=settled.family_id,
            kind=kind,
            payment_id=settled.payment_id,
            label=label,
            cents=cents,
            at=settled.settled_at,
        )
