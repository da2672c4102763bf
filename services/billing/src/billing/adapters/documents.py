"""Invoices as documents: what is printed on them, and the rendered files."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text

from billing.adapters.queries import invoice_lines
from billing.adapters.rendering import RENDERER
from billing.domain.document import DocumentLine, InvoiceDocument, printable_color
from billing.domain.period import Period
from billing.domain.words import days_in_figures, line_label
from chassis.database import Transaction
from chassis.french import euros, short_date
from chassis.tenants import Tenant


async def stored_pdf(transaction: Transaction, invoice_id: UUID) -> bytes | None:
    """The rendered file, when it exists."""
    content = await transaction.connection.scalar(
        text("select content from invoice_pdf where invoice_id = :invoice"), {"invoice": invoice_id}
    )
    return bytes(content) if content is not None else None


async def unrendered_invoices(transaction: Transaction, limit: int) -> Sequence[RowMapping]:
    """Invoices without a file, the oldest first."""
    rows = await transaction.connection.execute(
        text(
            "select i.* from invoice i left join invoice_pdf pdf using (tenant_id, invoice_id)"
            " where pdf.invoice_id is null order by i.period, i.sequence limit :limit"
        ),
        {"limit": limit},
    )
    return rows.mappings().all()


async def read_documents(
    transaction: Transaction, invoices: Sequence[RowMapping], tenant: Tenant, portal_address: str
) -> list[InvoiceDocument]:
    """What is printed on each invoice. ``portal_address`` is the commune's."""
    lines = defaultdict[UUID, list[DocumentLine]](list)
    for line in await invoice_lines(transaction, [invoice["invoice_id"] for invoice in invoices]):
        lines[line["invoice_id"]].append(
            DocumentLine(
                member=line["member_first_name"],
                label=line_label(line["element_name"], line["quantity"]),
                days=days_in_figures(line["days"]),
                quantity=str(line["quantity"]).replace("-", "−"),
                unit_price=euros(line["unit_price_cents"]),
                amount=euros(line["amount_cents"]),
            )
        )
    return [_document(invoice, lines[invoice["invoice_id"]], tenant, portal_address) for invoice in invoices]


def _document(
    invoice: RowMapping, lines: Sequence[DocumentLine], tenant: Tenant, portal_address: str
) -> InvoiceDocument:
    commune = tenant.description
    address = commune.contact.address
    return InvoiceDocument(
        number=invoice["number"],
        period=Period(invoice["period"]).name,
        issued_on=short_date(invoice["issued_on"]),
        due_on=short_date(invoice["due_on"]),
        issued_day=invoice["issued_on"],
        commune=commune.name,
        commune_address=(address.line, f"{address.postal_code} {address.city}"),
        commune_contact=(commune.contact.phone, commune.contact.email),
        color=printable_color(commune.look.primary_color),
        regie=invoice["regie_name"],
        family=invoice["family_name"],
        recipient=invoice["recipient"],
        recipient_address=(invoice["address_line"], f"{invoice['postal_code']} {invoice['city']}"),
        lines=tuple(lines),
        total=euros(invoice["amount_cents"]),
        portal_address=portal_address.partition("://")[2],
    )


async def render_documents(documents: Sequence[InvoiceDocument]) -> list[bytes]:
    """The files, rendered off the event loop."""
    return await asyncio.to_thread(RENDERER.render_all, documents)


async def store_pdfs(transaction: Transaction, invoice_ids: Sequence[UUID], contents: Sequence[bytes]) -> None:
    """Keeps rendered files; the first one kept of an invoice stays."""
    await transaction.connection.execute(
        text(
            "insert into invoice_pdf (tenant_id, invoice_id, content)"
            " select :tenant, pdf.invoice_id, pdf.content"
            " from unnest(cast(:ids as uuid[]), cast(:contents as bytea[])) as pdf(invoice_id, content)"
            " on conflict do nothing"
        ),
        {"tenant": transaction.tenant_id, "ids": list(invoice_ids), "contents": list(contents)},
    )
