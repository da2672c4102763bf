"""The banks' own files of what they took, compared with what the portal knows."""

from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, UploadFile

from chassis.errors import NotFoundError
from chassis.http.dependencies import CurrentRuntime, CurrentTenant, CurrentTransaction, Regisseur
from chassis.http.scope import PortalRoute
from payment_gateway.adapters import bank_file_store
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.application.take_bank_file import MAX_BYTES, take_bank_file
from payment_gateway.domain.reconciliation import Compared, Finding, compare
from payment_gateway.domain.schedule import HINT_PAUSE
from payment_gateway.entrypoints.schemas import BankFile, BankFileReport, Difference
from payment_gateway.entrypoints.wiring import store_of

router = APIRouter(route_class=PortalRoute, tags=["statements"])

_MOST_SHOWN = 1000


@router.post("/regies/{regie_id}/bank-files", status_code=201)
async def send_bank_file(
    regie_id: UUID,
    principal: Regisseur,
    runtime: CurrentRuntime,
    tenant: CurrentTenant,
    transaction: CurrentTransaction,
    *,
    file: Annotated[UploadFile, File()],
) -> BankFileReport:
    """Keeps a bank's file and compares it. The bank is asked about what it took and we do not know."""
    store = store_of(runtime, transaction)
    file_id = await take_bank_file(
        store,
        PROTOCOLS,
        regie_id=regie_id,
        file_name=file.filename or "",
        raw=await file.read(MAX_BYTES + 1),
        sent_by=principal.account_id,
        now=transaction.now(),
    )
    report, compared = await _report(transaction, file_id, tenant.time_zone)
    for one in compared:
        if one.finding is Finding.NOT_TAKEN_HERE and one.known:
            await store.ask_soon(one.known.attempt_id, runtime.clock.real_now(), HINT_PAUSE, even_if_known=True)
    return report


@router.get("/bank-files")
async def list_bank_files(
    _principal: Regisseur, transaction: CurrentTransaction, regie_id: UUID | None = None
) -> list[BankFile]:
    """The latest files, newest first."""
    rows = await bank_file_store.files(transaction.connection, regie_id)
    return [BankFile.model_validate(row, from_attributes=True) for row in rows]


@router.get("/bank-files/{file_id}")
async def get_bank_file(
    file_id: UUID, _principal: Regisseur, tenant: CurrentTenant, transaction: CurrentTransaction
) -> BankFileReport:
    """A file compared with what is known now: what the bank has since answered counts."""
    return (await _report(transaction, file_id, tenant.time_zone))[0]


async def _report(
    transaction: CurrentTransaction, file_id: UUID, time_zone: str
) -> tuple[BankFileReport, list[Compared]]:
    connection = transaction.connection
    file = await bank_file_store.file_by_id(connection, file_id)
    if file is None:
        raise NotFoundError
    known = await bank_file_store.known_attempts(connection, file, time_zone)
    compared = compare(await bank_file_store.lines_of(connection, file_id), known)
    different = [one for one in compared if one.finding is not Finding.MATCHED]
    report = BankFileReport(
        **BankFile.model_validate(file, from_attributes=True).model_dump(),
        counts=Counter(one.finding for one in compared),
        matched_cents=sum(one.line.amount_cents for one in compared if one.finding is Finding.MATCHED and one.line),
        differences=[_difference(one) for one in different[:_MOST_SHOWN]],
    )
    return report, compared


def _difference(one: Compared) -> Difference:
    return Difference(
        finding=one.finding,
        sentence=one.sentence,
        reference=one.reference,
        line_number=one.line.number if one.line else None,
        file_day=one.line.day if one.line else None,
        file_cents=one.line.amount_cents if one.line else None,
        payment_id=one.known.payment_id if one.known else None,
        label=one.known.label if one.known else None,
        taken_cents=one.known.taken_cents if one.known else None,
        taken_day=one.known.day if one.known else None,
    )
