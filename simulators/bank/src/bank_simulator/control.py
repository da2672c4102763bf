"""The tests' hand on the bank: see what was sent, make the bank misbehave, send again. Never open by default."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from bank_simulator.bank import Bank, CurrentBank
from bank_simulator.behaviour import GENUINE, Behaviour
from bank_simulator.model import Attempt, Message, Payment

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
    attempts = bank.store.attempts(payment.id)
    wanted = [attempt for attempt in attempts if order.attempt in {None, attempt.number}]
    if not wanted:
        raise HTTPException(404, "no such attempt")
    message = await bank.notifier.resend(payment, wanted[-1], order.behaviour)
    if message is None:
        raise HTTPException(409, "the shop asked for no message")
    return _message(message)


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


def _payment(bank: Bank, payment: Payment) -> dict[str, Any]:
    return asdict(payment) | {
        "fields": [list(pair) for pair in payment.fields],
        "attempts": [_attempt(attempt) for attempt in bank.store.attempts(payment.id)],
        "messages": [_message(message) for message in bank.store.messages(payment.id)],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return asdict(attempt)


def _message(message: Message) -> dict[str, Any]:
    return asdict(message)
