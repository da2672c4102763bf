"""Routes about invoices: the family's own, and all of the commune's for the town hall."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from billing.adapters import documents, queries
from billing.domain.period import Period
from billing.entrypoints.schemas import Invoice, InvoiceLine, InvoiceQuery, InvoiceWithLines
from chassis.authentication import ForbiddenError, Principal
from chassis.errors import NotFoundError
from chassis.http.dependencies import AnyPrincipal, CurrentRuntime, CurrentTenant, CurrentTransaction
from chassis.http.payloads import Page
from chassis.http.scope import PortalRoute

router = APIRouter(route_class=PortalRoute)


def _family_seen(principal: Principal) -> UUID | None:
    """The only family whose invoices the caller sees; None for the town hall, which sees all."""
    if principal.is_staff:
        return None
    if principal.family_id is None:
        raise ForbiddenError
    return principal.family_id


@router.get("/invoices")
async def list_invoices(
    query: Annotated[InvoiceQuery, Query()], principal: AnyPrincipal, transaction: CurrentTransaction
) -> Page[Invoice]:
    """Invoices, the latest first. A parent sees the own family's only, whatever the query asks."""
    wanted = queries.InvoiceFilter(
        family_id=_family_seen(principal) or query.family_id,
        period=Period.parse(query.period) if query.period else None,
        status=query.status,
        after=query.after,
    )
    rows = await queries.list_invoices(transaction, wanted, query.limit + 1)
    last = rows[query.limit - 1] if len(rows) > query.limit else None
    return Page(
        items=[Invoice.from_row(row) for row in rows[: query.limit]],
        next_cursor=f"{last['period']:%Y-%m}.{last['sequence']}" if last else None,
    )


@router.get("/invoices/{invoice_id}")
async def read_invoice(invoice_id: UUID, principal: AnyPrincipal, transaction: CurrentTransaction) -> InvoiceWithLines:
    """An invoice with its lines."""
    row = await queries.find_invoice(transaction, invoice_id, _family_seen(principal))
    if row is None:
        raise NotFoundError
    lines = [InvoiceLine.from_row(line) for line in await queries.invoice_lines(transaction, [invoice_id])]
    return InvoiceWithLines(**Invoice.from_row(row).model_dump(), lines=lines)


@router.get(
    "/invoices/{invoice_id}/pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def read_invoice_pdf(
    invoice_id: UUID,
    principal: AnyPrincipal,
    tenant: CurrentTenant,
    runtime: CurrentRuntime,
    transaction: CurrentTransaction,
) -> Response:
    """The invoice as PDF; made on the spot when the job has not come to it yet."""
    row = await queries.find_invoice(transaction, invoice_id, _family_seen(principal))
    if row is None:
        raise NotFoundError
    content = await documents.stored_pdf(transaction, invoice_id)
    if content is None:
        address = runtime.settings.portal_address(tenant.hostname)
        printed = await documents.read_documents(transaction, [row], tenant, address)
        (content,) = rendered = await documents.render_documents(printed)
        await documents.store_pdfs(transaction, [invoice_id], rendered)
    return Response(
        content,
        media_type="application/pdf",
        headers={"content-disposition": f'inline; filename="Facture-{row["number"]}.pdf"'},
    )
