"""Mails about money that was credited, went back, or did not come after all."""

from uuid import UUID, uuid5

from chassis.clock import local_day
from chassis.database import Transaction
from chassis.messaging.consumer import Received
from chassis.tenants import tenant_of
from communication.adapters.store import SqlCommunicationStore
from communication.application.notify import Notice, notify_families
from communication.domain.mails import (
    MailText,
    payment_undone,
    payment_unused,
    refund_made,
    surplus_credited,
)
from contracts.events import AdhesionPaymentUnused, InvoicePaymentUnused, PaymentReversed, SurplusDecided
from contracts.events.payment_gateway import RefundConsequence, ReversalKind, SurplusDecision
from contracts.values import PaymentPurpose


async def tell_unused(
    transaction: Transaction, received: Received[InvoicePaymentUnused] | Received[AdhesionPaymentUnused]
) -> None:
    """«Vous avez payé … en trop.» The payment itself was confirmed by another mail."""
    unused, tenant = received.event, await tenant_of(transaction)
    text = payment_unused(
        label=unused.label,
        amount_cents=unused.amount_cents,
        paid_on=local_day(unused.settled_at, tenant.time_zone),
        is_credited=isinstance(unused, InvoicePaymentUnused),
        portal_title=tenant.description.portal_title,
    )
    await _notify(transaction, unused.family_id, uuid5(unused.payment_id, "unused"), text)


async def tell_credit(transaction: Transaction, received: Received[SurplusDecided]) -> None:
    """«… au crédit de votre compte.» A refund is told once it is made."""
    decided, tenant = received.event, await tenant_of(transaction)
    if decided.decision is not SurplusDecision.CREDITED:
        return
    text = surplus_credited(
        label=decided.label, amount_cents=decided.amount_cents, portal_title=tenant.description.portal_title
    )
    await _notify(transaction, decided.family_id, uuid5(decided.movement_id, "credited"), text)


async def tell_money_back(transaction: Transaction, received: Received[PaymentReversed]) -> None:
    """«Remboursement de …», or that a payment was not honoured."""
    back, tenant = received.event, await tenant_of(transaction)
    day, title = local_day(back.reversed_at, tenant.time_zone), tenant.description.portal_title
    if back.kind is ReversalKind.REFUND:
        text = refund_made(
            label=back.label,
            amount_cents=back.amount_cents,
            made_on=day,
            owed_again=_is_owed_again(back),
            portal_title=title,
        )
    elif back.surplus_id is None:
        text = payment_undone(
            label=back.label,
            amount_cents=back.amount_cents,
            undone_on=day,
            is_rejected=back.kind is ReversalKind.REJECTION,
            of_invoices=back.purpose is PaymentPurpose.INVOICES,
            portal_title=title,
        )
    else:
        return
    await _notify(transaction, back.family_id, back.movement_id, text)


def _is_owed_again(back: PaymentReversed) -> bool:
    settled_invoices = back.purpose is PaymentPurpose.INVOICES and back.surplus_id is None
    return settled_invoices and back.consequence is not RefundConsequence.CREDIT_NOTE


async def _notify(transaction: Transaction, family_id: UUID, about: UUID, text: MailText) -> None:
    store = SqlCommunicationStore(transaction)
    await notify_families(store, [Notice(family_id, about, text)], transaction.now())
