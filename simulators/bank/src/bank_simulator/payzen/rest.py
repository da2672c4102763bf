"""The REST API V4: the shop's server asks about an order, and cancels or refunds a transaction."""

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from typing import Any

from bank_simulator.bank import Bank
from bank_simulator.model import AttemptStatus, Payment, RefundKind, RefundOrigin
from bank_simulator.payzen import answers, transactions
from bank_simulator.payzen.answers import error_answer, payment_answer, transaction_answer
from bank_simulator.payzen.merchants import Merchant, merchant_of
from bank_simulator.payzen.transactions import Transaction
from bank_simulator.refunds import (
    AlreadyCancelledError,
    CapturedError,
    NotCapturedError,
    NotPaidError,
    RefundRefusedError,
    TooMuchError,
)

_MOST_TRANSACTIONS = 30
_REFUSALS: dict[type[RefundRefusedError], str] = {
    AlreadyCancelledError: "PSP_105",
    CapturedError: "PSP_075",
    NotCapturedError: "PSP_076",
    NotPaidError: "PSP_083",
    TooMuchError: "PSP_511",
}

Answer = dict[str, Any]


class ServiceError(Exception):
    """The question is answered by an error of the API."""

    def __init__(self, code: str, detail: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a shop, in the mode its password opens."""

    merchant: Merchant
    mode: str


def authenticate(authorization: str) -> Caller | None:
    """The shop of a Basic ``Authorization`` header; None for any other."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        site_id, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    merchant = merchant_of(site_id)
    if merchant is None or scheme.lower() != "basic":
        return None
    for mode in ("TEST", "PRODUCTION"):
        if hmac.compare_digest(password.encode(), merchant.password(mode).encode()):
            return Caller(merchant, mode)
    return None


def answer(bank: Bank, authorization: str, web_service: str, body: bytes) -> Answer:
    """The whole answer to a question."""
    caller = authenticate(authorization)
    now = bank.clock.business_now()
    if caller is None:
        return answers.envelope(web_service, error_answer("INT_905", None), mode="TEST", now=now)
    try:
        found = _SERVICES.get(web_service, _unknown)(bank, caller, _read(body))
    except ServiceError as error:
        found = error_answer(error.code, caller.merchant.site_id, error.detail)
    return answers.envelope(web_service, found, mode=caller.mode, now=now)


def _read(body: bytes) -> Answer:
    try:
        question = json.loads(body)
    except ValueError as error:
        raise ServiceError("INT_902") from error
    if not isinstance(question, dict):
        raise ServiceError("INT_902")
    return question


def _unknown(_bank: Bank, _caller: Caller, _question: Answer) -> Answer:
    raise ServiceError("INT_901")


def _sdk_test(_bank: Bank, _caller: Caller, question: Answer) -> Answer:
    return {"value": question.get("value"), "_type": "V4/Charge/SDKTestResult"}


def _order_get(bank: Bank, caller: Caller, question: Answer) -> Answer:
    """All that happened under an order number, however many visits it took; the latest first."""
    order_id = question.get("orderId")
    payments = bank.store.payments(merchant=caller.merchant.site_id, reference=str(order_id)) if order_id else []
    of_mode = [payment for payment in payments if payment.field("vads_ctx_mode") == caller.mode]
    found = [(payment, transaction) for payment in of_mode for transaction in _transactions(bank, payment)]
    if not found:
        raise ServiceError("PSP_010")
    latest = sorted(found, key=lambda pair: pair[1].created_at, reverse=True)[:_MOST_TRANSACTIONS]
    payment = latest[0][0]
    behaviour = bank.behaviours.of(payment)
    _fail_on_purpose(bank, payment)
    order = payment_answer(payment, [transaction for _, transaction in latest], bank.clock.business_now(), behaviour)
    order["transactions"] = [transaction_answer(of, transaction, behaviour) for of, transaction in latest]
    return order | {"_type": "V4/OrderTransactions"}


def _transaction_get(bank: Bank, caller: Caller, question: Answer) -> Answer:
    payment, transaction = _find(bank, caller, question)
    return transaction_answer(payment, transaction, bank.behaviours.of(payment))


def _cancel_or_refund(bank: Bank, caller: Caller, question: Answer) -> Answer:
    """Gives back a transaction, whole or (after its capture) in part; the answer is the cancelled debit or the credit.

    ``resolutionMode`` AUTO cancels before the capture and refunds after it.
    """
    payment, transaction = _find(bank, caller, question)
    currency = question.get("currency", answers.CURRENCIES[payment.field("vads_currency") or ""])
    if currency != answers.CURRENCIES[payment.field("vads_currency") or ""]:
        raise ServiceError("INT_010", f"Invalid input value [name=currency, value={currency}]")
    left = bank.refunds.left(payment, transaction.attempt)
    amount = question.get("amount", left)
    if type(amount) is not int or amount < 0:
        raise ServiceError("INT_009", f"Invalid input value [name=amount, value={amount}]")
    if transaction.status == "CAPTURED" and left == 0:
        raise ServiceError("PSP_104")
    mode = question.get("resolutionMode", "AUTO")
    if mode == "REFUND_ONLY" and transaction.status == "AUTHORISED":
        raise ServiceError("PSP_076")
    try:
        if mode == "CANCELLATION_ONLY":
            refund = bank.refunds.cancel(payment, transaction.attempt, RefundOrigin.SHOP)
        else:
            refund = bank.refunds.cancel_or_refund(payment, transaction.attempt, amount, RefundOrigin.SHOP)
    except RefundRefusedError as refusal:
        raise ServiceError(_REFUSALS[type(refusal)]) from refusal
    if refund.kind is RefundKind.REFUND:
        done = transactions.credit(transaction.attempt, refund)
    else:
        done = next(done for done in _transactions(bank, payment) if done.uuid == transaction.uuid)
    return transaction_answer(payment, done, bank.behaviours.of(payment))


def _find(bank: Bank, caller: Caller, question: Answer) -> tuple[Payment, Transaction]:
    """The transaction of ``uuid``. Raises ServiceError when it is not this shop's, in this mode."""
    number = transactions.number_of(str(question.get("uuid")))
    payment = None if number is None else bank.store.payment_of(number)
    if payment is None or (payment.merchant, payment.field("vads_ctx_mode")) != (caller.merchant.site_id, caller.mode):
        raise ServiceError("PSP_010")
    _fail_on_purpose(bank, payment)
    for transaction in _transactions(bank, payment):
        if transaction.number == number:
            return payment, transaction
    raise ServiceError("PSP_010")


def _fail_on_purpose(bank: Bank, payment: Payment) -> None:
    fault = bank.behaviours.of(payment).fault
    if fault:
        raise ServiceError(fault)


def _transactions(bank: Bank, payment: Payment) -> list[Transaction]:
    """Of one visit: each card decided, and each refund."""
    found = []
    for attempt in bank.store.attempts(payment.id):
        if attempt.status is AttemptStatus.CHALLENGED:
            continue
        refunds = bank.refunds.of(attempt)
        captured = bank.refunds.captured(payment, attempt)
        found.append(transactions.debit(payment, attempt, refunds, captured=captured))
        found += [transactions.credit(attempt, refund) for refund in refunds if refund.kind is RefundKind.REFUND]
    return found


_SERVICES = {
    "Charge/SDKTest": _sdk_test,
    "Order/Get": _order_get,
    "Transaction/Get": _transaction_get,
    "Transaction/CancelOrRefund": _cancel_or_refund,
}
