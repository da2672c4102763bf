"""The banks' files of what they took, in PostgreSQL."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import local_day
from payment_gateway.adapters.bank_days import Days
from payment_gateway.adapters.queries import AnyRow, Rows
from payment_gateway.adapters.scoped import Scoped
from payment_gateway.adapters.tables import (
    bank_file,
    bank_file_line,
    bank_transaction,
    merchant_contract,
    payment,
    payment_attempt,
)
from payment_gateway.application.ports import StatementFile
from payment_gateway.domain.reconciliation import KnownAttempt, StatementLine

_MOST_FILES = 100
_files, _lines = bank_file.c, bank_file_line.c


class SqlBankFiles(Scoped):
    """Files of one commune."""

    async def file_with(self, regie_id: UUID, digest: bytes) -> UUID | None:
        """The file of a régie with these very bytes."""
        statement = select(_files.file_id).where(_files.regie_id == regie_id, _files.digest == digest)
        return await self._connection.scalar(statement)

    async def add_file(self, added: StatementFile, lines: Sequence[StatementLine]) -> bool:
        """Keeps a file and its lines; False when another process kept the same bytes meanwhile."""
        values = {
            **self._tenant,
            "file_id": added.file_id,
            "regie_id": added.regie_id,
            "site": added.site,
            "mode": added.mode,
            "file_name": added.file_name,
            "digest": added.digest,
            "first_day": min(line.day for line in lines),
            "last_day": max(line.day for line in lines),
            "line_count": len(lines),
            "total_cents": sum(line.amount_cents for line in lines),
            "sent_by": added.sent_by,
            "sent_at": added.sent_at,
        }
        result = await self._connection.execute(insert(bank_file).values(values).on_conflict_do_nothing())
        if result.rowcount == 0:
            return False
        rows = [
            {
                **self._tenant,
                "file_id": added.file_id,
                "line_number": line.number,
                "day": line.day,
                "reference": line.reference,
                "amount_cents": line.amount_cents,
            }
            for line in lines
        ]
        await self._connection.execute(insert(bank_file_line), rows)
        return True


async def files(connection: AsyncConnection, regie_id: UUID | None) -> Rows:
    """The latest files, newest first."""
    statement = select(bank_file).order_by(_files.file_id.desc()).limit(_MOST_FILES)
    if regie_id:
        statement = statement.where(_files.regie_id == regie_id)
    return (await connection.execute(statement)).all()


async def file_by_id(connection: AsyncConnection, file_id: UUID) -> AnyRow | None:
    """A file, without its lines."""
    return (await connection.execute(select(bank_file).where(_files.file_id == file_id))).one_or_none()


async def lines_of(connection: AsyncConnection, file_id: UUID) -> list[StatementLine]:
    """A file's lines, in their order."""
    columns = (_lines.line_number, _lines.day, _lines.reference, _lines.amount_cents)
    statement = select(*columns).where(_lines.file_id == file_id).order_by(_lines.line_number)
    return [StatementLine(*row) for row in await connection.execute(statement)]


async def known_attempts(connection: AsyncConnection, file: AnyRow, time_zone: str) -> dict[str, KnownAttempt]:
    """By reference: the attempts of a file's lines, and all that took money from its shop in its days."""
    start, end = Days(file.first_day, file.last_day, time_zone).bounds
    of_lines = payment_attempt.c.reference.in_(select(_lines.reference).where(_lines.file_id == file.file_id))
    taken = bank_transaction.c
    in_days = (taken.happened_at >= start) & (taken.happened_at < end)
    rows = await connection.execute(_attempts_of_shop(file.site, file.mode).where(or_(of_lines, in_days)))
    return {row.reference: _known(row, time_zone) for row in rows}


def _attempts_of_shop(site: str, mode: str) -> Select[tuple[UUID, UUID, str, str, int | None, datetime | None]]:
    attempts, taken, contract = payment_attempt.c, bank_transaction.c, merchant_contract.c
    return (
        select(
            attempts.attempt_id,
            attempts.payment_id,
            func.upper(attempts.reference).label("reference"),
            payment.c.label,
            taken.amount_cents,
            taken.happened_at,
        )
        .join(merchant_contract, contract.contract_id == attempts.contract_id)
        .join(payment, payment.c.payment_id == attempts.payment_id)
        .outerjoin(bank_transaction, taken.attempt_id == attempts.attempt_id)
        .where(contract.site == site, contract.mode == mode)
    )


def _known(row: AnyRow, time_zone: str) -> KnownAttempt:
    day: date | None = local_day(row.happened_at, time_zone) if row.happened_at else None
    return KnownAttempt(row.attempt_id, row.payment_id, row.reference, row.label, row.amount_cents, day)
