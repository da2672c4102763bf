"""payment-gateway: payments and the bank's form."""

import asyncio
import time
from typing import Literal
from uuid import UUID

from web.api.client import Answer, Api
from web.api.errors import ApiProblem

_BASE = "payment-gateway/v1"
_PAUSE_SECONDS = 0.25


class Payment(Answer):
    """A payment and where it stands."""

    payment_id: UUID
    status: Literal["requested", "in_progress", "succeeded", "refused", "cancelled", "expired", "to_review"]
    amount_cents: int
    label: str
    purpose: Literal["adhesion_order", "invoices"]
    reference_id: UUID
    reason: str | None = None
    attempts: int = 0


class BankForm(Answer):
    """The form the browser must send to the bank."""

    attempt_id: UUID
    action: str
    fields: list[tuple[str, str]]


async def payment(api: Api, payment_id: UUID) -> Payment | None:
    """The payment; None while its request is still on its way to the gateway (or when it is not the caller's)."""
    try:
        return await api.get(Payment, f"{_BASE}/payments/{payment_id}")
    except ApiProblem as problem:
        if problem.status == 404:
            return None
        raise


async def start_attempt(api: Api, payment_id: UUID, patience_seconds: float) -> BankForm | None:
    """Begins an attempt at the bank. None when the payment is still unknown after ``patience_seconds``.

    ``ApiProblem``: payment-already-paid, payment-closed, no-merchant-contract.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            return await api.send(BankForm, "POST", f"{_BASE}/payments/{payment_id}/attempts")
        except ApiProblem as problem:
            if problem.status != 404:
                raise
        if time.monotonic() >= deadline:
            return None
        await asyncio.sleep(_PAUSE_SECONDS)
