"""The checks of a payment request, as strict as the bank's.

Formats: Verifone, Paybox System integration documentation («appel page paiement»), and for 3-D Secure 2 the
official Up2pay plug-in. PBX_TIME is checked for its form only: the documentation gives no tolerance.
"""

import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bank_simulator.forms import Check, Fields, RequestRefusedError, form, one_of, url_up_to
from bank_simulator.paybox.merchants import Merchant
from bank_simulator.paybox.returned import parse_return_variables
from bank_simulator.paybox.seal import request_hmac
from bank_simulator.paybox.three_d_secure import check_billing, check_shopping_cart


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A request found right. ``fields`` are the PBX_* fields in the order sent, without PBX_HMAC."""

    merchant: Merchant
    fields: Fields
    reference: str
    amount_cents: int
    display_seconds: int


def _amount(value: str) -> None:
    form(r"[0-9]{3,10}", "de 3 à 10 chiffres, en centimes")(value)
    if int(value) == 0:
        raise ValueError("le montant est nul")


def _time(value: str) -> None:
    form(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}", "ISO 8601 avec décalage")(value)
    datetime.fromisoformat(value)


_url = url_up_to(150)


def _return_variables(value: str) -> None:
    parse_return_variables(value)


_MANDATORY: dict[str, Check] = {
    "PBX_SITE": form(r"[0-9]{7}", "7 chiffres"),
    "PBX_RANG": form(r"[0-9]{2,3}", "2 ou 3 chiffres"),
    "PBX_IDENTIFIANT": form(r"[0-9]{1,9}", "de 1 à 9 chiffres"),
    "PBX_TOTAL": _amount,
    "PBX_DEVISE": one_of("978"),
    "PBX_CMD": form(r".{1,250}", "de 1 à 250 caractères"),
    "PBX_PORTEUR": form(r"(?=.{6,120}$)[^@\s]+@[^@\s]+", "une adresse électronique de 6 à 120 caractères"),
    "PBX_RETOUR": _return_variables,
    "PBX_HASH": one_of("SHA512"),
    "PBX_TIME": _time,
    "PBX_SHOPPINGCART": check_shopping_cart,
    "PBX_BILLING": check_billing,
}
_OPTIONAL: dict[str, Check] = {
    **dict.fromkeys(("PBX_EFFECTUE", "PBX_REFUSE", "PBX_ANNULE", "PBX_ATTENTE", "PBX_REPONDRE_A"), _url),
    "PBX_RUF1": one_of("GET", "POST"),
    "PBX_LANGUE": form(r"[A-Z]{3}", "un code de langue de 3 lettres"),
    "PBX_SOURCE": one_of("RWD", "HTML", "XHTML", "WAP", "IMODE"),
    "PBX_DISPLAY": form(r"[1-9][0-9]{0,4}", "un nombre de secondes"),
    "PBX_DIFF": form(r"[0-9]{2}", "2 chiffres"),
    "PBX_AUTOSEULE": one_of("O", "N"),
    "PBX_ARCHIVAGE": form(r"[A-Za-z0-9]{1,12}", "de 1 à 12 lettres ou chiffres"),
    "PBX_TYPEPAIEMENT": one_of("CARTE"),
    "PBX_TYPECARTE": one_of("CB", "VISA", "EUROCARD_MASTERCARD", "E_CARD", "MAESTRO"),
    "PBX_SOUHAITAUTHENT": one_of("01", "02", "03", "04"),
    "PBX_ERRORCODETEST": form(r"[0-9]{5}", "5 chiffres"),
}
_SESSION_SECONDS = 900


def read_request(sent_form: Fields, merchants: Iterable[Merchant]) -> PaymentRequest:
    """The payment asked for. Raises RequestRefusedError at the first field found wrong, the seal being judged last."""
    sent = tuple((name, value) for name, value in sent_form if name.startswith("PBX_"))
    _check_names(sent)
    values = dict(sent)
    for name, check in (_MANDATORY | _OPTIONAL).items():
        if name in values:
            _apply(name, check, values[name])
        elif name in _MANDATORY:
            raise RequestRefusedError(name, "champ obligatoire absent")
    merchant = _merchant(values, merchants)
    signed = sent[:-1]
    if not hmac.compare_digest(request_hmac(signed, merchant.hmac_key_hex).encode(), values["PBX_HMAC"].encode()):
        raise RequestRefusedError("PBX_HMAC", "la signature ne correspond pas aux champs reçus, dans l'ordre reçu")
    return PaymentRequest(
        merchant=merchant,
        fields=signed,
        reference=values["PBX_CMD"],
        amount_cents=int(values["PBX_TOTAL"]),
        display_seconds=int(values.get("PBX_DISPLAY", _SESSION_SECONDS)),
    )


def _apply(name: str, check: Check, value: str) -> None:
    try:
        check(value)
    except ValueError as error:
        raise RequestRefusedError(name, str(error)) from error


def _check_names(sent: Sequence[tuple[str, str]]) -> None:
    repeated = [name for name, count in Counter(name for name, _ in sent).items() if count > 1]
    if repeated:
        raise RequestRefusedError(repeated[0], "champ envoyé plusieurs fois")
    if not sent or sent[-1][0] != "PBX_HMAC":
        raise RequestRefusedError("PBX_HMAC", "champ obligatoire, à envoyer en dernier")
    names = {name for name, _ in sent}
    if ("PBX_TYPEPAIEMENT" in names) != ("PBX_TYPECARTE" in names):
        raise RequestRefusedError("PBX_TYPEPAIEMENT", "à envoyer avec PBX_TYPECARTE, ou aucun des deux")


def _merchant(values: dict[str, str], merchants: Iterable[Merchant]) -> Merchant:
    key = f"{values['PBX_SITE']}/{values['PBX_RANG']}/{values['PBX_IDENTIFIANT']}"
    merchant = next((merchant for merchant in merchants if merchant.key == key), None)
    if merchant is None:
        raise RequestRefusedError("PBX_IDENTIFIANT", f"aucun contrat pour site/rang/identifiant {key} (00006)")
    if "PBX_ERRORCODETEST" in values and not merchant.test_mode:
        raise RequestRefusedError("PBX_ERRORCODETEST", "réservé aux contrats de test")
    return merchant
