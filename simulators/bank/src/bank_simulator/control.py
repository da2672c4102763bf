"""The tests' hand on the bank: see what was sent, make the bank misbehave, send again. Never open by default."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from bank_simulator.bank import Bank, CurrentBank
from bank_simulator.behaviour import GENUINE, Behaviour
from bank_simulator.model import Attempt, AttemptStatus, Means, Payment, PaymentStatus, RefundOrigin
from bank_simulator.refunds import RefundRefusedError

router = APIRouter(prefix="/control")


class BehaviourOrder(BaseModel):
    """``reference``: for that reference, from now on; without it, for the next ``payments`` payments opened."""

    model_config = ConfigDict(extra="forbid")

    behaviour: Behaviour
    reference: str | None = None
    payments: int = Field(default=1, ge=1, le=1000)


class ResendOrder(BaseModel):
    """``attempt``: its number, the latest by default. Only the faults of ``behaviour`` apply, not its delays."""

    model_config = ConfigDict(extra="forbid")

    attempt: int | None = None
    behaviour: Behaviour = GENUINE


class RefundOrder(BaseModel):
    """``amount_cents``: all that is left by default."""

    model_config = ConfigDict(extra="forbid")

    amount_cents: int | None = Field(default=None, ge=1)


@router.get("/payments")
async def list_payments(bank: CurrentBank, reference: str | None = None) -> list[dict[str, Any]]:
    """The latest 50 payments, newest first, with attempts, messages and the answers received."""
    return [_payment(bank, payment) for payment in bank.store.payments(reference=reference)]


@router.get("/payments/{payment_id}")
async def show_payment(payment_id: str, bank: CurrentBank) -> dict[str, Any]:
    return _payment(bank, bank.checkout.payment(payment_id))


@router.get("/payments/{payment_id}/challenge")
async def show_challenge(payment_id: str, bank: CurrentBank) -> dict[str, str | None]:
    """The 3-D Secure code on the drawn telephone."""
    attempt = bank.checkout.pending_challenge(bank.checkout.payment(payment_id))
    if attempt is None:
        raise HTTPException(404, "no code is being asked for")
    return {"code": attempt.challenge_code}


@router.post("/payments/{payment_id}/resend")
async def resend(payment_id: str, order: ResendOrder, bank: CurrentBank) -> dict[str, Any]:
    """Sends the message again, now, and answers with what the shop said."""
    payment = bank.checkout.payment(payment_id)
    wanted = [attempt for attempt in bank.store.attempts(payment.id) if order.attempt in {None, attempt.number}]
    if not wanted and payment.status is not PaymentStatus.CANCELLED:
        raise HTTPException(404, "no such attempt")
    behaviour = order.behaviour.model_copy(update={"source": order.behaviour.source or "BO"})
    message = await bank.notifier.resend(payment, wanted[-1] if wanted else None, behaviour)
    if message is None:
        raise HTTPException(409, "the shop asked for no message")
    return asdict(message)


@router.post("/payments/{payment_id}/refund")
async def refund(payment_id: str, order: RefundOrder, bank: CurrentBank) -> dict[str, Any]:
    """Cancels or refunds the accepted attempt as if by hand in the bank's back office."""
    payment = bank.checkout.payment(payment_id)
    if not bank.protocols[payment.protocol].manners.refunds:
        raise HTTPException(409, "this bank gives nothing back")
    attempt = _accepted(bank, payment)
    amount_cents = order.amount_cents or bank.refunds.left(payment, attempt)
    try:
        return asdict(bank.refunds.cancel_or_refund(payment, attempt, amount_cents, RefundOrigin.BACK_OFFICE))
    except RefundRefusedError as refusal:
        raise HTTPException(409, type(refusal).__name__) from refusal


@router.post("/payments/{payment_id}/reject-debit")
async def reject_debit(payment_id: str, bank: CurrentBank) -> dict[str, Any]:
    """The payer's bank sends an accepted debit back."""
    payment = bank.checkout.payment(payment_id)
    attempt = _accepted(bank, payment)
    if attempt.means is not Means.DEBIT:
        raise HTTPException(409, "not a debit")
    return asdict(bank.checkout.reject_debit(payment, attempt))


@router.post("/payments/{payment_id}/expire")
async def expire(payment_id: str, bank: CurrentBank) -> dict[str, Any]:
    """The time of the page is over."""
    return _payment(bank, bank.checkout.expire(bank.checkout.payment(payment_id)))


@router.post("/payments/{payment_id}/night")
async def pass_night(payment_id: str, bank: CurrentBank) -> dict[str, Any]:
    """A night passes: what was accepted is captured, what never ended is forgotten."""
    return _payment(bank, bank.checkout.pass_night(bank.checkout.payment(payment_id)))


@router.put("/behaviour", status_code=204)
async def set_behaviour(order: BehaviourOrder, bank: CurrentBank) -> None:
    if order.reference is None:
        bank.behaviours.set_next(order.behaviour, order.payments)
    else:
        bank.behaviours.set_reference(order.reference, order.behaviour)


@router.delete("/behaviour", status_code=204)
async def clear_behaviour(bank: CurrentBank) -> None:
    """Back to a genuine bank for every payment."""
    bank.behaviours.clear()


def _accepted(bank: Bank, payment: Payment) -> Attempt:
    for attempt in bank.store.attempts(payment.id):
        if attempt.status is AttemptStatus.ACCEPTED:
            return attempt
    raise HTTPException(409, "nothing was paid")


def _payment(bank: Bank, payment: Payment) -> dict[str, Any]:
    return asdict(payment) | {
        "fields": [list(pair) for pair in payment.fields],
        "attempts": [asdict(attempt) for attempt in bank.store.attempts(payment.id)],
        "refunds": [asdict(refund) for refund in bank.store.refunds(payment.id)],
        "messages": [asdict(message) for message in bank.store.messages(payment.id)],
    }
