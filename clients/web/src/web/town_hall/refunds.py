"""The régie gives money back, and decides on money that settles nothing."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response

from web.api import billing, enrolment, payments, refunds
from web.api.errors import ApiProblem
from web.api.payments import CommunePayment
from web.api.refunds import MoneyTaken, PaymentMoney
from web.attempts import attempt
from web.forms import Reason, ShortText
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.amounts import as_typed, cents_of
from web.town_hall.lists import chosen_family
from web.town_hall.refusals import Refusal
from web.visit import RegisseurVisit, Visit

router = APIRouter()

_PATIENCE_SECONDS, _PAUSE_SECONDS = 3.0, 0.3
_TO_DECIDE = "/mairie/paiements/a-decider"
Consequence = Annotated[Literal["owed_again", "credit_note", ""], Form()]
Choice = Literal["credited", "refunded"]


@router.get(_TO_DECIDE)
async def show_to_decide(visit: RegisseurVisit, fait: Literal["credited", "refunded"] | None = None) -> Response:
    """What waits for the régie: surplus money, refunds by hand, orders whose money went back."""
    api = visit.api
    surpluses, waiting, unused, returned, credits_held = await asyncio.gather(
        attempt(refunds.surpluses(api)),
        attempt(refunds.waiting(api)),
        attempt(enrolment.surplus_payments(api)),
        attempt(enrolment.returned_payments(api)),
        attempt(billing.credits_held(api)),
    )
    return await visit.page(
        "town_hall/refunds/to_decide.html",
        surpluses=surpluses,
        waiting=waiting,
        unused=unused,
        returned=returned,
        credits_held=credits_held,
        done=fait,
    )


@router.get("/mairie/paiements/{payment_id}/rembourser")
async def ask(visit: RegisseurVisit, payment_id: UUID, somme: Annotated[UUID | None, Query()] = None) -> Response:
    """The form, the whole of what is left filled in."""
    payment, money = await _payment(visit, payment_id)
    taken = _chosen(money, somme)
    typed = {"amount": as_typed(taken.left_cents) if taken else "", "reason": "", "consequence": ""}
    return await _form(visit, payment, money, taken, typed)


@router.post("/mairie/paiements/{payment_id}/rembourser")
async def refund(  # noqa: PLR0917 - the fields of a form
    visit: RegisseurVisit,
    payment_id: UUID,
    montant: ShortText = "",
    motif: Reason = "",
    suite: Consequence = "",
    somme: Annotated[UUID | None, Form()] = None,
    geste: Annotated[Literal["verifier", "corriger", "confirmer"], Form()] = "verifier",
) -> Response:
    """What was typed is shown once more with what will happen; then it is done."""
    payment, money = await _payment(visit, payment_id)
    taken = next((one for one in money.taken if one.movement_id == somme), None)
    typed = {"amount": montant.strip(), "reason": motif.strip(), "consequence": suite}
    if geste == "corriger":
        return await _form(visit, payment, money, taken, typed)
    cents = cents_of(montant)
    if geste == "verifier" or cents is None:
        refusal = _problem(payment, taken, cents, typed)
        if refusal:
            return await _form(visit, payment, money, taken, typed, refusal)
        return await visit.page(
            "town_hall/refunds/confirm.html", payment=payment, money=money, taken=taken, typed=typed, cents=cents
        )
    body = {"amount_cents": cents, "reason": typed["reason"], "consequence": suite or None}
    if taken and taken.outcome != "settled":
        body["movement_id"] = str(taken.movement_id)
    try:
        asked = await refunds.refund(visit.api, payment_id, body)
    except ApiProblem as problem:
        return await _form(visit, payment, money, taken, typed, Refusal.of(problem))
    await _wait(visit, asked.refund_id)
    return see_other(f"/mairie/paiements/{payment_id}?rembourse={asked.refund_id}")


@router.get("/mairie/remboursements/{refund_id}")
async def show_refund(visit: RegisseurVisit, refund_id: UUID) -> Response:
    """A refund to make by hand, or to look up at the bank, with how it ended."""
    return await _refund_page(visit, refund_id)


@router.post("/mairie/remboursements/{refund_id}")
async def note_end(
    visit: RegisseurVisit, refund_id: UUID, fin: Annotated[Literal["fait", "pas-fait"], Form()]
) -> Response:
    """Notes it. Sent twice it is noted once."""
    try:
        ended = await refunds.end(visit.api, refund_id, done=fin == "fait")
    except ApiProblem as problem:
        return await _refund_page(visit, refund_id, problem.status, Refusal.of(problem))
    return see_other(f"/mairie/paiements/{ended.payment_id}?rembourse={refund_id}")


@router.get("/mairie/sommes/{movement_id}/{choice}")
async def ask_decision(visit: RegisseurVisit, movement_id: UUID, choice: Choice) -> Response:
    """Says what each choice does before it is done."""
    return await _decision_page(visit, movement_id, choice)


@router.post("/mairie/sommes/{movement_id}/{choice}")
async def decide(visit: RegisseurVisit, movement_id: UUID, choice: Choice, motif: Reason = "") -> Response:
    """Decides. Sent twice, or by two people at once, it is decided once."""
    try:
        await refunds.decide(visit.api, movement_id, choice, motif)
    except ApiProblem as problem:
        return await _decision_page(visit, movement_id, choice, problem.status, _refusal(problem))
    return see_other(f"{_TO_DECIDE}?fait={choice}")


async def _payment(visit: Visit, payment_id: UUID) -> tuple[CommunePayment, PaymentMoney]:
    return await asyncio.gather(payments.commune_payment(visit.api, payment_id), refunds.money(visit.api, payment_id))


def _chosen(money: PaymentMoney, movement_id: UUID | None) -> MoneyTaken | None:
    """The sum to take it from: the one asked for, else the first that can be."""
    return next((one for one in money.refundable if movement_id in {None, one.movement_id}), None)


def _problem(
    payment: CommunePayment, taken: MoneyTaken | None, cents: int | None, typed: dict[str, str]
) -> Refusal | None:
    if not cents:
        return Refusal(_("Écrivez le montant à rembourser en euros, par exemple 12,50."), frozenset({"amount_cents"}))
    if len(typed["reason"]) < 3:
        return Refusal(_("Écrivez en quelques mots pourquoi vous remboursez."), frozenset({"reason"}))
    settles = taken is not None and taken.outcome == "settled"
    if settles and payment.purpose == "invoices" and not typed["consequence"]:
        return Refusal(_("Dites ce que deviennent les factures que ce paiement avait réglées."))
    return None


def _refusal(problem: ApiProblem) -> Refusal:
    if problem.status == 422:
        return Refusal(_("Écrivez en quelques mots la raison de votre choix."), frozenset({"reason"}))
    return Refusal.of(problem)


async def _form(  # noqa: PLR0917 - what a page shows
    visit: Visit,
    payment: CommunePayment,
    money: PaymentMoney,
    taken: MoneyTaken | None,
    typed: dict[str, str],
    refusal: Refusal | None = None,
) -> Response:
    return await visit.page(
        "town_hall/refunds/form.html",
        409 if refusal else 200,
        payment=payment,
        money=money,
        taken=taken,
        typed=typed,
        refusal=refusal,
    )


async def _refund_page(visit: Visit, refund_id: UUID, status: int = 200, refusal: Refusal | None = None) -> Response:
    refund = await refunds.one(visit.api, refund_id)
    family = await chosen_family(visit, refund.family_id)
    return await visit.page("town_hall/refunds/one.html", status, refund=refund, family=family, refusal=refusal)


async def _decision_page(
    visit: Visit, movement_id: UUID, choice: Choice, status: int = 200, refusal: Refusal | None = None
) -> Response:
    waiting = await refunds.surpluses(visit.api)
    surplus = next((one for one in waiting if one.movement_id == movement_id), None)
    return await visit.page("town_hall/refunds/decision.html", status, surplus=surplus, choice=choice, refusal=refusal)


async def _wait(visit: Visit, refund_id: UUID) -> None:
    """A moment for the bank to answer: mostly the page then says that it is done. Otherwise it says «en cours»."""
    patience = _PATIENCE_SECONDS
    while patience > 0 and (await refunds.one(visit.api, refund_id)).status == "in_progress":
        await asyncio.sleep(_PAUSE_SECONDS)
        patience -= _PAUSE_SECONDS
