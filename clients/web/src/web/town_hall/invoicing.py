"""Invoicing a month: what it would issue, then doing it."""

import asyncio
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response

from web.api import billing
from web.api.errors import ApiProblem
from web.attempts import attempt
from web.navigation import see_other
from web.town_hall.lists import IdFilter, MonthField, MonthFilter, month_after, months_around
from web.town_hall.refusals import Refusal
from web.visit import StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/facturation"
_MONTHS_BEFORE, _MONTHS_AFTER = 12, 12


@router.get(_PATH)
async def show_month(visit: StaffVisit, mois: MonthFilter = None, fait: IdFilter = None) -> Response:
    """A month's preview (the last one ended, unless chosen), what was just done, and the history."""
    today = (await visit.commune()).today
    return await _month_page(visit, mois or month_after(today, -1), done=fait)


@router.post(_PATH)
async def invoice_month(visit: StaffVisit, mois: MonthField) -> Response:
    """Issues the invoices. Sent twice, or by two people at once, they are issued once."""
    try:
        run = await billing.run_invoicing(visit.api, mois)
    except ApiProblem as problem:
        return await _month_page(visit, mois, problem.status, refusal=Refusal.of(problem))
    return see_other(f"{_PATH}?mois={mois:%Y-%m}&fait={run.run_id}")


async def _month_page(
    visit: Visit, month: date, status: int = 200, done: UUID | None = None, refusal: Refusal | None = None
) -> Response:
    preview, runs = await asyncio.gather(
        attempt(billing.preview_run(visit.api, month)), attempt(billing.invoicing_runs(visit.api))
    )
    today = (await visit.commune()).today
    return await visit.page(
        "town_hall/invoicing.html",
        status,
        month=month,
        months=months_around(today, _MONTHS_BEFORE, _MONTHS_AFTER),
        preview=preview,
        runs=runs,
        done=next((run for run in runs or [] if run.run_id == done), None),
        refusal=refusal,
        may_invoice=visit.session is not None and visit.session.keeps_books,
    )
