"""Paybox Direct (PPPS): giving money back from server to server. Needs the «premium» contract.

Source: Verifone, «Paybox Direct / Direct Plus» (TYPE 00014, VERSION 00104), as the official plug-in calls it.
"""

from urllib.parse import parse_qsl, urlencode

from contracts.values import EURO
from payment_gateway.adapters.bank_http import call_bank
from payment_gateway.adapters.paybox.seal import request_hmac
from payment_gateway.adapters.paybox.terms import PayboxTerms
from payment_gateway.application.bank_port import (
    BankUnavailableError,
    RefundImpossibleError,
    RefundOrder,
    RefundOutcome,
)

_DONE = "00000"


def refund_fields(terms: PayboxTerms, order: RefundOrder) -> tuple[tuple[str, str], ...]:
    """The signed request. NUMQUESTION is unique for the shop on that day.

    Raises ``RefundImpossibleError`` when the contract or the transaction does not allow it.
    """
    if terms.direct_url is None or order.call_number is None:
        raise RefundImpossibleError
    fields = (
        ("VERSION", "00104"),
        ("TYPE", "00014"),
        ("SITE", terms.site),
        ("RANG", terms.rang),
        ("IDENTIFIANT", terms.identifiant),
        ("NUMQUESTION", f"{order.daily_number:010}"),
        ("MONTANT", f"{order.amount_cents:010}"),
        ("DEVISE", EURO),
        ("REFERENCE", order.reference),
        ("NUMAPPEL", f"{order.call_number:0>10}"),
        ("NUMTRANS", f"{order.transaction_id:0>10}"),
        ("DATEQ", order.real_now.strftime("%d%m%Y%H%M%S")),
        ("HASH", "SHA512"),
    )
    return (*fields, ("HMAC", request_hmac(fields, terms.secrets()["hmac_key"])))


async def refund(terms: PayboxTerms, order: RefundOrder) -> RefundOutcome:
    """Gives money back. Raises ``RefundImpossibleError`` and ``BankUnavailableError``."""
    fields = refund_fields(terms, order)
    assert terms.direct_url is not None  # noqa: S101 - refund_fields raises without it
    status, raw = await call_bank(
        "POST",
        terms.direct_url,
        content=urlencode(fields).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    answer = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))
    code = answer.get("CODEREPONSE", "")
    if status != 200 or not code:
        raise BankUnavailableError
    if code != _DONE:
        return RefundOutcome(False, code, sentence=f"La banque a refusé le remboursement (code {code}).", raw=raw)
    return RefundOutcome(True, code, refund_id=answer.get("NUMTRANS"), raw=raw)
