"""payment-gateway: payments and the bank's form."""

import asyncio
import time
from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import AliasChoices, Field

from web.api.client import Answer, Api, Page, Query
from web.api.errors import ApiProblem, if_there

_BASE = "payment-gateway/v1"
_PAUSE_SECONDS = 0.25


class Payment(Answer):
    """A payment and where it stands. ``returned_cents``: how much went back, or did not come after all."""

    payment_id: UUID
    status: Literal["requested", "in_progress", "succeeded", "refused", "cancelled", "expired", "to_review"]
    amount_cents: int
    label: str
    purpose: Literal["adhesion_order", "invoices"]
    reference_id: UUID
    reason: str | None = None
    attempts: int = 0
    returned_cents: int = 0


class Receipt(Answer):
    """Proof of a payment. ``returned_cents``: how much went back, or did not come after all."""

    payment_id: UUID
    label: str
    amount_cents: int
    paid_at: datetime
    regie_name: str
    reference: str
    transaction_id: str
    mode: Literal["test", "production"]
    returned_cents: int = 0


class BankForm(Answer):
    """The form the browser must send to the bank."""

    attempt_id: UUID
    action: str
    method: Literal["GET", "POST"] = "POST"
    fields: list[tuple[str, str]]


async def payment(api: Api, payment_id: UUID) -> Payment | None:
    """The payment; None while its request is still on its way to the gateway (or when it is not the caller's)."""
    try:
        return await api.get(Payment, f"{_BASE}/payments/{payment_id}")
    except ApiProblem as problem:
        if problem.status == 404:
            return None
        raise


async def receipt(api: Api, payment_id: UUID) -> Receipt:
    """The receipt of a settled payment. ``ApiProblem`` 404."""
    return await api.get(Receipt, f"{_BASE}/payments/{payment_id}/receipt")


async def start_attempt(
    api: Api, payment_id: UUID, patience_seconds: float, *, confirmed: bool = False
) -> BankForm | None:
    """Begins an attempt at the bank. None when the payment is still unknown after ``patience_seconds``.

    ``confirmed``: although another attempt may still succeed. ``ApiProblem``: payment-already-paid, payment-closed,
    attempt-in-progress, no-merchant-contract, bank-unavailable.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        path = f"{_BASE}/payments/{payment_id}/attempts"
        form = await if_there(api.send(BankForm, "POST", path, {"confirmed": confirmed}))
        if form is not None or time.monotonic() >= deadline:
            return form
        await asyncio.sleep(_PAUSE_SECONDS)


class CommunePayment(Payment):
    """A payment in the town hall's list. ``needs_review``: the bank took money that settles nothing."""

    family_id: UUID | None = None
    bank_reference: str | None = None
    regie_id: UUID | None = None
    needs_review: bool = False
    created_at: datetime


class HistoryEntry(Answer):
    """One thing that happened to a payment, in words."""

    at: datetime
    sentence: str = Field(validation_alias=AliasChoices("sentence", "text"))


async def commune_payments(
    api: Api,
    *,
    status: str | None = None,
    family_ids: Sequence[UUID] = (),
    regie_id: UUID | None = None,
    search: str = "",
    amount_cents: int | None = None,
    day: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[CommunePayment]:
    """The commune's payments, the latest first, for its staff. ``search`` is a whole reference or bank's number."""
    query: Query = {
        "status": status,
        "family_id": [str(family_id) for family_id in family_ids],
        "regie_id": str(regie_id) if regie_id else None,
        "search": search or None,
        "amount_cents": amount_cents,
        "day": day.isoformat() if day else None,
        "cursor": cursor,
        "limit": limit,
    }
    return await api.get(Page[CommunePayment], f"{_BASE}/payments", query)


async def commune_payment(api: Api, payment_id: UUID) -> CommunePayment:
    """One payment, for the staff. ``ApiProblem`` 404."""
    return await api.get(CommunePayment, f"{_BASE}/payments/{payment_id}")


async def payment_history(api: Api, payment_id: UUID) -> list[HistoryEntry]:
    """What happened to a payment, in order, for the staff."""
    return await api.get(list[HistoryEntry], f"{_BASE}/payments/{payment_id}/history")
