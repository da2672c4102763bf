"""Invoices: paying in three steps, history, account."""

from itertools import groupby
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response
from starlette.responses import StreamingResponse

from web.api import billing
from web.api.billing import Invoice
from web.api.errors import ApiProblem
from web.downloads import pass_on
from web.family.bank import go_to_bank
from web.family.payments import pay_chosen
from web.i18n import gettext as _
from web.navigation import see_other
from web.visit import ParentVisit, Visit

router = APIRouter()

_PAY, _HISTORY, _ACCOUNT = "/factures", "/factures/historique", "/factures/compte"
Chosen = Annotated[list[UUID] | None, Query(max_length=99)]


def _tabs() -> list[tuple[str, str]]:
    return [(_("Payer"), _PAY), (_("Historique"), _HISTORY), (_("Mon compte"), _ACCOUNT)]


@router.get(_PAY)
async def show_pending(visit: ParentVisit) -> Response:
    """Step 1: the invoices to pay."""
    return await _pending_page(visit)


async def _pending_page(visit: Visit, status: int = 200, error: str = "") -> Response:
    pending = await billing.invoices(visit.api, "pending")
    months = _by_month_and_regie(pending)
    return await visit.page("family/invoices/pay.html", status, tabs=_tabs(), tab=_PAY, months=months, error=error)


@router.get("/factures/recapitulatif")
async def show_recap(visit: ParentVisit, facture: Chosen = None, retirer: UUID | None = None) -> Response:
    """Step 2: the chosen invoices. «Retirer» asks for this page without one of them."""
    wanted = {invoice_id for invoice_id in facture or [] if invoice_id != retirer}
    chosen = [invoice for invoice in await billing.invoices(visit.api, "pending") if invoice.invoice_id in wanted]
    if not chosen:
        if facture and retirer:
            return see_other(_PAY)
        return await _pending_page(visit, 422, _("Choisissez au moins une facture à payer."))
    total = sum(invoice.due_cents for invoice in chosen)
    return await visit.page(
        "family/invoices/recap.html",
        tabs=_tabs(),
        tab=_PAY,
        invoices=chosen,
        total_cents=total,
        deducted_cents=min(await _credit_for(visit, chosen), total),
    )


async def _credit_for(visit: Visit, chosen: list[Invoice]) -> int:
    """Cents at the family's credit with the cash office of these invoices; those of several are not paid together."""
    regies = {invoice.regie.regie_id for invoice in chosen}
    held = {summary.regie_id: summary.credit_cents for summary in await billing.summary(visit.api)}
    return held.get(regies.pop(), 0) if len(regies) == 1 else 0


@router.post("/factures/payer")
async def pay(visit: ParentVisit, facture: Annotated[list[UUID] | None, Form()] = None) -> Response:
    """Step 3: to the bank. The amount is billing's."""
    if not facture:
        return await _pending_page(visit, 422, _("Choisissez au moins une facture à payer."))
    try:
        payment_id = await pay_chosen(visit, facture)
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        return await _pending_page(visit, 409, problem.detail)
    return await go_to_bank(visit, payment_id) if payment_id else see_other(f"{_HISTORY}?fait=avoir")


@router.get(_HISTORY)
async def show_history(visit: ParentVisit, fait: str = "") -> Response:
    """Payments made or tried, and the paid invoices."""
    records = await billing.payments(visit.api)
    paid = await billing.invoices(visit.api, "paid")
    notice = _("C'est réglé par votre avoir : la banque ne vous prend rien.") if fait == "avoir" else ""
    return await visit.page(
        "family/invoices/history.html", tabs=_tabs(), tab=_HISTORY, records=records, paid=paid, notice=notice
    )


@router.get(_ACCOUNT)
async def show_account(visit: ParentVisit) -> Response:
    """Every movement of the family's account."""
    account = await billing.account(visit.api)
    return await visit.page("family/invoices/account.html", tabs=_tabs(), tab=_ACCOUNT, account=account)


@router.get("/factures/{invoice_id}/pdf")
async def download(visit: ParentVisit, invoice_id: UUID) -> StreamingResponse:
    """The invoice's document."""
    return await pass_on(visit.api, billing.pdf_path(invoice_id))


def _by_month_and_regie(invoices: list[Invoice]) -> list[tuple[Invoice, list[Invoice]]]:
    """Groups by month (the latest first) and cash office; each group with one invoice that names both."""

    def place(invoice: Invoice) -> tuple[int, str]:
        return -invoice.period.toordinal(), invoice.regie.name

    ordered = sorted(invoices, key=lambda invoice: (*place(invoice), invoice.number))
    groups = [list(group) for _place, group in groupby(ordered, key=place)]
    return [(group[0], group) for group in groups]
