"""What communication does with the events of the other services."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid5
from zoneinfo import ZoneInfo

from chassis.clock import local_day
from chassis.database import Transaction
from chassis.messaging.consumer import Consumer, Received, Together
from chassis.tenants import Tenant, tenant_of
from communication.adapters.store import SqlCommunicationStore
from communication.application.notify import Notice, notify_families
from communication.application.ports import AboutPayment, Contact
from communication.domain.mails import (
    REFUSAL_PATIENCE,
    MailText,
    invoice_available,
    invoice_lapsed,
    invoice_to_pay_at_once,
    payment_refused,
    payment_reviewed,
    refund_undone,
    surplus_received,
)
from communication.domain.receipts import Receipt, receipt_mail
from communication.entrypoints.money_notices import tell_credit, tell_money_back, tell_unused
from communication.entrypoints.place_notices import tell_change, tell_decision, tell_place, tell_withdrawal
from contracts.events import (
    AdhesionPaymentUnused,
    AttendanceRecorded,
    FamilyRegistered,
    GuardianChanged,
    InvoiceIssued,
    InvoiceLapsed,
    InvoicePaymentUnused,
    PaymentReversed,
    PaymentSettled,
    PlaceOffered,
    ReservationsChangedByTownHall,
    ReservationsWithdrawn,
    SurplusDecided,
    SurplusReceived,
)
from contracts.events.payment_gateway import REVIEWED
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


async def tell_payments(transaction: Transaction, events: Sequence[Received[PaymentSettled]]) -> None:
    """The receipt, once for each payment, refusals, which leave when nothing is paid soon after, and ended reviews."""
    tenant, payments = await tenant_of(transaction), [received.event for received in events]
    leaves_at = transaction.clock.real_now() + REFUSAL_PATIENCE
    notices = [_receipt(payment, tenant) for payment in payments if payment.status is PaymentStatus.SUCCEEDED]
    notices += [_refusal(payment, tenant, leaves_at) for payment in payments if payment.status is PaymentStatus.REFUSED]
    notices += [_review(payment, tenant) for payment in payments if payment.reason_code == REVIEWED]
    if notices:
        await notify_families(SqlCommunicationStore(transaction), notices, transaction.now())


async def tell_lapse(transaction: Transaction, received: Received[InvoiceLapsed]) -> None:
    """«Réservations annulées» for want of payment."""
    lapsed, tenant = received.event, await tenant_of(transaction)
    text = invoice_lapsed(
        number=lapsed.number, amount_cents=lapsed.amount_cents, portal_title=tenant.description.portal_title
    )
    notice = Notice(lapsed.family_id, uuid5(lapsed.invoice_id, "lapsed"), text)
    await notify_families(SqlCommunicationStore(transaction), [notice], transaction.now())


def _announcement(invoice: InvoiceIssued, tenant: Tenant) -> Notice:
    return Notice(invoice.family_id, invoice.invoice_id, _announced(invoice, tenant))


def _announced(invoice: InvoiceIssued, tenant: Tenant) -> MailText:
    if invoice.pay_until:
        return invoice_to_pay_at_once(
            number=invoice.number,
            amount_cents=invoice.amount_cents,
            pay_until=invoice.pay_until.astimezone(ZoneInfo(tenant.time_zone)),
            regie=invoice.regie.name,
            portal_title=tenant.description.portal_title,
        )
    return invoice_available(
        number=invoice.number,
        period=invoice.period,
        amount_cents=invoice.amount_cents,
        due_on=invoice.due_on,
        regie=invoice.regie.name,
        portal_title=tenant.description.portal_title,
    )


def _receipt(payment: PaymentSettled, tenant: Tenant) -> Notice:
    told = payment.receipt
    receipt = Receipt(
        label=payment.label,
        amount_cents=payment.amount_cents,
        paid_on=local_day(payment.settled_at, tenant.time_zone),
        page=f"/paiement/{payment.payment_id}/recu",
        portal_title=tenant.description.portal_title,
        regie=told.regie_name if told else None,
        reference=told.reference if told else str(payment.payment_id),
        transaction_id=told.transaction_id if told else None,
    )
    about = AboutPayment("receipt", payment.family_id, payment.payment_id)
    return Notice(payment.family_id, payment.payment_id, receipt_mail(receipt), about)


def _refusal(payment: PaymentSettled, tenant: Tenant, leaves_at: datetime) -> Notice:
    text = payment_refused(
        label=payment.label,
        amount_cents=payment.amount_cents,
        reason=payment.reason,
        portal_title=tenant.description.portal_title,
    )
    about = AboutPayment("refusal", payment.family_id, payment.payment_id, leaves_at)
    return Notice(payment.family_id, uuid5(payment.payment_id, "refused"), text, about)


def _review(payment: PaymentSettled, tenant: Tenant) -> Notice:
    text = payment_reviewed(
        label=payment.label,
        amount_cents=payment.amount_cents,
        reason=payment.reason,
        portal_title=tenant.description.portal_title,
    )
    return Notice(payment.family_id, uuid5(payment.payment_id, "reviewed"), text)


async def announce_surplus(transaction: Transaction, received: Received[SurplusReceived]) -> None:
    """«Un paiement que la mairie doit vérifier», or a refund that did not arrive."""
    surplus, tenant = received.event, await tenant_of(transaction)
    write = refund_undone if surplus.undone_movement_id else surplus_received
    text = write(
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
            InvoiceLapsed: tell_lapse,
            PaymentSettled: Together(tell_payments),
            SurplusReceived: announce_surplus,
            SurplusDecided: tell_credit,
            PaymentReversed: tell_money_back,
            InvoicePaymentUnused: tell_unused,
            AdhesionPaymentUnused: tell_unused,
            PlaceOffered: tell_place,
            ReservationsWithdrawn: tell_withdrawal,
            ReservationsChangedByTownHall: tell_change,
            AttendanceRecorded: tell_decision,
        },
    ),
]
