"""PayZen's answers: the signed message to the shop's server, and the browser's way back."""

import json
from urllib.parse import urlencode

from bank_simulator.behaviour import GENUINE, Behaviour
from bank_simulator.cards import REFUSALS, UNEXPLAINED_REFUSAL
from bank_simulator.clock import Clock
from bank_simulator.forms import origin
from bank_simulator.model import (
    Attempt,
    Means,
    Outcome,
    Outgoing,
    Payment,
    PaymentStatus,
    Refund,
    RefundKind,
)
from bank_simulator.payzen import messages, transactions
from bank_simulator.payzen.answers import payment_answer
from bank_simulator.payzen.merchants import Merchant, merchant_of
from bank_simulator.payzen.seal import answer_hash
from bank_simulator.payzen.transactions import CODES, NOT_AUTHENTICATED, Transaction
from bank_simulator.protocol import Manners
from bank_simulator.signature import with_signature

NAME = "payzen"

_RETURN_FIELD = {
    PaymentStatus.PAID: "vads_url_success",
    PaymentStatus.ABANDONED: "vads_url_refused",
    PaymentStatus.CANCELLED: "vads_url_cancel",
    PaymentStatus.EXPIRED: "vads_url_cancel",
}
_BROWSER_URLS = (*_RETURN_FIELD.values(), "vads_url_return")
_TEXTS = {CODES[outcome]: text for outcome, text in REFUSALS.items() if outcome in CODES} | {
    NOT_AUTHENTICATED: REFUSALS[Outcome.NOT_AUTHENTICATED]
}


class PayZenProtocol:
    manners = Manners("PayZen, SystemPay, Scellius, Sogecommerce")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def code(self, outcome: Outcome, means: Means = Means.CARD) -> str:
        return CODES[outcome]

    def refusal_text(self, code: str) -> str:
        return _TEXTS.get(code, UNEXPLAINED_REFUSAL)

    def forced_code(self, payment: Payment) -> str | None:
        """None: the test platform decides by the card."""

    def challenge_mandated(self, payment: Payment) -> bool:
        return payment.field("vads_threeds_mpi") == "4"

    def notification(self, payment: Payment, attempt: Attempt, behaviour: Behaviour) -> Outgoing | None:
        return self._about(payment, _as_decided(payment, attempt), behaviour.source or "PAY", behaviour)

    def cancellation(self, payment: Payment, behaviour: Behaviour) -> Outgoing | None:
        fields = messages.to_server(messages.abandoned_fields(payment), behaviour.source or "PAY")
        return self._to_server(payment, messages.signed(fields, _merchant(payment), behaviour), behaviour)

    def refund_notification(
        self, payment: Payment, attempt: Attempt, refund: Refund, behaviour: Behaviour
    ) -> Outgoing | None:
        """A refund is a transaction of its own, a credit; a cancellation is a new status of the first one."""
        if refund.kind is RefundKind.CANCELLATION:
            transaction = transactions.debit(payment, attempt, [refund], captured=False)
        else:
            transaction = transactions.credit(attempt, refund)
        return self._about(payment, transaction, behaviour.source or "MERCH_BO", behaviour)

    def way_back(self, payment: Payment, attempt: Attempt | None) -> Outgoing | None:
        """The address of the outcome, else the general one, with the answer if the shop wants it there."""
        specific = payment.field(_RETURN_FIELD[payment.status]) if payment.status in _RETURN_FIELD else None
        url = specific or payment.field("vads_url_return")
        if not url or payment.status not in _RETURN_FIELD:
            return None
        if payment.status in {PaymentStatus.PAID, PaymentStatus.ABANDONED} and attempt is not None:
            fields = messages.transaction_fields(payment, _as_decided(payment, attempt))
        else:
            fields = messages.abandoned_fields(payment)
        answer = messages.signed(fields, _merchant(payment), GENUINE)
        match payment.field("vads_return_mode"):
            case "POST":
                return Outgoing("POST", url, answer)
            case "GET":
                return Outgoing("GET", f"{url}{'&' if '?' in url else '?'}{answer}")
            case _:
                return Outgoing("GET", url)

    def shop_origins(self, payment: Payment) -> frozenset[str]:
        return frozenset(origin(url) for url in map(payment.field, _BROWSER_URLS) if url)

    def _about(self, payment: Payment, transaction: Transaction, source: str, behaviour: Behaviour) -> Outgoing | None:
        if behaviour.kr:
            return self._to_server(payment, self._rest_message(payment, transaction, behaviour), behaviour)
        fields = messages.to_server(messages.transaction_fields(payment, transaction), source)
        return self._to_server(payment, messages.signed(fields, _merchant(payment), behaviour), behaviour)

    def _rest_message(self, payment: Payment, transaction: Transaction, behaviour: Behaviour) -> str:
        answer = payment_answer(payment, [transaction], self._clock.business_now(), behaviour)
        kr_answer = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        mode = answer["orderDetails"]["mode"]
        fields = {
            "kr-hash-key": "password",
            "kr-hash-algorithm": "sha256_hmac",
            "kr-answer": kr_answer,
            "kr-answer-type": "V4/Payment",
        }
        signature = answer_hash(kr_answer, _merchant(payment).password(mode))
        return with_signature(urlencode(fields), "kr-hash", signature, behaviour)

    def _to_server(self, payment: Payment, body: str, behaviour: Behaviour) -> Outgoing | None:
        url = behaviour.address or payment.field("vads_url_check")
        return Outgoing("POST", url, body) if url else None


def _as_decided(payment: Payment, attempt: Attempt) -> Transaction:
    return transactions.debit(payment, attempt, [], captured=False)


def _merchant(payment: Payment) -> Merchant:
    merchant = merchant_of(payment.merchant)
    if merchant is None:
        raise LookupError(payment.merchant)
    return merchant
