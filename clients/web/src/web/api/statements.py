"""payment-gateway: what moved at the banks by day, and the banks' own files. Amounts in cents."""

from datetime import date, datetime
from typing import BinaryIO, Literal
from urllib.parse import urlencode
from uuid import UUID

from web.api.client import Answer, Api, Page, SentFile

_BASE = "payment-gateway/v1"


class BankAccountDay(Answer):
    """A day's totals of one contract."""

    regie_id: UUID
    protocol_title: str
    site: str
    mode: Literal["test", "production"]
    shop_name: str
    taken_count: int
    taken_cents: int
    returned_count: int
    returned_cents: int
    net_cents: int
    undecided_count: int
    other_currency_count: int


class BankDay(Answer):
    """A day, and the nearest ones on which something moved."""

    day: date
    previous_day: date | None
    next_day: date | None
    accounts: list[BankAccountDay]


class BankMovement(Answer):
    """Money that moved; what goes back is negative."""

    happened_at: datetime
    kind: str
    sentence: str
    regie_id: UUID
    site: str
    mode: Literal["test", "production"]
    payment_id: UUID
    label: str
    reference: str
    transaction_id: str
    call_number: str | None = None
    bank_number: str | None = None
    amount_cents: int
    currency: str


class BankFile(Answer):
    """A bank's file that was sent."""

    file_id: UUID
    regie_id: UUID
    file_name: str
    first_day: date
    last_day: date
    line_count: int
    total_cents: int
    sent_at: datetime


class Difference(Answer):
    """A payment on which file and portal differ, and what to do."""

    finding: Literal["amount_differs", "not_taken_here", "unknown_here", "missing_there"]
    sentence: str
    reference: str
    line_number: int | None = None
    file_day: date | None = None
    file_cents: int | None = None
    payment_id: UUID | None = None
    label: str | None = None
    taken_cents: int | None = None
    taken_day: date | None = None


class BankFileReport(BankFile):
    """A file compared with what is known now."""

    counts: dict[str, int]
    matched_cents: int
    differences: list[Difference]


async def bank_day(api: Api, day: date, regie_id: UUID | None) -> BankDay:
    """A day's totals by régie and contract."""
    return await api.get(BankDay, f"{_BASE}/bank-day", _query(day, regie_id))


async def bank_movements(api: Api, day: date, regie_id: UUID | None, cursor: str | None) -> Page[BankMovement]:
    """A day's movements one by one."""
    query = {**_query(day, regie_id), "cursor": cursor}
    return await api.get(Page[BankMovement], f"{_BASE}/bank-day/movements", query)


def export_path(first_day: date, last_day: date, regie_id: UUID | None) -> str:
    """Where the API keeps the file of some days."""
    query = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    if regie_id:
        query["regie_id"] = str(regie_id)
    return f"{_BASE}/bank-movements.csv?{urlencode(query)}"


async def bank_files(api: Api) -> list[BankFile]:
    """The latest files, newest first."""
    return await api.get(list[BankFile], f"{_BASE}/bank-files")


async def bank_file(api: Api, file_id: UUID) -> BankFileReport:
    """A file, compared with what is known now. ``ApiProblem`` 404."""
    return await api.get(BankFileReport, f"{_BASE}/bank-files/{file_id}")


async def send_bank_file(api: Api, regie_id: UUID, name: str, file: BinaryIO) -> BankFile:
    """Sends a file. ``ApiProblem`` bank-file-unreadable (its ``problems`` line by line), no-bank-file."""
    answer = await api.upload(f"{_BASE}/regies/{regie_id}/bank-files", {}, SentFile("file", name, file))
    return BankFile.model_validate_json(answer.content)


def _query(day: date, regie_id: UUID | None) -> dict[str, str | int | list[str] | None]:
    return {"day": day.isoformat(), "regie_id": str(regie_id) if regie_id else None}
