"""A family pays one or several invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.application.pay_invoice import pay_invoice
from billing.application.ports import InvoicePayment, OpenInvoice, PayerContact, PaymentStore
from billing.domain.deduction import Deduction, deduct
from billing.domain.words import payment_label
from chassis.errors import DomainError, NotFoundError
from chassis.ids import new_id
from contracts.events import InvoicePaymentRequested
from contracts.values import Payer, PaymentPurpose


class InvoiceAlreadyPaidError(DomainError):
    """Nothing is left to pay on one of the invoices."""

    slug = "invoice-already-paid"

    def __init__(self, numbers: Sequence[str]) -> None:
        paid = ", ".join(numbers)
        super().__init__(
            f"Déjà payé : facture {paid}. Retirez-la de votre sélection pour payer les autres.", numbers=[*numbers]
        )


class TooLateToPayError(DomainError):
    """What was to be paid at once was not, and is about to be cancelled."""

    slug = "too-late-to-pay"

    def __init__(self, numbers: Sequence[str]) -> None:
        late = ", ".join(numbers)
        super().__init__(
            f"Le délai pour payer est passé : facture {late}. Ses réservations sont annulées, et rien n'est à payer. "
            "Réservez à nouveau dans le planning s'il reste des places.",
            numbers=[*numbers],
        )


class SeveralRegiesError(DomainError):
    """Each régie has its own contract with its bank: one payment cannot serve two."""

    slug = "several-regies"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"Ces factures sont de plusieurs régies ({', '.join(names)}), qui encaissent chacune de leur côté. "
            "Payez les factures d'une régie, puis celles de l'autre.",
            regies=[*names],
        )


class PayerEmailMissingError(DomainError):
    """The bank wants the payer's e-mail address."""

    slug = "payer-email-missing"
    sentence = "La banque demande votre adresse e-mail. Indiquez-la dans «Mon dossier», puis revenez payer."


@dataclass(frozen=True)
class Requested:
    """What was asked. ``payment`` is None when the family's credit covered all of it: the bank has nothing to do."""

    payment: InvoicePayment | None
    deducted_cents: int


async def request_payment(
    store: PaymentStore, *, family_id: UUID, guardian_id: UUID | None, invoice_ids: Sequence[UUID]
) -> Requested:
    """Deducts the family's credit, then opens a payment of what is still due.

    A pending payment of the same invoices and amounts (two tabs, a reload) is given instead of another. What was
    deducted stays on the invoices, whatever becomes of the payment. Raises ``NotFoundError``,
    ``InvoiceAlreadyPaidError``, ``TooLateToPayError``, ``SeveralRegiesError``, ``PayerEmailMissingError``.
    """
    wanted = sorted(set(invoice_ids))
    credits_held = await store.lock_credits(family_id)
    invoices = await store.lock_invoices(family_id, wanted)
    if len(invoices) < len(wanted):
        raise NotFoundError
    _check(invoices, store.now())
    deductions = deduct(credits_held.get(invoices[0].regie_id, ()), [invoice.due for invoice in invoices])
    for deduction in deductions:
        await _use_credit(store, family_id, deduction)
    invoices = await _pay(store, family_id, invoices, deductions)
    payment = await _open_payment(store, family_id, guardian_id, invoices) if invoices else None
    return Requested(payment, sum(deduction.cents for deduction in deductions))


async def _use_credit(store: PaymentStore, family_id: UUID, deduction: Deduction) -> None:
    movement_id = new_id()
    await store.add_use(deduction.source_id, family_id, None, -deduction.cents, movement_id)
    await store.add_use(deduction.source_id, family_id, deduction.invoice_id, deduction.cents, movement_id)


async def _pay(
    store: PaymentStore, family_id: UUID, invoices: Sequence[OpenInvoice], deductions: Sequence[Deduction]
) -> list[OpenInvoice]:
    """The invoices on which something is left to pay."""
    left = []
    for invoice in invoices:
        cents = sum(deduction.cents for deduction in deductions if deduction.invoice_id == invoice.invoice_id)
        paid = await pay_invoice(store, family_id, invoice, cents) if cents else invoice
        if paid.due.cents:
            left.append(paid)
    return left


async def _open_payment(
    store: PaymentStore, family_id: UUID, guardian_id: UUID | None, invoices: Sequence[OpenInvoice]
) -> InvoicePayment:
    items = tuple(invoice.due for invoice in invoices)
    if pending := await store.pending_payment(family_id, items):
        return pending
    payer = await store.payer(family_id, guardian_id)
    if payer is None or payer.email is None:
        raise PayerEmailMissingError
    payment = InvoicePayment(new_id(), new_id(), family_id, invoices[0].regie_id, items)
    await store.insert_payment(payment)
    await store.publish(_request(payment, invoices, payer, payer.email), sequence=1)
    return payment


def _check(invoices: Sequence[OpenInvoice], now: datetime) -> None:
    if paid := [invoice.number for invoice in invoices if invoice.due.cents == 0]:
        raise InvoiceAlreadyPaidError(paid)
    if late := [invoice.number for invoice in invoices if invoice.pay_until and invoice.pay_until < now]:
        raise TooLateToPayError(late)
    regies = {invoice.regie_id: invoice.regie_name for invoice in invoices}
    if len(regies) > 1:
        raise SeveralRegiesError(sorted(regies.values()))


def _request(
    payment: InvoicePayment, invoices: Sequence[OpenInvoice], payer: PayerContact, email: str
) -> InvoicePaymentRequested:
    return InvoicePaymentRequested(
        payment_id=payment.payment_id,
        purpose=PaymentPurpose.INVOICES,
        reference_id=payment.invoice_payment_id,
        regie_id=payment.regie_id,
        family_id=payment.family_id,
        amount_cents=payment.total_cents,
        label=payment_label(sorted((invoice.number for invoice in invoices), key=lambda number: (len(number), number))),
        article_count=len(invoices),
        article_ids=tuple(invoice.invoice_id for invoice in invoices),
        payer=Payer(first_name=payer.first_name, last_name=payer.last_name, email=email, address=payer.address),
    )
