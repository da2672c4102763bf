"""Paybox Direct (PPPS): speaking with the bank from server to server. Needs the «premium» contract.

Source: Verifone, «Paybox Direct / Direct Plus» (VERSION 00104); refunds (TYPE 00014) as the official plug-in asks them.
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from contracts.values import EURO
from payment_gateway.adapters.bank_http import call_bank
from payment_gateway.adapters.paybox.refusals import refund_refusal
from payment_gateway.adapters.paybox.seal import request_hmac
from payment_gateway.adapters.paybox.terms import PayboxTerms
from payment_gateway.application.bank_port import (
    BankUnavailableError,
    RefundImpossibleError,
    RefundOrder,
    RefundOutcome,
    refund_refused,
)

DONE = "00000"
_REFUND = "00014"


def sealed_fields(
    terms: PayboxTerms, kind: str, number: int, about: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """A request of TYPE ``kind``, signed. ``number`` is its NUMQUESTION, used once for the shop on that day."""
    fields = (
        ("VERSION", "00104"),
        ("TYPE", kind),
        ("SITE", terms.site),
        ("RANG", terms.rang),
        ("IDENTIFIANT", terms.identifiant),
        ("NUMQUESTION", f"{number:010}"),
        *about,
        ("HASH", "SHA512"),
    )
    return (*fields, ("HMAC", request_hmac(fields, terms.secrets()["hmac_key"])))


async def call_direct(terms: PayboxTerms, fields: Sequence[tuple[str, str]]) -> tuple[dict[str, str], bytes]:
    """One exchange: what the bank answers, by name, with a CODEREPONSE, and its bytes.

    Its text is in ISO 8859-1, url-encoded or not. Raises ``BankUnavailableError``.
    """
    assert terms.direct_url is not None  # noqa: S101 - nothing is asked without it
    status, raw = await call_bank(
        "POST",
        terms.direct_url,
        content=urlencode(fields).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    answer = dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="latin-1"))
    if status != 200 or not answer.get("CODEREPONSE"):
        raise BankUnavailableError
    return answer, raw


def refund_fields(terms: PayboxTerms, order: RefundOrder) -> tuple[tuple[str, str], ...]:
    """The signed request.

    Raises ``RefundImpossibleError`` when the contract or the transaction does not allow it.
    """
    if terms.direct_url is None or order.call_number is None:
        raise RefundImpossibleError
    about = (
        ("MONTANT", f"{order.amount_cents:010}"),
        ("DEVISE", EURO),
        ("REFERENCE", order.reference),
        ("NUMAPPEL", f"{order.call_number:0>10}"),
        ("NUMTRANS", f"{order.transaction_id:0>10}"),
        ("DATEQ", order.real_now.strftime("%d%m%Y%H%M%S")),
    )
    return sealed_fields(terms, _REFUND, order.daily_number, about)


async def refund(terms: PayboxTerms, order: RefundOrder) -> RefundOutcome:
    """Gives money back. Raises ``RefundImpossibleError`` and ``BankUnavailableError``."""
    answer, raw = await call_direct(terms, refund_fields(terms, order))
    code = answer["CODEREPONSE"]
    if code == DONE:
        return RefundOutcome(True, code, refund_id=answer.get("NUMTRANS"), raw=raw)
    why = refund_refusal(code)
    if why is None:
        raise BankUnavailableError
    return refund_refused(code, why, raw)
