"""A service as small as can be, to test the chassis with."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from chassis.database import NoConnectionError, Transaction
from chassis.errors import DomainError
from chassis.http.dependencies import AnyPrincipal, CurrentTenant, CurrentTransaction, FamilyId, Staff
from chassis.http.scope import PortalRoute
from chassis.ids import new_id
from chassis.jobs import CommuneJob
from chassis.messaging.consumer import Consumer, Received, Together
from chassis.runtime import Runtime, Service
from chassis.settings import ServiceSettings
from chassis.tenants import Tenant
from contracts.events import InvoiceSettled, PaymentSettled

router = APIRouter(route_class=PortalRoute)


class TooLongError(DomainError):
    slug = "too-long"
    sentence = "La note est trop longue."


class TooEarlyError(DomainError):
    slug = "too-early"
    sentence = "La note dont celle-ci est la suite n'existe pas."


class Note(BaseModel):
    words: str


class StoredNote(BaseModel):
    id: UUID
    words: str


async def _insert(transaction: Transaction, words: str) -> StoredNote:
    stored = StoredNote(id=new_id(), words=words)
    await transaction.connection.execute(
        text("insert into note (tenant_id, id, words) values (:tenant_id, :id, :words)"),
        {"tenant_id": transaction.tenant_id, "id": stored.id, "words": words},
    )
    return stored


async def _exists(transaction: Transaction, words: str) -> bool:
    found = await transaction.connection.scalar(text("select 1 from note where words = :words"), {"words": words})
    return found is not None


@router.post("/notes", status_code=201)
async def write_note(note: Note, family_id: FamilyId, transaction: CurrentTransaction) -> StoredNote:
    stored = await _insert(transaction, note.words)
    settled = InvoiceSettled(invoice_id=stored.id, number="1", family_id=family_id, paid_cents=1)
    await transaction.publish(settled, sequence=1)
    transaction.wake("read-notes")
    if len(note.words) > 20:
        raise TooLongError(limit=20)
    return stored


@router.get("/notes")
async def list_notes(_principal: AnyPrincipal, transaction: CurrentTransaction) -> list[StoredNote]:
    rows = await transaction.connection.execute(text("select id, words from note order by id"))
    return [StoredNote(id=row.id, words=row.words) for row in rows]


@router.get("/commune")
async def commune(tenant: CurrentTenant) -> str:
    return tenant.slug


@router.get("/trouble/{kind}")
async def trouble(kind: str) -> str:
    raise NoConnectionError if kind == "crowd" else RuntimeError(kind)


@router.get("/staff-only")
async def staff_only(_principal: Staff) -> str:
    return "ok"


async def note_settlement(transaction: Transaction, received: Received[InvoiceSettled]) -> None:
    if received.event.number == "boom":
        raise RuntimeError("passing trouble")
    if received.event.number == "never":
        raise TooLongError
    if received.event.number.startswith("suite de ") and not await _exists(transaction, received.event.number[9:]):
        raise TooEarlyError
    await _insert(transaction, f"facture {received.event.number}")
    if received.event.number.startswith("chez "):
        await transaction.connection.execute(
            text("insert into note values (:tenant, :id, 'chez les autres')"),
            {"tenant": UUID(received.event.number[5:]), "id": new_id()},
        )


async def note_payments(transaction: Transaction, events: Sequence[Received[PaymentSettled]]) -> None:
    if any(received.event.label == "never" for received in events):
        raise TooLongError
    for received in events:
        await _insert(transaction, f"paiement {received.event.label}")


READ_IN: list[str] = []
"""Communes whose notes the job has read."""


async def read_notes(runtime: Runtime, tenant: Tenant) -> None:
    async with runtime.transaction(tenant.id) as transaction:
        notes = (await transaction.connection.execute(text("select words from note"))).scalars().all()
    READ_IN.append(tenant.slug)
    if "trouble" in notes:
        raise RuntimeError("trouble")


SERVICE = Service(
    name="sample",
    title="Sample",
    settings=ServiceSettings,
    routers=[router],
    problems={"too-long": 409},
    jobs=[CommuneJob("read-notes", 3600, read_notes)],
    consumers=[Consumer("bills", {InvoiceSettled: note_settlement, PaymentSettled: Together(note_payments)})],
)
