"""What the REST API V4 says of orders and transactions."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from contracts.values import EURO
from payment_gateway.adapters.payzen.statuses import meaning_of, undoes
from payment_gateway.domain.outcome import BankOutcome

_TEST = "TEST"


class _Said(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class _Authorisation(_Said):
    authorization_number: str | None = None
    authorization_result: str | None = None

    @property
    def result(self) -> str | None:
        """The card scheme's code, of two digits: the API says 0 and 5 for 00 and 05."""
        said = self.authorization_result
        return said.zfill(2) if said and said.isdecimal() else said


class _Card(_Said):
    authorization_response: _Authorisation | None = None
    legacy_trans_id: str | None = None


class _Details(_Said):
    effective_amount: int | None = None
    effective_currency: str | None = None
    card_details: _Card | None = None


class Transaction(_Said):
    """A debit or a credit. Amounts in cents."""

    uuid: str
    amount: int
    currency: str
    detailed_status: str
    operation_type: str | None = None
    error_code: str | None = None
    creation_date: datetime | None = None
    transaction_details: _Details | None = None

    @property
    def authorisation(self) -> _Authorisation:
        """The card scheme's answer."""
        return self._card.authorization_response or _Authorisation()

    @property
    def number(self) -> str | None:
        """vads_trans_id, the short number of the back office and of statements."""
        return self._card.legacy_trans_id

    @property
    def _card(self) -> _Card:
        return (self.transaction_details.card_details if self.transaction_details else None) or _Card()


class _Order(_Said):
    order_id: str
    mode: str


class Payment(_Said):
    """An order and its transactions."""

    shop_id: str
    order_details: _Order
    transactions: list[Transaction] = Field(default_factory=list)


class _Error(_Said):
    error_code: str
    error_message: str | None = None
    detailed_error_code: str | None = None


class Envelope(_Said):
    """What every web service answers in."""

    status: str
    answer: dict[str, object]

    @property
    def error(self) -> _Error | None:
        """The error, where it is one."""
        return _Error.model_validate(self.answer) if self.status != "SUCCESS" else None


def read_payment(text: str | bytes) -> Payment | None:
    """A payment out of JSON; None when it is none."""
    try:
        return Payment.model_validate_json(text)
    except ValidationError:
        return None


def outcome_of(payment: Payment, transaction: Transaction) -> BankOutcome:
    """What a transaction of an order says, in our words."""
    authorisation, details = transaction.authorisation, transaction.transaction_details or _Details()
    result = authorisation.result
    amount = transaction.amount if details.effective_amount is None else details.effective_amount
    currency = details.effective_currency or transaction.currency
    return BankOutcome(
        code=f"{transaction.detailed_status} {result or ''}".strip(),
        meaning=meaning_of(
            transaction.detailed_status,
            result,
            transaction.operation_type,
            authentication_failed=(transaction.error_code or "").startswith("AUTH_"),
        ),
        reference=payment.order_details.order_id,
        amount_cents=amount,
        currency=EURO if currency == "EUR" else currency,
        transaction_id=transaction.uuid.lower(),
        authorisation=authorisation.authorization_number,
        is_test=payment.order_details.mode == _TEST,
        undoes=undoes(transaction.detailed_status),
        happened_at=transaction.creation_date,
        bank_number=transaction.number,
    )
