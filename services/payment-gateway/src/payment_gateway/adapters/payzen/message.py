"""Reading PayZen's messages: the form's answer (vads_*), and the REST API's (kr-answer) where a shop chose that.

The form's signature covers values, not names. What lets a name be trusted is that the values we know beforehand, shop,
mode, order and amount, must be found under the names that are theirs, each in a form nobody can type as a name.
"""

import re
from uuid import UUID

from payment_gateway.adapters.bank_time import utc_instant
from payment_gateway.adapters.form_data import read_form
from payment_gateway.adapters.payzen.rest_models import outcome_of, read_payment
from payment_gateway.adapters.payzen.seal import is_answer_signed, is_signed
from payment_gateway.adapters.payzen.statuses import meaning_of, undoes
from payment_gateway.adapters.payzen.terms import PayZenTerms
from payment_gateway.application.bank_port import UnreadableMessageError
from payment_gateway.domain.judgement import Channel, Verdict
from payment_gateway.domain.outcome import BankOutcome

_TEST = "TEST"
_FORMATS = {
    "vads_amount": re.compile(r"[0-9]{1,12}"),
    "vads_currency": re.compile(r"[0-9]{3}"),
    "vads_ctx_mode": re.compile(r"TEST|PRODUCTION"),
    "vads_order_id": re.compile(r"[A-Za-z0-9_-]{1,64}"),
    "vads_site_id": re.compile(r"[0-9]{8}"),
    "vads_trans_id": re.compile(r"[A-Za-z0-9]{6}"),
    "vads_trans_status": re.compile(r"[A-Z_]{2,40}"),
    "vads_trans_uuid": re.compile(r"[0-9a-fA-F-]{0,36}"),
    "vads_operation_type": re.compile(r"[A-Z_]{0,20}"),
    "vads_effective_amount": re.compile(r"[0-9]{0,12}"),
    "vads_effective_currency": re.compile(r"[0-9]{0,3}"),
}
_TOLD = {
    "vads_auth_result": re.compile(r"[A-Za-z0-9]{1,4}"),
    "vads_auth_number": re.compile(r"[!-~]{1,20}"),
}
"""What decides nothing: left out where it is not as expected."""
_REQUIRED = (
    "vads_amount",
    "vads_currency",
    "vads_ctx_mode",
    "vads_order_id",
    "vads_site_id",
    "vads_trans_id",
    "vads_trans_status",
)


def read_message(terms: PayZenTerms, channel: Channel, raw: bytes) -> BankOutcome:
    """Verifies and reads a message, the raw bytes as received. Raises ``UnreadableMessageError``."""
    values = read_form(raw)
    return _read_answer(terms, channel, values) if "kr-answer" in values else _read_fields(terms, values)


def attempt_named(raw: bytes) -> UUID | None:
    """The attempt whose number the order bears, nothing being verified; None for another shop software's order."""
    try:
        values = read_form(raw)
    except UnreadableMessageError:
        return None
    payment = read_payment(values["kr-answer"]) if "kr-answer" in values else None
    order_id = payment.order_details.order_id if payment else values.get("vads_order_id", "")
    try:
        return UUID(order_id)
    except ValueError:
        return None


def _read_fields(terms: PayZenTerms, values: dict[str, str]) -> BankOutcome:
    """The signature covers every vads_*. Other parameters, added on the way by somebody else, are not read."""
    signature = values.get("signature", "")
    if not signature:
        raise UnreadableMessageError(Verdict.MALFORMED)
    if not is_signed(values, signature, terms.secrets()["form_key"]):
        raise UnreadableMessageError(Verdict.BAD_SIGNATURE)
    for name, form in _FORMATS.items():
        if (name in values or name in _REQUIRED) and not form.fullmatch(values.get(name, "")):
            raise UnreadableMessageError(Verdict.MALFORMED)
    if values["vads_site_id"] != terms.site_id:
        raise UnreadableMessageError(Verdict.OTHER_SHOP)
    status, result = values["vads_trans_status"], _told(values, "vads_auth_result") or ""
    return BankOutcome(
        code=f"{status} {result}".strip(),
        meaning=meaning_of(
            status,
            result,
            values.get("vads_operation_type"),
            authentication_failed=values.get("vads_threeds_status") == "N",
        ),
        reference=values["vads_order_id"],
        amount_cents=int(values.get("vads_effective_amount") or values["vads_amount"]),
        currency=values.get("vads_effective_currency") or values["vads_currency"],
        transaction_id=values.get("vads_trans_uuid", "").lower() or None,
        authorisation=_told(values, "vads_auth_number"),
        is_test=values["vads_ctx_mode"] == _TEST,
        undoes=undoes(status),
        happened_at=utc_instant(values.get("vads_effective_creation_date", ""), "%Y%m%d%H%M%S"),
        bank_number=values["vads_trans_id"],
    )


def _told(values: dict[str, str], name: str) -> str | None:
    value = values.get(name, "").strip()
    return value if _TOLD[name].fullmatch(value) else None


def _read_answer(terms: PayZenTerms, channel: Channel, values: dict[str, str]) -> BankOutcome:
    """The key follows from how the message came: the password from the server, the HMAC key through a browser."""
    key = terms.secrets().get("rest_password" if channel is Channel.IPN else "rest_hmac_key")
    if key is None or not is_answer_signed(values["kr-answer"], values.get("kr-hash", ""), key):
        raise UnreadableMessageError(Verdict.BAD_SIGNATURE)
    payment = read_payment(values["kr-answer"])
    if payment is None or not payment.transactions:
        raise UnreadableMessageError(Verdict.MALFORMED)
    if payment.shop_id != terms.site_id:
        raise UnreadableMessageError(Verdict.OTHER_SHOP)
    return outcome_of(payment, payment.transactions[0])
