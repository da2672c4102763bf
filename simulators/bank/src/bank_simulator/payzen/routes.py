"""The addresses of PayZen: the payment form and the REST API."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from bank_simulator.bank import CurrentBank
from bank_simulator.behaviour import UNAVAILABLE
from bank_simulator.checkout import VisitTakenError
from bank_simulator.forms import parse_form, read_body
from bank_simulator.payzen import rest
from bank_simulator.payzen.merchants import DEMO_MERCHANTS
from bank_simulator.payzen.protocol import NAME
from bank_simulator.payzen.request import read_request, refused

router = APIRouter()

_SESSION_SECONDS = 600


@router.post("/vads-payment/")
async def ask_for_payment(request: Request, bank: CurrentBank) -> Response:
    """Opens the payment page for a rightly signed form; shows what is wrong with any other (400)."""
    asked = read_request(parse_form(await read_body(request)), DEMO_MERCHANTS)
    try:
        payment = bank.checkout.open(
            protocol=NAME,
            merchant=asked.merchant.site_id,
            shop_name=asked.merchant.shop_name,
            reference=asked.reference,
            amount_cents=asked.amount_cents,
            fields=asked.fields,
            seconds=_SESSION_SECONDS,
            visit=asked.visit,
        )
    except VisitTakenError as error:
        raise refused("vads_trans_id", "ce numéro a déjà servi ce jour-là") from error
    return RedirectResponse(f"/pay/{payment.id}", status_code=303)


@router.post("/api-payment/V4/{web_service:path}")
async def ask(web_service: str, request: Request, bank: CurrentBank) -> Response:
    """A question of the shop's server. HTTP 200 whatever the answer, but for a planted outage."""
    answer = rest.answer(bank, request.headers.get("Authorization", ""), web_service, await read_body(request))
    if answer["answer"].get("errorCode") == UNAVAILABLE:
        return Response(status_code=503)
    return JSONResponse(answer)
