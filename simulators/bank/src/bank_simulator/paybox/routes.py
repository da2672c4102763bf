"""The addresses of Paybox System: the payment request and the sign of life."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bank_simulator.bank import CurrentBank
from bank_simulator.forms import RequestRefusedError, parse_form, read_body
from bank_simulator.paybox import direct
from bank_simulator.paybox.merchants import DEMO_MERCHANTS
from bank_simulator.paybox.protocol import NAME
from bank_simulator.paybox.request import read_request

router = APIRouter()

_PLAIN = "text/plain; charset=iso-8859-1"


@router.post("/php/")
async def ask_for_payment(request: Request, bank: CurrentBank) -> Response:
    """Opens the payment page for a rightly sealed request; shows what is wrong with any other (400)."""
    asked = read_request(parse_form(await read_body(request)), DEMO_MERCHANTS)
    payment = bank.checkout.open(
        protocol=NAME,
        merchant=asked.merchant.key,
        shop_name=asked.merchant.shop_name,
        reference=asked.reference,
        amount_cents=asked.amount_cents,
        fields=asked.fields,
        seconds=asked.display_seconds,
    )
    return RedirectResponse(f"/pay/{payment.id}", status_code=303)


@router.post("/PPPS.php")
async def ask_directly(request: Request, bank: CurrentBank) -> Response:
    """A question of the shop's server: a refund, or what became of a payment."""
    try:
        written = direct.answer(bank, parse_form(await read_body(request)), DEMO_MERCHANTS)
    except RequestRefusedError:
        return Response("CODEREPONSE=00014", media_type=_PLAIN)
    except direct.OutageError:
        return Response(status_code=503)
    return Response(written, media_type=_PLAIN)


@router.get("/load.html")
async def sign_of_life() -> HTMLResponse:
    """Shops look for ``>OK<`` to choose between the main and the backup servers."""
    return HTMLResponse('<html><body><div id="server_status" style="text-align:center;">OK</div></body></html>')


@router.get("/public-key.pem")
async def public_key(bank: CurrentBank) -> Response:
    """The key with which shops check the bank's messages."""
    return Response(bank.key.public_pem, media_type="application/x-pem-file")
