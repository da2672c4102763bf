"""The addresses of PayFiP: the web service and the page of an operation."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bank_simulator.bank import CurrentBank
from bank_simulator.behaviour import UNAVAILABLE
from bank_simulator.checkout import UnknownPaymentError
from bank_simulator.forms import read_body
from bank_simulator.payfip import service, soap
from bank_simulator.payfip.faults import ServiceFaultError
from bank_simulator.payfip.protocol import NAME

router = APIRouter(prefix="/tpa")

_XML = "text/xml; charset=utf-8"


@router.post("/services/securite")
async def call(request: Request, bank: CurrentBank) -> Response:
    """One operation, SOAP 1.1: 200 with its answer, 500 with a fault, 415 for anything but text/xml."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "text/xml":
        return Response(status_code=415)
    try:
        return Response(service.answer(bank, await read_body(request)), media_type=_XML)
    except ServiceFaultError as raised:
        if raised.code == UNAVAILABLE:
            return Response(status_code=503)
        return Response(soap.fault(raised), status_code=500, media_type=_XML)


@router.get("/paiementws.web")
async def payment_page(bank: CurrentBank, idop: str = "") -> Response:
    """The payer arrives, or comes back to a payment he gave up while it can still be made."""
    payment = bank.checkout.payment(idop)
    if payment.protocol != NAME:
        raise UnknownPaymentError
    return RedirectResponse(f"/pay/{bank.checkout.reopen(payment).id}", status_code=303)
