"""Invoices of all families."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.responses import StreamingResponse

from web.api import billing
from web.downloads import pass_on
from web.town_hall.lists import Cursor, IdFilter, InvoiceStatus, MonthFilter, Parts, chosen_family, months_around
from web.visit import StaffVisit

router = APIRouter()

_MONTHS_BEFORE, _MONTHS_AFTER = 24, 12


@router.get("/mairie/factures")
async def list_invoices(
    visit: StaffVisit,
    mois: MonthFilter = None,
    etat: InvoiceStatus = None,
    famille: IdFilter = None,
    cursor: Cursor = "",
) -> Response:
    """The latest number first, by month, status and family."""
    found, family = await asyncio.gather(
        billing.commune_invoices(visit.api, month=mois, status=etat, family_id=famille, cursor=cursor or None),
        chosen_family(visit, famille),
    )
    today = (await visit.commune()).today
    return await visit.page(
        "town_hall/invoices.html",
        invoices=found.items,
        months=months_around(today, _MONTHS_BEFORE, _MONTHS_AFTER),
        chosen={"month": mois, "status": etat or "", "family_id": famille, "family": family},
        parts=Parts.of(visit.request.url, found.next_cursor),
    )


@router.get("/mairie/factures/{invoice_id}/pdf")
async def download_invoice(visit: StaffVisit, invoice_id: UUID) -> StreamingResponse:
    """The invoice's document."""
    return await pass_on(visit.api, billing.pdf_path(invoice_id))
