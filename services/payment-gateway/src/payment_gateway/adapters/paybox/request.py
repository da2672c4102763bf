"""The form that sends a payer to Paybox."""

import re

from contracts.values import EURO
from payment_gateway.adapters.paybox.message import RETURN_VARIABLES
from payment_gateway.adapters.paybox.seal import request_hmac
from payment_gateway.adapters.paybox.terms import PayboxTerms
from payment_gateway.adapters.paybox.three_d_secure import authentication_wish, billing, shopping_cart
from payment_gateway.application.bank_port import Addresses, Departure, PaymentMisconfiguredError, PaymentOrder

_PAGE_SECONDS = "900"
_LONGEST_ADDRESS = 150
_EMAIL = re.compile(r"(?=.{6,120}$)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_RETURNS = {
    "PBX_EFFECTUE": "effectue",
    "PBX_REFUSE": "refuse",
    "PBX_ANNULE": "annule",
    "PBX_ATTENTE": "attente",
}


def request_form(terms: PayboxTerms, order: PaymentOrder) -> Departure:
    """The signed form. Raises ``PaymentMisconfiguredError``."""
    fields = (
        ("PBX_SITE", terms.site),
        ("PBX_RANG", terms.rang),
        ("PBX_IDENTIFIANT", terms.identifiant),
        ("PBX_TOTAL", f"{order.amount_cents:03}"),
        ("PBX_DEVISE", EURO),
        ("PBX_CMD", order.reference),
        ("PBX_PORTEUR", _receipt_email(order)),
        ("PBX_RETOUR", RETURN_VARIABLES),
        ("PBX_HASH", "SHA512"),
        ("PBX_TIME", order.real_now.isoformat(timespec="seconds")),
        *_addresses(order.addresses),
        ("PBX_LANGUE", "FRA"),
        ("PBX_SOURCE", "RWD"),
        ("PBX_DISPLAY", _PAGE_SECONDS),
        ("PBX_SHOPPINGCART", shopping_cart(order.article_count)),
        ("PBX_BILLING", billing(order.payer)),
        ("PBX_SOUHAITAUTHENT", authentication_wish(order.amount_cents)),
    )
    return Departure(terms.page_url, (*fields, ("PBX_HMAC", request_hmac(fields, terms.secrets()["hmac_key"]))))


def _receipt_email(order: PaymentOrder) -> str:
    """The bank must have an address for its receipt: the town hall's when the payer has none it would take."""
    for email in (order.payer.email.strip(), order.town_hall_email.strip()):
        if _EMAIL.fullmatch(email):
            return email
    raise PaymentMisconfiguredError(
        "La banque demande une adresse électronique, et ni votre dossier ni la mairie n'en a. Prévenez la mairie."
    )


def _addresses(addresses: Addresses) -> tuple[tuple[str, str], ...]:
    """Where the browser and the bank's server come back, without a query: what is signed depends on it."""
    fields = (
        *((name, f"{addresses.back}/{word}") for name, word in _RETURNS.items()),
        ("PBX_REPONDRE_A", addresses.notification),
    )
    if any(len(address) > _LONGEST_ADDRESS for _, address in fields):
        raise PaymentMisconfiguredError(
            "L'adresse du portail est trop longue pour la banque : le paiement est impossible. Prévenez la mairie."
        )
    return (*fields, ("PBX_RUF1", "POST"))
