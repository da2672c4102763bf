"""The fields of the form's answer (vads_*): on the browser's way back, and in the message to the shop's server."""

import hashlib
from datetime import UTC
from urllib.parse import urlencode

from bank_simulator.behaviour import Behaviour
from bank_simulator.model import Payment
from bank_simulator.payzen.merchants import Merchant
from bank_simulator.payzen.seal import form_signature
from bank_simulator.payzen.transactions import Transaction
from bank_simulator.signature import with_signature

_ONLY_IN_REQUESTS = ("vads_url_", "vads_redirect_", "vads_return_mode", "vads_threeds_mpi", "vads_theme_config")
_DATE = "%Y%m%d%H%M%S"
_CARD_NETWORKS = {"VISA": "VISA", "EUROCARD_MASTERCARD": "MASTERCARD"}


def transaction_fields(payment: Payment, transaction: Transaction) -> dict[str, str]:
    """What is said of a transaction; a field without a value is sent empty, and signed so."""
    date = transaction.created_at.astimezone(UTC).strftime(_DATE)
    card = transaction.attempt.card
    year_month = card.expiry_yymm if card is not None else ""
    amount = str(transaction.amount_cents)
    accepted = transaction.status != "REFUSED"
    return (
        _echo(payment)
        | {
            "vads_amount": amount,
            "vads_trans_id": transaction.trans_id,
            "vads_auth_mode": "FULL",
            "vads_auth_number": transaction.attempt.authorisation or "",
            "vads_auth_result": transaction.code,
            "vads_bank_label": "Banque de démonstration",
            "vads_bank_product": "F",
            "vads_card_brand": "" if card is None else _CARD_NETWORKS.get(card.brand, "CB"),
            "vads_card_country": "FR",
            "vads_card_number": "" if card is None else f"{card.bin6}XXXXXXXX{card.last2}",
            "vads_contract_used": "5555555",
            "vads_effective_amount": amount,
            "vads_effective_creation_date": date,
            "vads_effective_currency": payment.field("vads_currency") or "",
            "vads_expiry_month": str(int(year_month[2:])) if year_month else "",
            "vads_expiry_year": f"20{year_month[:2]}" if year_month else "",
            "vads_extra_result": "",
            "vads_operation_type": transaction.operation,
            "vads_payment_certificate": _certificate(transaction) if accepted else "",
            "vads_payment_src": "EC",
            "vads_presentation_date": date,
            "vads_result": "00" if accepted else "05",
            "vads_sequence_number": "1",
            "vads_trans_status": transaction.status,
            "vads_trans_uuid": transaction.uuid,
            "vads_warranty_result": "YES" if accepted and transaction.authenticated else "NO",
        }
        | _threeds(transaction)
    )


def abandoned_fields(payment: Payment) -> dict[str, str]:
    """What is said of a payment given up before any card was tried: no transaction exists."""
    empty = ("auth_number", "auth_result", "card_brand", "card_number", "extra_result", "warranty_result")
    return (
        _echo(payment)
        | dict.fromkeys((f"vads_{name}" for name in empty), "")
        | {
            "vads_operation_type": "DEBIT",
            "vads_payment_src": "EC",
            "vads_result": "17",
            "vads_trans_status": "ABANDONED",
        }
    )


def signed(fields: dict[str, str], merchant: Merchant, behaviour: Behaviour) -> str:
    """The url-encoded answer and its signature, by the key of the mode the answer says."""
    fields = dict(sorted((fields | _told_otherwise(fields, behaviour)).items()))
    signature = form_signature(fields.items(), merchant.key(fields["vads_ctx_mode"]))
    return with_signature(urlencode(fields), "signature", signature, behaviour)


def to_server(fields: dict[str, str], source: str) -> dict[str, str]:
    """The fields that only a message to the shop's server has."""
    seed = f"{fields.get('vads_trans_uuid', fields['vads_trans_id'])}/{fields['vads_trans_status']}/{source}"
    return fields | {"vads_hash": hashlib.sha256(seed.encode()).hexdigest(), "vads_url_check_src": source}


def _told_otherwise(fields: dict[str, str], behaviour: Behaviour) -> dict[str, str]:
    changed: dict[str, str] = {}
    if behaviour.amount_cents is not None:
        amount = str(behaviour.amount_cents)
        changed |= {"vads_amount": amount, "vads_effective_amount": amount}
    if behaviour.currency:
        changed |= {"vads_currency": behaviour.currency, "vads_effective_currency": behaviour.currency}
    if behaviour.merchant:
        changed["vads_site_id"] = behaviour.merchant
    if behaviour.test_platform:
        changed["vads_ctx_mode"] = "TEST"
    if behaviour.refund_status and fields["vads_operation_type"] == "CREDIT":
        changed["vads_trans_status"] = behaviour.refund_status
    return changed


def _echo(payment: Payment) -> dict[str, str]:
    return {name: value for name, value in payment.fields if not name.startswith(_ONLY_IN_REQUESTS)}


def _certificate(transaction: Transaction) -> str:
    return hashlib.sha256(f"certificate/{transaction.uuid}".encode()).hexdigest()[:40]


def _threeds(transaction: Transaction) -> dict[str, str]:
    authenticated = transaction.authenticated
    challenged = transaction.attempt.challenged
    return {
        "vads_threeds_auth_type": "CHALLENGE" if challenged else "FRICTIONLESS",
        "vads_threeds_eci": "05" if authenticated else "",
        "vads_threeds_enrolled": "Y",
        "vads_threeds_status": "Y" if authenticated else "N",
    }
