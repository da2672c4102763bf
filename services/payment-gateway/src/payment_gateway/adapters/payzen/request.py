"""The form that sends a payer to PayZen."""

from datetime import UTC

from contracts.values import EURO
from payment_gateway.adapters.payzen.seal import form_signature
from payment_gateway.adapters.payzen.terms import PayZenTerms
from payment_gateway.adapters.plain_text import plain
from payment_gateway.application.bank_port import Departure, PaymentMisconfiguredError, PaymentOrder

_LAST_NUMBER = 899_999
"""900000 to 999999 are reserved."""


def request_form(terms: PayZenTerms, order: PaymentOrder) -> Departure:
    """The signed form. The order's number becomes vads_trans_id, unique for the shop on that day (UTC).

    Raises ``PaymentMisconfiguredError``.
    """
    assert order.daily_number is not None  # noqa: S101 - this protocol asks for one
    if order.daily_number > _LAST_NUMBER:
        raise PaymentMisconfiguredError("La régie a atteint le nombre de paiements d'un jour. Réessayez demain.")
    fields = {
        "vads_action_mode": "INTERACTIVE",
        "vads_amount": str(order.amount_cents),
        "vads_ctx_mode": terms.vads_mode,
        "vads_currency": EURO,
        "vads_cust_address": plain(order.payer.address.line, 255),
        "vads_cust_city": plain(order.payer.address.city, 63),
        "vads_cust_country": "FR",
        **_email(order),
        "vads_cust_first_name": plain(order.payer.first_name, 63),
        "vads_cust_last_name": plain(order.payer.last_name, 63),
        "vads_cust_zip": plain(order.payer.address.postal_code, 63),
        "vads_order_id": order.reference,
        "vads_page_action": "PAYMENT",
        "vads_payment_config": "SINGLE",
        "vads_return_mode": "GET",
        "vads_site_id": terms.site_id,
        "vads_trans_date": order.real_now.astimezone(UTC).strftime("%Y%m%d%H%M%S"),
        "vads_trans_id": f"{order.daily_number:06}",
        "vads_url_check": order.addresses.notification,
        "vads_url_return": order.addresses.back,
        "vads_version": "V2",
    }
    signature = form_signature(fields, terms.secrets()["form_key"])
    return Departure(terms.page_url, (*fields.items(), ("signature", signature)))


def _email(order: PaymentOrder) -> dict[str, str]:
    """The payer's address for the bank's receipt, where there is one it takes."""
    email = order.payer.email.strip()
    fits = "@" in email and len(email) <= 150 and email.isascii() and not set(email) & set("<> ")
    return {"vads_cust_email": email} if fits else {}
