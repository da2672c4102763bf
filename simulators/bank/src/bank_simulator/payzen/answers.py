"""What the REST API says (V4): orders, transactions, and the envelope they travel in.

Shapes: Lyra, REST API V4 reference; the errors, as the live platform words them. Every answer is HTTP 200, errors too.
"""

from datetime import UTC, datetime
from typing import Any

from bank_simulator.behaviour import Behaviour
from bank_simulator.model import Payment
from bank_simulator.payzen.transactions import NOT_AUTHENTICATED, Transaction, told_status

CURRENCIES = {"978": "EUR", "756": "CHF", "826": "GBP", "840": "USD", "953": "XPF"}
_STATUS = {"AUTHORISED": "PAID", "CAPTURED": "PAID", "REFUSED": "UNPAID", "CANCELLED": "UNPAID"}

ERRORS = {
    "INT_009": "invalid amount",
    "INT_010": "invalid currency",
    "INT_901": "web-service not found",
    "INT_902": "invalid JSON",
    "INT_905": "invalid login or private key",
    "PSP_010": "transaction not found",
    "PSP_075": "Cancellation impossible, please try a refund",
    "PSP_076": "The refund operation is not yet available, please try to cancel",
    "PSP_083": "Non-refundable for an unpaid transaction",
    "PSP_104": "Transaction already refunded",
    "PSP_105": "Transaction already cancelled",
    "PSP_511": "Refund amount is too high",
}


def payment_answer(
    payment: Payment, of_order: list[Transaction], now: datetime, behaviour: Behaviour
) -> dict[str, Any]:
    """An order and its transactions, the latest first."""
    mode, currency = _mode(payment, behaviour), _currency(payment, behaviour)
    total = payment.amount_cents if behaviour.amount_cents is None else behaviour.amount_cents
    return {
        "shopId": behaviour.merchant or payment.merchant,
        "orderCycle": "CLOSED" if any(transaction.paid for transaction in of_order) else "OPEN",
        "orderStatus": "PAID" if any(_is_debit_paid(transaction) for transaction in of_order) else "UNPAID",
        "serverDate": _instant(now),
        "orderDetails": {
            "orderTotalAmount": total,
            "orderEffectiveAmount": total,
            "orderCurrency": currency,
            "mode": mode,
            "orderId": payment.field("vads_order_id") or None,
            "metadata": _metadata(payment),
            "_type": "V4/OrderDetails",
        },
        "customer": _customer(payment),
        "transactions": [transaction_answer(payment, transaction, behaviour) for transaction in of_order],
        "_type": "V4/Payment",
    }


def transaction_answer(payment: Payment, transaction: Transaction, behaviour: Behaviour) -> dict[str, Any]:
    """One transaction; amounts in cents."""
    amount = transaction.amount_cents if behaviour.amount_cents is None else behaviour.amount_cents
    status = told_status(transaction, behaviour)
    return {
        "shopId": behaviour.merchant or payment.merchant,
        "uuid": transaction.uuid,
        "amount": amount,
        "currency": _currency(payment, behaviour),
        "paymentMethodType": "CARD",
        "status": _STATUS.get(status, "RUNNING"),
        "detailedStatus": status,
        "operationType": transaction.operation,
        "creationDate": _instant(transaction.created_at),
        **_refusal(transaction),
        "effectiveStrongAuthentication": "ENABLED" if transaction.authenticated else "DISABLED",
        "metadata": _metadata(payment),
        "transactionDetails": {
            "liabilityShift": "YES" if transaction.paid and transaction.authenticated else "NO",
            "effectiveAmount": amount,
            "effectiveCurrency": _currency(payment, behaviour),
            "creationContext": "REFUND" if transaction.operation == "CREDIT" else "CHARGE",
            "parentTransactionUuid": transaction.parent_uuid,
            "sequenceNumber": 1,
            "cardDetails": _card(payment, transaction),
            "_type": "V4/TransactionDetails",
        },
        "_type": "V4/PaymentTransaction",
    }


def envelope(web_service: str, answer: dict[str, Any], *, mode: str, now: datetime) -> dict[str, Any]:
    return {
        "webService": web_service,
        "version": "V4",
        "applicationVersion": "7.2.2",
        "status": "ERROR" if answer["_type"] == "V4/WebService/WebServiceError" else "SUCCESS",
        "answer": answer,
        "ticket": None,
        "serverDate": _instant(now),
        "applicationProvider": "PAYZEN",
        "metadata": None,
        "mode": mode,
        "_type": "V4/WebService/Response",
    }


def error_answer(code: str, shop_id: str | None, detail: str | None = None) -> dict[str, Any]:
    return {
        "errorCode": code,
        "errorMessage": ERRORS.get(code, "technical error"),
        "detailedErrorCode": None,
        "detailedErrorMessage": detail,
        "ticket": "null",
        "shopId": shop_id,
        "_type": "V4/WebService/WebServiceError",
    }


def _short(code: str) -> str:
    """The live API says 0 and 5 for the card scheme's 00 and 05."""
    return str(int(code)) if code.isdecimal() else code


def _is_debit_paid(transaction: Transaction) -> bool:
    return transaction.paid and transaction.operation == "DEBIT"


def _refusal(transaction: Transaction) -> dict[str, str | None]:
    names = ("errorCode", "errorMessage", "detailedErrorCode", "detailedErrorMessage")
    if transaction.status != "REFUSED":
        return dict.fromkeys(names)
    if transaction.attempt.code == NOT_AUTHENTICATED:
        return dict(zip(names, (NOT_AUTHENTICATED, "authentication failed", None, None), strict=True))
    return dict(zip(names, ("ACQ_001", "payment refused", transaction.code, None), strict=True))


def _card(payment: Payment, transaction: Transaction) -> dict[str, Any]:
    card = transaction.attempt.card
    return {
        "effectiveBrand": None if card is None else card.brand,
        "pan": None if card is None else f"{card.bin6}XXXXXXXX{card.last2}",
        "expiryMonth": None if card is None else int(card.expiry_yymm[2:]),
        "expiryYear": None if card is None else 2000 + int(card.expiry_yymm[:2]),
        "legacyTransId": transaction.trans_id,
        "legacyTransDate": _instant(transaction.created_at),
        "manualValidation": "NO",
        "authorizationResponse": {
            "amount": transaction.amount_cents,
            "currency": _currency(payment, Behaviour()),
            "authorizationNumber": transaction.attempt.authorisation,
            "authorizationResult": _short(transaction.code) or None,
            "authorizationMode": "FULL",
            "_type": "V4/PaymentMethod/Details/Cards/CardAuthorizationResponse",
        },
        "captureResponse": {
            "refundAmount": transaction.refunded_cents,
            "_type": "V4/PaymentMethod/Details/Cards/CardCaptureResponse",
        },
        "_type": "V4/PaymentMethod/Details/CardDetails",
    }


def _customer(payment: Payment) -> dict[str, Any]:
    return {
        "email": payment.field("vads_cust_email"),
        "reference": payment.field("vads_cust_id"),
        "_type": "V4/Customer/Customer",
    }


def _metadata(payment: Payment) -> dict[str, str] | None:
    prefix = "vads_ext_info_"
    return {name.removeprefix(prefix): value for name, value in payment.fields if name.startswith(prefix)} or None


def _mode(payment: Payment, behaviour: Behaviour) -> str:
    return "TEST" if behaviour.test_platform else payment.field("vads_ctx_mode") or ""


def _currency(payment: Payment, behaviour: Behaviour) -> str:
    number = behaviour.currency or payment.field("vads_currency") or ""
    return CURRENCIES.get(number, number)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
