"""The pages the payer sees."""

import re
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bank_simulator.bank import Bank, CurrentBank
from bank_simulator.cards import Card, read_card
from bank_simulator.checkout import MAX_CHALLENGE_TRIES, MAX_ENTRY_ERRORS
from bank_simulator.debits import Debit, read_debit
from bank_simulator.forms import parse_form
from bank_simulator.model import Attempt, AttemptStatus, Outgoing, Payment, PaymentStatus
from bank_simulator.protocol import BankProtocol
from bank_simulator.rendering import page

router = APIRouter()

_REFRESH_SECONDS = 8

Text = Annotated[str, Form()]


@router.get("/pay/{payment_id}")
async def card_form(payment_id: str, bank: CurrentBank) -> Response:
    payment = bank.checkout.payment(payment_id)
    return _elsewhere(bank, payment) or _card_page(bank, payment)


@router.post("/pay/{payment_id}/card")
async def submit_card(
    payment_id: str, bank: CurrentBank, number: Text = "", expiry: Text = "", security_code: Text = ""
) -> Response:
    payment = bank.checkout.payment(payment_id)
    if (elsewhere := _elsewhere(bank, payment)) is not None:
        return elsewhere
    card = read_card(number, expiry, security_code, bank.clock.business_now().date())
    if isinstance(card, Card):
        attempt = bank.checkout.submit_card(payment, card)
        return _to(payment, "/3ds" if attempt.status is AttemptStatus.CHALLENGED else "/result")
    if bank.checkout.card_badly_typed(payment) is not None:
        return _to(payment, "/result")
    return _card_page(bank, bank.checkout.payment(payment_id), card, expiry)


@router.get("/pay/{payment_id}/debit")
async def debit_form(payment_id: str, bank: CurrentBank) -> Response:
    payment = bank.checkout.payment(payment_id)
    if not _protocol(bank, payment).manners.takes_debits:
        return _to(payment, "")
    return _elsewhere(bank, payment) or _debit_page(bank, payment)


@router.post("/pay/{payment_id}/debit")
async def submit_debit(payment_id: str, bank: CurrentBank, holder: Text = "", iban: Text = "") -> Response:
    payment = bank.checkout.payment(payment_id)
    if not _protocol(bank, payment).manners.takes_debits:
        return _to(payment, "")
    if (elsewhere := _elsewhere(bank, payment)) is not None:
        return elsewhere
    debit = read_debit(holder, iban)
    if isinstance(debit, Debit):
        bank.checkout.submit_debit(payment, debit)
        return _to(payment, "/result")
    return _debit_page(bank, payment, debit, holder)


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
    can_return = _way_back(bank, payment) is not None and bank.behaviours.of(payment).browser_returns
    leaving = payment.status is PaymentStatus.PAID and can_return
    return page(
        "result.html",
        refresh=f"{_REFRESH_SECONDS}; url=/pay/{payment.id}/return" if leaving else None,
        shop_origins=_shop_origins(bank, payment),
        payment=payment,
        attempt=attempt,
        refusal=_refusal(bank, payment, attempt),
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
    """Sends the browser to the shop's address for the outcome; what must be posted there goes in a form."""
    payment = bank.checkout.payment(payment_id)
    way_back = _way_back(bank, payment)
    if way_back is None or not bank.behaviours.of(payment).browser_returns:
        return _to(payment, "/result")
    await bank.notifier.browser_leaves(payment)
    if way_back.method == "POST":
        fields = parse_form(way_back.body.encode())
        return page("return.html", shop_origins=_shop_origins(bank, payment), action=way_back.url, fields=fields)
    return Response(status_code=303, headers={"Location": way_back.url, "Referrer-Policy": "no-referrer"})


@router.get("/")
async def home(bank: CurrentBank) -> HTMLResponse:
    payments = [
        {
            "payment": payment,
            "attempts": bank.store.attempts(payment.id),
            "refunds": bank.store.refunds(payment.id),
            "messages": bank.store.messages(payment.id),
        }
        for payment in bank.store.payments(limit=20)
    ]
    return page("home.html", payments=payments, protocols=[bank.protocols[name].manners for name in bank.protocols])


def _to(payment: Payment, step: str) -> RedirectResponse:
    return RedirectResponse(f"/pay/{payment.id}{step}", status_code=303)


def _elsewhere(bank: Bank, payment: Payment) -> Response | None:
    """Where to go instead of choosing a means of payment: it is over, or its one try waits for the code."""
    if payment.status is not PaymentStatus.OPEN:
        return _to(payment, "/result")
    several_tries = _protocol(bank, payment).manners.several_tries
    if not several_tries and bank.checkout.pending_challenge(payment) is not None:
        return _to(payment, "/3ds")
    return None


def _protocol(bank: Bank, payment: Payment) -> BankProtocol:
    return bank.protocols[payment.protocol]


def _way_back(bank: Bank, payment: Payment) -> Outgoing | None:
    return _protocol(bank, payment).way_back(payment, bank.store.last_attempt(payment.id))


def _shop_origins(bank: Bank, payment: Payment) -> frozenset[str]:
    return _protocol(bank, payment).shop_origins(payment)


def _refusal(bank: Bank, payment: Payment, attempt: Attempt | None) -> str:
    """Why the last try failed; empty when it did not."""
    refused = attempt is not None and attempt.status in {AttemptStatus.REFUSED, AttemptStatus.REJECTED}
    return _protocol(bank, payment).refusal_text(attempt.code) if refused and attempt is not None else ""


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
        protocol=_protocol(bank, payment),
    )


def _debit_page(bank: Bank, payment: Payment, errors: dict[str, str] | None = None, holder: str = "") -> HTMLResponse:
    """The account number never travels back."""
    return page(
        "debit.html",
        status_code=422 if errors else 200,
        shop_origins=_shop_origins(bank, payment),
        payment=payment,
        errors=errors or {},
        holder=holder[:100],
        protocol=_protocol(bank, payment),
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
