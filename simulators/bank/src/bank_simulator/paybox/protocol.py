"""Paybox System's answers: the signed message to the shop's server, and the browser's way back."""

from urllib.parse import urlsplit

from bank_simulator.behaviour import Behaviour
from bank_simulator.cards import REFUSALS, UNEXPLAINED_REFUSAL
from bank_simulator.forms import origin
from bank_simulator.model import Attempt, Means, Outcome, Outgoing, Payment, PaymentStatus, Refund
from bank_simulator.paybox.returned import (
    parse_return_variables,
    signed_message,
    values_of,
    values_without_attempt,
)
from bank_simulator.paybox.seal import BankKey
from bank_simulator.protocol import Manners

NAME = "paybox"

_CANCELLED = "00001"
_TIMED_OUT = "00030"
_BROWSER_URLS = ("PBX_EFFECTUE", "PBX_REFUSE", "PBX_ANNULE", "PBX_ATTENTE")
_RETURN_FIELD = {
    PaymentStatus.PAID: "PBX_EFFECTUE",
    PaymentStatus.ABANDONED: "PBX_REFUSE",
    PaymentStatus.CANCELLED: "PBX_ANNULE",
    PaymentStatus.EXPIRED: "PBX_ANNULE",
}
_PAGE_CODES = {
    Outcome.ACCEPTED: "00000",
    Outcome.BADLY_TYPED: "00004",
    Outcome.ALREADY_PAID: "00015",
    Outcome.NOT_AUTHENTICATED: "00040",
}
_CODES = _PAGE_CODES | {outcome: f"001{outcome}" for outcome in Outcome if outcome.isdigit() and outcome != "00"}
"""001xx carries the card scheme's code xx (Verifone, «codes réponses»)."""
_TEXTS = {code: REFUSALS[outcome] for outcome, code in _CODES.items() if outcome in REFUSALS} | {
    "00001": "La connexion au centre d'autorisation a échoué.",
    "00003": "La plateforme de paiement a rencontré une erreur.",
    "00008": "La date de fin de validité n'est pas correcte.",
    "00021": "Cette carte n'est pas acceptée par le commerçant.",
    "00030": "Le délai pour payer est dépassé.",
}


class PayboxProtocol:
    manners = Manners("Paybox System / Up2pay e-Transactions", pays_reference_once=True)

    def __init__(self, key: BankKey) -> None:
        self._key = key

    def code(self, outcome: Outcome, means: Means = Means.CARD) -> str:
        return _CODES[outcome]

    def refusal_text(self, code: str) -> str:
        return _TEXTS.get(code, UNEXPLAINED_REFUSAL)

    def notification(self, payment: Payment, attempt: Attempt, behaviour: Behaviour) -> Outgoing | None:
        return self._outgoing(payment, values_of(payment, attempt), behaviour)

    def cancellation(self, payment: Payment, behaviour: Behaviour) -> Outgoing | None:
        return self._outgoing(payment, values_without_attempt(payment, _CANCELLED), behaviour)

    def refund_notification(
        self, payment: Payment, attempt: Attempt, refund: Refund, behaviour: Behaviour
    ) -> Outgoing | None:
        """None: this bank tells nobody of a refund."""

    def way_back(self, payment: Payment, attempt: Attempt | None) -> Outgoing | None:
        """The address of the outcome; its signature covers the whole query, the shop's own parameters included."""
        url = payment.field(_RETURN_FIELD[payment.status]) if payment.status in _RETURN_FIELD else None
        if url is None:
            return None
        if payment.status in {PaymentStatus.PAID, PaymentStatus.ABANDONED} and attempt is not None:
            values = values_of(payment, attempt)
        else:
            expired = payment.status is PaymentStatus.EXPIRED
            values = values_without_attempt(payment, _TIMED_OUT if expired else _CANCELLED)
        parts = urlsplit(url)
        variables = parse_return_variables(payment.field("PBX_RETOUR") or "")
        message = signed_message(variables, values, self._key, shop_query=parts.query)
        return Outgoing("GET", parts._replace(query=message).geturl())

    def shop_origins(self, payment: Payment) -> frozenset[str]:
        urls = (payment.field(name) for name in _BROWSER_URLS)
        return frozenset(origin(url) for url in urls if url)

    def challenge_mandated(self, payment: Payment) -> bool:
        return payment.field("PBX_SOUHAITAUTHENT") == "04"

    def forced_code(self, payment: Payment) -> str | None:
        return payment.field("PBX_ERRORCODETEST")

    def _outgoing(self, payment: Payment, values: dict[str, str], behaviour: Behaviour) -> Outgoing | None:
        """The signature covers the PBX_RETOUR variables only, even when the shop's address has a query of its own."""
        url = payment.field("PBX_REPONDRE_A")
        if url is None:
            return None
        variables = parse_return_variables(payment.field("PBX_RETOUR") or "")
        message = signed_message(variables, values, self._key, behaviour=behaviour)
        if payment.field("PBX_RUF1") == "POST":
            return Outgoing("POST", url, message)
        return Outgoing("GET", f"{url}{'&' if urlsplit(url).query else '?'}{message}")
