"""The pages the card holder sees."""

import re
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bank_simulator.bank import Bank, CurrentBank
from bank_simulator.cards import Card, read_card
from bank_simulator.checkout import MAX_CHALLENGE_TRIES, MAX_ENTRY_ERRORS
from bank_simulator.model import Attempt, AttemptStatus, Payment, PaymentStatus
from bank_simulator.rendering import page

router = APIRouter()

_REFRESH_SECONDS = 8

Text = Annotated[str, Form()]


@router.get("/pay/{payment_id}")
async def card_form(payment_id: str, bank: CurrentBank) -> Response:
    payment = bank.checkout.payment(payment_id)
    if payment.status is not PaymentStatus.OPEN:
        return _to(payment, "/result")
    return _card_page(bank, payment)


@router.post("/pay/{payment_id}/card")
async def submit_card(
    payment_id: str, bank: CurrentBank, number: Text = "", expiry: Text = "", security_code: Text = ""
) -> Response:
    payment = bank.checkout.payment(payment_id)
    if payment.status is not PaymentStatus.OPEN:
        return _to(payment, "/result")
    card = read_card(number, expiry, security_code, bank.clock.business_now().date())
    if isinstance(card, Card):
        attempt = bank.checkout.submit_card(payment, card)
        return _to(payment, "/3ds" if attempt.status is AttemptStatus.CHALLENGED else "/result")
    if bank.checkout.card_badly_typed(payment) is not None:
        return _to(payment, "/result")
    return _card_page(bank, bank.checkout.payment(payment_id), card, expiry)


@router.post("/pay/{payment_id}/cancel")
async def cancel(payment_id: str, bank: CurrentBank) -> Response:
    payment = bank.checkout.payment(payment_id)
    if payment.status is PaymentStatus.OPEN:
        bank.checkout.cancel(payment)
    return _to(payment, "/return")


@router.get("/pay/{payment_id}/3ds")
async def challenge_form(payment_id: str, bank: CurrentBank) -> Response:
    payment = bank.checkout.payment(payment_id)
    attempt = bank.checkout.pending_challenge(payment)
    return _to(payment, "/result") if attempt is None else _challenge_page(bank, payment, attempt)


@router.post("/pay/{payment_id}/3ds")
async def answer_challenge(payment_id: str, bank: CurrentBank, code: Text = "") -> Response:
    payment = bank.checkout.payment(payment_id)
    attempt = bank.checkout.pending_challenge(payment)
    if attempt is None:
        return _to(payment, "/result")
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch("[0-9]{6}", digits):
        return _challenge_page(bank, payment, attempt, "Saisissez les 6 chiffres du code reçu par SMS.")
    judged = bank.checkout.answer_challenge(payment, attempt, digits)
    if judged.status is not AttemptStatus.CHALLENGED:
        return _to(payment, "/result")
    left = MAX_CHALLENGE_TRIES - judged.challenge_failures
    tries = "Il vous reste 1 essai." if left == 1 else f"Il vous reste {left} essais."
    return _challenge_page(bank, payment, judged, f"Ce code n'est pas le bon. {tries}")


@router.post("/pay/{payment_id}/3ds/cancel")
async def refuse_challenge(payment_id: str, bank: CurrentBank) -> Response:
    payment = bank.checkout.payment(payment_id)
    attempt = bank.checkout.pending_challenge(payment)
    if attempt is not None:
        bank.checkout.refuse_challenge(payment, attempt)
    return _to(payment, "/result")


@router.get("/pay/{payment_id}/result")
async def result(payment_id: str, bank: CurrentBank) -> Response:
    """What became of the payment; after a refusal, the choice between another card and giving up."""
    payment = bank.checkout.payment(payment_id)
    if bank.checkout.pending_challenge(payment) is not None:
        return _to(payment, "/3ds")
    attempt = bank.store.last_attempt(payment.id)
    if payment.status is PaymentStatus.OPEN and attempt is None:
        return _to(payment, "")
    can_return = _return_url(bank, payment) is not None and bank.behaviours.of(payment).browser_returns
    leaving = payment.status is PaymentStatus.PAID and can_return
    return page(
        "result.html",
        refresh=f"{_REFRESH_SECONDS}; url=/pay/{payment.id}/return" if leaving else None,
        shop_origins=_shop_origins(bank, payment),
        payment=payment,
        attempt=attempt,
        can_return=can_return,
        refresh_seconds=_REFRESH_SECONDS,
    )


@router.post("/pay/{payment_id}/give-up")
async def give_up(payment_id: str, bank: CurrentBank) -> Response:
    payment = bank.checkout.payment(payment_id)
    if payment.status is PaymentStatus.OPEN and bank.store.last_attempt(payment.id) is not None:
        bank.checkout.give_up(payment)
    return _to(payment, "/return")


@router.get("/pay/{payment_id}/return")
async def back_to_shop(payment_id: str, bank: CurrentBank) -> Response:
    """Sends the browser to the shop's address for the outcome."""
    payment = bank.checkout.payment(payment_id)
    url = _return_url(bank, payment)
    if url is None or not bank.behaviours.of(payment).browser_returns:
        return _to(payment, "/result")
    await bank.notifier.browser_leaves(payment)
    return Response(status_code=303, headers={"Location": url, "Referrer-Policy": "no-referrer"})


@router.get("/")
async def home(bank: CurrentBank) -> HTMLResponse:
    payments = [
        {"payment": payment, "attempts": bank.store.attempts(payment.id), "messages": bank.store.messages(payment.id)}
        for payment in bank.store.payments(limit=20)
    ]
    return page("home.html", payments=payments)


def _to(payment: Payment, step: str) -> RedirectResponse:
    return RedirectResponse(f"/pay/{payment.id}{step}", status_code=303)


def _return_url(bank: Bank, payment: Payment) -> str | None:
    return bank.protocols[payment.protocol].return_url(payment, bank.store.last_attempt(payment.id))


def _shop_origins(bank: Bank, payment: Payment) -> frozenset[str]:
    return bank.protocols[payment.protocol].shop_origins(payment)


def _card_page(bank: Bank, payment: Payment, errors: dict[str, str] | None = None, expiry: str = "") -> HTMLResponse:
    """Only the expiry date is shown again: a card number or security code never travels back."""
    return page(
        "card.html",
        status_code=422 if errors else 200,
        shop_origins=_shop_origins(bank, payment),
        payment=payment,
        errors=errors or {},
        expiry=expiry[:10],
        entries_left=MAX_ENTRY_ERRORS - payment.entry_errors,
    )


def _challenge_page(bank: Bank, payment: Payment, attempt: Attempt, error: str = "") -> HTMLResponse:
    return page(
        "challenge.html",
        status_code=422 if error else 200,
        shop_origins=_shop_origins(bank, payment),
        payment=payment,
        attempt=attempt,
        error=error,
        sent_at=bank.clock.business_now(),
    )
