"""The invoices on which families have something left to pay, as billing tells them; what is not newer is ignored.

One on which nothing is left stays, without ``due_on``: what was told of it before may still come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from planning.adapters.waiting_store import mark_waited_for

_KEEP = text(
    """
    insert into owed_invoice (tenant_id, invoice_id, family_id, version, number, due_on, left_cents)
    select distinct on (i.invoice_id) :tenant_id, i.* from unnest(
        cast(:invoice_ids as uuid[]), cast(:family_ids as uuid[]), cast(:versions as bigint[]),
        cast(:numbers as text[]), cast(:due_days as date[]), cast(:cents as bigint[])
    ) as i (invoice_id, family_id, version) order by i.invoice_id, i.version desc
    on conflict (tenant_id, invoice_id) do update
    set version = excluded.version, number = excluded.number, due_on = excluded.due_on, left_cents = excluded.left_cents
    where owed_invoice.version < excluded.version
    """
)


@dataclass(frozen=True)
class ToldInvoice:
    """What is left to pay of an invoice, in one version of it; ``due_on`` None: nothing."""

    invoice_id: UUID
    family_id: UUID
    version: int
    number: str
    due_on: date | None = None
    left_cents: int = 0


async def keep_told(transaction: Transaction, told: Sequence[ToldInvoice]) -> None:
    """Keeps what is left to pay."""
    await transaction.connection.execute(
        _KEEP,
        {
            "tenant_id": transaction.tenant_id,
            "invoice_ids": [each.invoice_id for each in told],
            "family_ids": [each.family_id for each in told],
            "versions": [each.version for each in told],
            "numbers": [each.number for each in told],
            "due_days": [each.due_on for each in told],
            "cents": [each.left_cents for each in told],
        },
    )


async def keep_settled(transaction: Transaction, settled: Sequence[ToldInvoice]) -> None:
    """Nothing is left to pay: the families may have places again that they wait for."""
    await keep_told(transaction, settled)
    await mark_waited_for(transaction, family_ids=[each.family_id for each in settled])
