"""Payments of all families, and what the bank said of each."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response

from web.api import payments, refunds
from web.attempts import attempt
from web.town_hall.lists import Cursor, IdFilter, Parts, PaymentStatus, chosen_family
from web.visit import StaffVisit

router = APIRouter()


@router.get("/mairie/paiements")
async def list_payments(
    visit: StaffVisit, etat: PaymentStatus = None, famille: IdFilter = None, cursor: Cursor = ""
) -> Response:
    """The latest first, by status and family."""
    found, family = await asyncio.gather(
        payments.commune_payments(visit.api, status=etat, family_id=famille, cursor=cursor or None),
        chosen_family(visit, famille),
    )
    return await visit.page(
        "town_hall/payments/list.html",
        payments=found.items,
        chosen={"status": etat or "", "family_id": famille, "family": family},
        is_regie=visit.session is not None and visit.session.keeps_books,
        parts=Parts.of(visit.request.url, found.next_cursor),
    )


@router.get("/mairie/paiements/{payment_id}")
async def show_payment(visit: StaffVisit, payment_id: UUID, rembourse: IdFilter = None) -> Response:
    """A payment with its history in words; for the régie, what was taken and given back, and a refund just asked."""
    payment, history = await asyncio.gather(
        payments.commune_payment(visit.api, payment_id), attempt(payments.payment_history(visit.api, payment_id))
    )
    is_regie = visit.session is not None and visit.session.keeps_books
    money = await attempt(refunds.money(visit.api, payment_id)) if is_regie else None
    return await visit.page(
        "town_hall/payments/one.html",
        payment=payment,
        history=history,
        family=await chosen_family(visit, payment.family_id),
        is_regie=is_regie,
        money=money,
        asked=next((one for one in money.refunds if one.refund_id == rembourse), None) if money else None,
    )
