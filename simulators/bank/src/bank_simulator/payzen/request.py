"""The checks of a payment form, as strict as the bank's, and the number it gives to each wrong field.

Formats and numbers (vads_extra_result): Lyra, «guide d'implémentation du formulaire de paiement». vads_trans_date is
checked for its form only, and fields of other names are taken as they come.
"""

import hmac
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bank_simulator.forms import Check, Fields, RequestRefusedError, form, one_of, url_up_to
from bank_simulator.payzen.merchants import Merchant, merchant_of
from bank_simulator.payzen.seal import form_signature


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A form found right. ``visit`` is the transaction number with its day, which the shop may use once."""

    merchant: Merchant
    fields: Fields
    reference: str
    amount_cents: int
    visit: str


def _trans_id(value: str) -> None:
    form(r"[A-Za-z0-9]{6}", "6 lettres ou chiffres")(value)
    if value.isdigit() and int(value) >= 900_000:
        raise ValueError("les numéros de 900000 à 999999 sont réservés")


def _trans_date(value: str) -> None:
    form(r"[0-9]{14}", "AAAAMMJJHHMMSS, en temps universel")(value)
    datetime.strptime(value, "%Y%m%d%H%M%S")  # noqa: DTZ007 - checked, not kept


def _optional(check: Check) -> Check:
    def check_unless_empty(value: str) -> None:
        if value:
            check(value)

    return check_unless_empty


def _text(longest: int) -> Check:
    return form(rf".{{0,{longest}}}", f"{longest} caractères au plus")


def _whole(highest: int) -> Check:
    def check(value: str) -> None:
        form(r"[0-9]{1,3}", f"un nombre de 0 à {highest}")(value)
        if int(value) > highest:
            raise ValueError(f"«{value}» – {highest} au plus")

    return check


_url = url_up_to(1024)
_email = form(r"(?=.{3,150}$)[^@\s]+@[^@\s]+", "une adresse électronique de 150 caractères au plus")

_MANDATORY: dict[str, tuple[str, Check]] = {
    "vads_version": ("01", one_of("V2")),
    "vads_site_id": ("02", form(r"[0-9]{8}", "8 chiffres")),
    "vads_trans_id": ("03", _trans_id),
    "vads_trans_date": ("04", _trans_date),
    "vads_payment_config": ("07", one_of("SINGLE")),
    "vads_amount": ("09", form(r"[1-9][0-9]{0,11}", "un nombre de centimes, sans zéro devant")),
    "vads_currency": ("10", one_of("978")),
    "vads_ctx_mode": ("11", one_of("TEST", "PRODUCTION")),
    "vads_page_action": ("46", one_of("PAYMENT")),
    "vads_action_mode": ("47", one_of("INTERACTIVE")),
}
_OPTIONAL: dict[str, tuple[str, Check]] = {
    "vads_validation_mode": ("05", one_of("", "0")),
    "vads_capture_delay": ("06", _optional(_whole(365))),
    "vads_payment_cards": ("08", form(r"[A-Z0-9_;]{0,127}", "des moyens de paiement séparés par «;»")),
    "vads_language": ("12", form(r"([a-z]{2})?", "un code de langue de 2 lettres")),
    "vads_order_id": ("13", form(r"[A-Za-z0-9_-]{0,64}", "64 lettres, chiffres, «_» ou «-» au plus")),
    "vads_order_info": ("14", _text(255)),
    "vads_cust_email": ("15", _optional(_email)),
    "vads_cust_id": ("16", _text(63)),
    "vads_cust_title": ("17", _text(63)),
    "vads_cust_name": ("18", _text(127)),
    "vads_cust_address": ("19", _text(255)),
    "vads_cust_zip": ("20", _text(63)),
    "vads_cust_city": ("21", _text(127)),
    "vads_cust_country": ("22", form(r"([A-Z]{2})?", "un code de pays de 2 lettres")),
    "vads_cust_phone": ("23", _text(31)),
    "vads_cust_cell_phone": ("77", _text(31)),
    "vads_cust_first_name": ("104", _text(63)),
    "vads_cust_last_name": ("105", _text(63)),
    "vads_url_success": ("24", _optional(_url)),
    "vads_url_refused": ("25", _optional(_url)),
    "vads_url_cancel": ("27", _optional(_url)),
    "vads_url_return": ("28", _optional(_url)),
    "vads_url_error": ("29", _optional(_url)),
    "vads_contrib": ("31", _text(255)),
    "vads_url_check": ("33", _optional(_url)),
    "vads_redirect_success_timeout": ("34", _optional(_whole(600))),
    "vads_redirect_success_message": ("35", _text(255)),
    "vads_redirect_error_timeout": ("36", _optional(_whole(600))),
    "vads_redirect_error_message": ("37", _text(255)),
    "vads_return_mode": ("48", one_of("", "NONE", "GET", "POST")),
    "vads_threeds_mpi": ("50", one_of("", "0", "1", "2", "3", "4")),
}
_NUMBERED = _MANDATORY | _OPTIONAL
_SIGNATURE, _OTHER = "00", "99"


def refused(name: str, problem: str) -> RequestRefusedError:
    """The refusal of a field, with its number: vads_result 30, vads_extra_result that number."""
    number = _SIGNATURE if name == "signature" else _NUMBERED.get(name, (_OTHER,))[0]
    return RequestRefusedError(name, problem, f"vads_result 30, vads_extra_result {number}")


def read_request(sent_form: Fields, merchants: Iterable[Merchant]) -> PaymentRequest:
    """The payment asked for. Raises RequestRefusedError at the first thing found wrong: the shop and its signature
    first, since nothing else can be believed without them, then each field."""
    names = Counter(name for name, _ in sent_form)
    repeated = next((name for name, count in names.items() if count > 1), None)
    if repeated is not None:
        raise refused(repeated, "champ envoyé plusieurs fois")
    values = dict(sent_form)
    for name in ("vads_site_id", "vads_ctx_mode"):
        _check(name, values)
    merchant = merchant_of(values["vads_site_id"], merchants)
    if merchant is None:
        raise refused("vads_site_id", f"aucune boutique n'a le numéro {values['vads_site_id']}")
    fields = tuple((name, value) for name, value in sent_form if name.startswith("vads_"))
    signature = form_signature(fields, merchant.key(values["vads_ctx_mode"]))
    if not hmac.compare_digest(signature.encode(), values.get("signature", "").encode()):
        raise refused("signature", "la signature ne correspond pas aux champs reçus, avec la clé de ce mode")
    for name, value in fields:
        if "<" in value or ">" in value:
            raise refused(name, "les caractères < et > sont interdits")
    for name in _NUMBERED:
        _check(name, values)
    return PaymentRequest(
        merchant=merchant,
        fields=fields,
        reference=values.get("vads_order_id") or values["vads_trans_id"],
        amount_cents=int(values["vads_amount"]),
        visit=f"{values['vads_ctx_mode']}/{values['vads_trans_date'][:8]}/{values['vads_trans_id'].lower()}",
    )


def _check(name: str, values: dict[str, str]) -> None:
    if name not in values:
        if name in _MANDATORY:
            raise refused(name, "champ obligatoire absent")
        return
    try:
        _NUMBERED[name][1](values[name])
    except ValueError as error:
        raise refused(name, str(error)) from error
