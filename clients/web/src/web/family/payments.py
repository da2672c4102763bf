"""Where a payment stands. The bank's callback decides; this page only tells, by itself, as soon as it is known."""

import asyncio
import time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Query, Response
from starlette.responses import JSONResponse

from web.api import billing, enrolment, payments
from web.api.errors import ApiProblem
from web.api.payments import Payment
from web.family.bank import go_to_bank, payment_path
from web.navigation import see_other
from web.visit import ParentVisit, Visit

router = APIRouter()

_MOST_TRIES = 20
"""Reloads of the waiting page before an unknown payment is called unknown."""
_WAITING = frozenset({"requested", "in_progress"})
_PAUSE_SECONDS = 0.25


@router.get("/paiement/{payment_id}")
async def show_payment(
    visit: ParentVisit, payment_id: UUID, essai: Annotated[int, Query(ge=0, le=1000)] = 0, autre: bool = False
) -> Response:
    """The state of a payment. One still on its way to the gateway has a waiting page, for a while.

    ``autre``: the bank may still accept another payment of the same things.
    """
    payment = await payments.payment(visit.api, payment_id)
    if payment is None and essai >= _MOST_TRIES:
        raise HTTPException(404)
    return await visit.page(
        "family/payment/state.html",
        payment=payment,
        status=payment.status if payment else "unknown",
        waits=payment is None or payment.status in _WAITING,
        own_path=payment_path(payment_id),
        next_try=essai + 1,
        may_pay_twice=payment is not None and payment.status in ({*_WAITING} if autre else {"in_progress"}),
    )


@router.get("/paiement/{payment_id}/recu")
async def show_receipt(visit: ParentVisit, payment_id: UUID) -> Response:
    """The receipt, made to be printed."""
    receipt = await payments.receipt(visit.api, payment_id)
    return await visit.page("family/payment/receipt.html", receipt=receipt)


@router.get("/paiement/{payment_id}/etat")
async def tell_state(visit: ParentVisit, payment_id: UUID) -> Response:
    """The state alone, for the page that asks again and again."""
    payment = await payments.payment(visit.api, payment_id)
    return JSONResponse({"status": payment.status if payment else "unknown"})


@router.post("/paiement/{payment_id}/banque")
async def continue_payment(visit: ParentVisit, payment_id: UUID, confirme: Annotated[bool, Form()] = False) -> Response:
    """Back to the bank with a payment still open; ``confirme`` where the page warned of paying twice."""
    return await go_to_bank(visit, payment_id, confirmed=confirme)


@router.post("/paiement/{payment_id}/reessayer")
async def try_again(visit: ParentVisit, payment_id: UUID) -> Response:
    """After a refusal: a new payment of the same things."""
    payment = await payments.payment(visit.api, payment_id)
    if payment is None or payment.status in {*_WAITING, "succeeded", "to_review"}:
        return see_other(payment_path(payment_id))
    fresh = await _fresh_payment(visit, payment)
    return await go_to_bank(visit, fresh) if fresh else see_other(_where_it_began(payment))


async def _fresh_payment(visit: Visit, failed: Payment) -> UUID | None:
    """Asks until the service that wanted the money has heard of the failure too."""
    deadline = time.monotonic() + visit.state.settings.payment_patience_seconds
    while True:
        try:
            payment_id = await _ask_again(visit, failed)
        except ApiProblem:
            return None
        if payment_id != failed.payment_id:
            return payment_id
        if time.monotonic() >= deadline:
            return None
        await asyncio.sleep(_PAUSE_SECONDS)


async def _ask_again(visit: Visit, failed: Payment) -> UUID | None:
    if failed.purpose == "adhesion_order":
        return (await enrolment.pay_order(visit.api, failed.reference_id)).payment_id
    return await pay_again(visit, failed.payment_id)


async def pay_again(visit: Visit, failed: UUID) -> UUID | None:
    """A new payment of the invoices of a failed one; None when this browser did not choose them."""
    paying = visit.session.paying if visit.session else None
    if paying is None or paying.payment_id != failed:
        return None
    return await pay_chosen(visit, paying.invoice_ids)


async def pay_chosen(visit: Visit, invoice_ids: list[UUID]) -> UUID | None:
    """Asks for one payment of these invoices, and remembers which they are; None when a credit covered them."""
    asked = await billing.pay_invoices(visit.api, invoice_ids)
    if asked.payment_id:
        visit.remember_paying(asked.payment_id, invoice_ids)
    return asked.payment_id


def _where_it_began(payment: Payment) -> str:
    return f"/inscriptions/commandes/{payment.reference_id}" if payment.purpose == "adhesion_order" else "/factures"
