"""What communication does with the events of the other services."""

from collections.abc import Sequence

from chassis.clock import local_day
from chassis.database import Transaction
from chassis.messaging.consumer import Consumer, Received, Together
from chassis.tenants import Tenant, tenant_of
from communication.adapters.store import SqlCommunicationStore
from communication.application.notify import Notice, notify_families
from communication.application.ports import Contact
from communication.domain.mails import invoice_available, payment_received, surplus_received
from communication.entrypoints.money_notices import tell_credit, tell_money_back, tell_unused
from contracts.events import (
    AdhesionPaymentUnused,
    FamilyRegistered,
    GuardianChanged,
    InvoiceIssued,
    InvoicePaymentUnused,
    PaymentReversed,
    PaymentSettled,
    SurplusDecided,
    SurplusReceived,
)
from contracts.values import EURO, PaymentStatus


async def keep_family(transaction: Transaction, received: Received[FamilyRegistered]) -> None:
    """Keeps who is written to."""
    family = received.event
    contacts = [Contact(g.guardian_id, family.family_id, g.first_name, g.last_name, g.email) for g in family.guardians]
    await SqlCommunicationStore(transaction).keep_family(family.family_id, family.name, contacts, received.sequence)


async def keep_guardian(transaction: Transaction, received: Received[GuardianChanged]) -> None:
    """Keeps a guardian's new address."""
    changed = received.event
    contact = Contact(changed.guardian_id, changed.family_id, changed.first_name, changed.last_name, changed.email)
    await SqlCommunicationStore(transaction).keep_contact(contact, received.sequence)


async def announce_invoices(transaction: Transaction, events: Sequence[Received[InvoiceIssued]]) -> None:
    """«Votre facture est disponible.»"""
    tenant = await tenant_of(transaction)
    notices = [_announcement(received.event, tenant) for received in events]
    await notify_families(SqlCommunicationStore(transaction), notices, transaction.now())


async def confirm_payments(transaction: Transaction, events: Sequence[Received[PaymentSettled]]) -> None:
    """«Votre paiement est confirmé.» Refusals are told on the page, not by mail."""
    paid = [received.event for received in events if received.event.status is PaymentStatus.SUCCEEDED]
    if not paid:
        return
    tenant = await tenant_of(transaction)
    notices = [_confirmation(payment, tenant) for payment in paid]
    await notify_families(SqlCommunicationStore(transaction), notices, transaction.now())


def _announcement(invoice: InvoiceIssued, tenant: Tenant) -> Notice:
    text = invoice_available(
        number=invoice.number,
        period=invoice.period,
        amount_cents=invoice.amount_cents,
        due_on=invoice.due_on,
        regie=invoice.regie.name,
        portal_title=tenant.description.portal_title,
    )
    return Notice(invoice.family_id, invoice.invoice_id, text)


def _confirmation(payment: PaymentSettled, tenant: Tenant) -> Notice:
    text = payment_received(
        label=payment.label,
        amount_cents=payment.amount_cents,
        paid_on=local_day(payment.settled_at, tenant.time_zone),
        portal_title=tenant.description.portal_title,
    )
    return Notice(payment.family_id, payment.payment_id, text)


async def announce_surplus(transaction: Transaction, received: Received[SurplusReceived]) -> None:
    """«Un paiement que la mairie doit vérifier.»"""
    surplus, tenant = received.event, await tenant_of(transaction)
    text = surplus_received(
        label=surplus.label,
        amount_cents=surplus.amount_cents,
        is_euro=surplus.currency == EURO,
        received_on=local_day(surplus.received_at, tenant.time_zone),
        portal_title=tenant.description.portal_title,
    )
    notice = Notice(surplus.family_id, surplus.movement_id, text)
    await notify_families(SqlCommunicationStore(transaction), [notice], transaction.now())


CONSUMERS = [
    Consumer("families", {FamilyRegistered: keep_family, GuardianChanged: keep_guardian}),
    Consumer(
        "notices",
        {
            InvoiceIssued: Together(announce_invoices),
            PaymentSettled: Together(confirm_payments),
            SurplusReceived: announce_surplus,
            SurplusDecided: tell_credit,
            PaymentReversed: tell_money_back,
            InvoicePaymentUnused: tell_unused,
            AdhesionPaymentUnused: tell_unused,
        },
    ),
]
