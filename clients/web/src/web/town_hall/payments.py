"""Payments of all families, and what the bank said of each."""

import asyncio
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response

from web.api import enrolment, payments, refunds
from web.api.client import Page
from web.api.errors import ApiProblem
from web.api.payments import CommunePayment
from web.attempts import attempt
from web.navigation import see_other
from web.town_hall.lists import (
    AmountFilter,
    Cursor,
    DayFilter,
    IdFilter,
    Parts,
    PaymentStatus,
    WordsFilter,
    chosen_family,
)
from web.town_hall.refusals import Refusal
from web.visit import RegisseurVisit, StaffVisit, Visit

router = APIRouter()


@router.get("/mairie/paiements")
async def list_payments(
    visit: StaffVisit,
    *,
    etat: PaymentStatus = None,
    famille: IdFilter = None,
    nom: WordsFilter = "",
    recherche: WordsFilter = "",
    montant: AmountFilter = None,
    jour: DayFilter = None,
    regie: IdFilter = None,
    cursor: Cursor = "",
) -> Response:
    """The latest first, by status, family, reference or bank's number, amount, day and régie."""
    name = nom.strip()
    family, regies, families = await asyncio.gather(
        chosen_family(visit, famille), attempt(enrolment.regies(visit.api)), _families_named(visit, name)
    )
    wanted = [famille] if famille else families
    found = Page[CommunePayment](items=[])
    if wanted or not name:
        found = await payments.commune_payments(
            visit.api,
            status=etat,
            family_ids=wanted,
            regie_id=regie,
            search=recherche.strip(),
            amount_cents=montant,
            day=jour,
            cursor=cursor or None,
        )
    return await visit.page(
        "town_hall/payments/list.html",
        payments=found.items,
        regies=regies or [],
        chosen={
            "status": etat or "",
            "family_id": famille,
            "family": family,
            "name": name,
            "words": recherche.strip(),
            "amount": f"{montant / 100:.2f}".replace(".", ",") if montant is not None else "",
            "day": jour or "",
            "regie": regie or "",
        },
        is_regie=visit.session is not None and visit.session.keeps_books,
        parts=Parts.of(visit.request.url, found.next_cursor),
    )


async def _families_named(visit: Visit, name: str) -> Sequence[UUID]:
    """The first families of that name; none when no name is given."""
    if not name:
        return []
    return [family.family_id for family in (await enrolment.families(visit.api, name)).items]


@router.get("/mairie/paiements/{payment_id}")
async def show_payment(
    visit: StaffVisit, payment_id: UUID, rembourse: IdFilter = None, fait: Literal["verification"] | None = None
) -> Response:
    """A payment with its history in words; for the régie, what was taken and given back, and a refund just asked."""
    return await _payment_page(visit, payment_id, refund_id=rembourse, done=fait)


@router.post("/mairie/paiements/{payment_id}/verification")
async def end_review(visit: RegisseurVisit, payment_id: UUID) -> Response:
    """The bank took nothing: the family may pay anew. Sent twice it is done once."""
    try:
        await refunds.end_review(visit.api, payment_id)
    except ApiProblem as problem:
        return await _payment_page(visit, payment_id, problem.status, refusal=Refusal.of(problem))
    return see_other(f"/mairie/paiements/{payment_id}?fait=verification")


async def _payment_page(  # noqa: PLR0917 - what a page shows
    visit: Visit,
    payment_id: UUID,
    status: int = 200,
    refund_id: UUID | None = None,
    done: str | None = None,
    refusal: Refusal | None = None,
) -> Response:
    payment, history, regies = await asyncio.gather(
        payments.commune_payment(visit.api, payment_id),
        attempt(payments.payment_history(visit.api, payment_id)),
        attempt(enrolment.regies(visit.api)),
    )
    is_regie = visit.session is not None and visit.session.keeps_books
    money = await attempt(refunds.money(visit.api, payment_id)) if is_regie else None
    return await visit.page(
        "town_hall/payments/one.html",
        status,
        payment=payment,
        history=history,
        family=await chosen_family(visit, payment.family_id),
        regie=next((regie.name for regie in regies or [] if regie.regie_id == payment.regie_id), None),
        is_regie=is_regie,
        money=money,
        asked=next((one for one in money.refunds if one.refund_id == refund_id), None) if money else None,
        done=done,
        refusal=refusal,
    )
