"""Routes of a family: what it has to pay, paying, account and history."""

from fastapi import APIRouter

from billing.adapters import queries
from billing.adapters.credits import credits_by_regie
from billing.adapters.payments import SqlPaymentStore
from billing.application.request_payment import request_payment
from billing.domain.deduction import usable_cents
from billing.entrypoints.schemas import (
    Account,
    FamilyPayment,
    Movement,
    PaymentOrder,
    PaymentOrdered,
    PendingByRegie,
)
from chassis.clock import local_day
from chassis.http.dependencies import AnyPrincipal, CurrentTenant, CurrentTransaction, FamilyId
from chassis.http.scope import PortalRoute

router = APIRouter(route_class=PortalRoute)


@router.get("/summary")
async def read_summary(family_id: FamilyId, transaction: CurrentTransaction) -> list[PendingByRegie]:
    """What the family has to pay, by régie; empty when nothing is due."""
    held = await credits_by_regie(transaction, family_id)
    return [
        PendingByRegie.model_validate({**row, "credit_cents": usable_cents(held.get(row["regie_id"], ()))})
        for row in await queries.pending_by_regie(transaction, family_id)
    ]


@router.post("/invoice-payments", status_code=201)
async def pay_invoices(
    order: PaymentOrder, principal: AnyPrincipal, family_id: FamilyId, transaction: CurrentTransaction
) -> PaymentOrdered:
    """Deducts the family's credit and opens the payment of the rest; the same selection again gives the same."""
    requested = await request_payment(
        SqlPaymentStore(transaction),
        family_id=family_id,
        guardian_id=principal.guardian_id,
        invoice_ids=order.invoice_ids,
    )
    payment = requested.payment
    return PaymentOrdered(
        invoice_payment_id=payment.invoice_payment_id if payment else None,
        payment_id=payment.payment_id if payment else None,
        count=len(payment.items) if payment else 0,
        total_cents=payment.total_cents if payment else 0,
        deducted_cents=requested.deducted_cents,
    )


@router.get("/account")
async def read_account(family_id: FamilyId, tenant: CurrentTenant, transaction: CurrentTransaction) -> Account:
    """The family's account, the latest movement first."""
    movements = [
        Movement.model_validate({**row, "date": local_day(row["occurred_at"], tenant.time_zone)})
        for row in await queries.account_movements(transaction, family_id)
    ]
    return Account(balance_cents=movements[0].balance_cents if movements else 0, movements=movements)


@router.get("/payments")
async def list_payments(
    family_id: FamilyId, tenant: CurrentTenant, transaction: CurrentTransaction
) -> list[FamilyPayment]:
    """Outcomes of the family's payments, of invoices and of adhesions, the latest first."""
    return [
        FamilyPayment.model_validate({**row, "date": local_day(row["settled_at"], tenant.time_zone)})
        for row in await queries.family_payments(transaction, family_id)
    ]
