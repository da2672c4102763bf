"""The REST API V4 as the gateway calls it."""

import json

from pydantic import ValidationError

from payment_gateway.adapters.bank_http import call_bank
from payment_gateway.adapters.payzen.rest_models import Envelope
from payment_gateway.adapters.payzen.terms import PayZenTerms
from payment_gateway.application.bank_port import BankUnavailableError


def can_call(terms: PayZenTerms) -> bool:
    """Whether the contract gives address and password."""
    return terms.rest_url is not None and "rest_password" in terms.secrets()


async def call(terms: PayZenTerms, service: str, question: dict[str, object]) -> tuple[Envelope, bytes]:
    """One exchange, errors of the API included, and its bytes. Raises ``BankUnavailableError``."""
    status, raw = await call_bank(
        "POST",
        f"{terms.rest_url}{service}",
        content=json.dumps(question).encode(),
        headers={"content-type": "application/json"},
        basic=(terms.site_id, terms.secrets()["rest_password"]),
    )
    if status == 401:
        raw = json.dumps({"status": "ERROR", "answer": {"errorCode": "INT_905"}}).encode()
    elif status != 200:
        raise BankUnavailableError
    try:
        envelope = Envelope.model_validate_json(raw)
        _ = envelope.error
    except ValidationError as error:
        raise BankUnavailableError from error
    return envelope, raw
