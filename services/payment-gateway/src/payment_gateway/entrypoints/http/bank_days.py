"""The daily list that a régisseur lays beside the bank's statement, and its export."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from chassis.clock import local_day
from chassis.errors import DomainError
from chassis.http.dependencies import CurrentRuntime, CurrentTenant, CurrentTransaction, Regisseur
from chassis.http.problems import documented_problems
from chassis.http.scope import OwnTransactionsRoute, PortalRoute
from chassis.runtime import Runtime
from chassis.spreadsheet import MARK, MEDIA_TYPE, Amount, Cell, csv_rows
from chassis.tenants import Tenant
from contracts.values import EURO
from payment_gateway.adapters import bank_days
from payment_gateway.adapters.bank_days import Days
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.adapters.queries import AnyRow
from payment_gateway.domain.bank_day import movement_word
from payment_gateway.entrypoints.schemas import BankAccountDay, BankDay, BankMovement, BankMovementPage

router = APIRouter(route_class=PortalRoute, tags=["statements"])
exporting = APIRouter(route_class=OwnTransactionsRoute, tags=["statements"])
"""A file is read day by day, each in a transaction of its own: none waits for a slow reader."""

_MOST_DAYS = 366
_REACH = (date(2000, 1, 1), date(2099, 12, 30))
BankDate = Annotated[date, Query(ge=_REACH[0], le=_REACH[1])]

HEADINGS = (
    "Jour", "Heure", "Régie", "Protocole", "Boutique", "Mode", "Opération", "Objet", "Référence", "Transaction",
    "Appel ou numéro", "Autorisation", "Montant", "Monnaie",
)  # fmt: skip


class ExportTooLongError(DomainError):
    """More days than one file holds, or in the wrong order."""

    slug = "export-too-long"
    sentence = "Choisissez une période d'un an au plus, dont le premier jour précède le dernier."


@router.get("/bank-day")
async def get_bank_day(
    day: BankDate,
    _principal: Regisseur,
    tenant: CurrentTenant,
    transaction: CurrentTransaction,
    regie_id: UUID | None = None,
) -> BankDay:
    """A day's totals by régie and contract, and the nearest days on which something moved."""
    days = Days(day, day, tenant.time_zone)
    before, after = await bank_days.instants_around(transaction.connection, days, regie_id)
    rows = await bank_days.accounts(transaction.connection, days, regie_id)
    return BankDay(
        day=day,
        previous_day=local_day(before, tenant.time_zone) if before else None,
        next_day=local_day(after, tenant.time_zone) if after else None,
        accounts=[BankAccountDay(**row._mapping, protocol_title=PROTOCOLS[row.protocol].terms.title) for row in rows],
    )


@router.get("/bank-day/movements")
async def list_movements(
    day: BankDate,
    _principal: Regisseur,
    tenant: CurrentTenant,
    transaction: CurrentTransaction,
    *,
    regie_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> BankMovementPage:
    """A day's movements one by one, with the bank's own identifiers."""
    days = Days(day, day, tenant.time_zone)
    rows = await bank_days.movements(transaction.connection, days, regie_id, cursor, limit + 1)
    return BankMovementPage(
        items=[BankMovement(**row._mapping, sentence=movement_word(row.kind, row.decision)) for row in rows[:limit]],
        next_cursor=rows[limit - 1].movement_id if len(rows) > limit else None,
    )


@exporting.get(
    "/bank-movements.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}}, **documented_problems(422)},
)
async def export_movements(
    first_day: BankDate,
    last_day: BankDate,
    _principal: Regisseur,
    runtime: CurrentRuntime,
    tenant: CurrentTenant,
    regie_id: UUID | None = None,
) -> StreamingResponse:
    """The movements of some days as a file for a spreadsheet: UTF-8 with its mark, semicolons, decimal commas."""
    count = (last_day - first_day).days + 1
    if not 1 <= count <= _MOST_DAYS:
        raise ExportTooLongError
    days = [first_day + timedelta(days=number) for number in range(count)]
    name = f"encaissements-{first_day}" + (f"-{last_day}" if last_day > first_day else "")
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_file(runtime, tenant, days, regie_id), media_type=MEDIA_TYPE, headers=headers)


async def _file(runtime: Runtime, tenant: Tenant, days: list[date], regie_id: UUID | None) -> AsyncIterator[bytes]:
    yield MARK + csv_rows([HEADINGS])
    for day in days:
        async with runtime.transaction(tenant.id) as transaction:
            wanted = Days(day, day, tenant.time_zone)
            rows = await bank_days.movements(transaction.connection, wanted, regie_id)
        if rows:
            yield csv_rows(_cells(row, ZoneInfo(tenant.time_zone)) for row in rows)


def _cells(row: AnyRow, zone: ZoneInfo) -> list[Cell]:
    here = row.happened_at.astimezone(zone)
    return [
        here.date(),
        here.time(),
        row.shop_name,
        PROTOCOLS[row.protocol].terms.title,
        row.site,
        "essai" if row.mode == "test" else "production",
        movement_word(row.kind, row.decision),
        row.label,
        row.reference,
        row.transaction_id,
        row.call_number or row.bank_number,
        row.authorisation,
        Amount(row.amount_cents),
        "EUR" if row.currency == EURO else row.currency,
    ]
