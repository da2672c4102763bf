"""The bank's view of an attempt or a refund as a transaction: its identifier, status and codes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bank_simulator.behaviour import Behaviour
from bank_simulator.model import Attempt, AttemptStatus, Outcome, Payment, Refund, RefundKind

_NUMBER_DIGITS = 12
NOT_AUTHENTICATED = "AUTH_149"
CODES = {outcome: str(outcome) for outcome in Outcome if outcome.isdigit()} | {
    Outcome.BADLY_TYPED: "14",
    Outcome.NOT_AUTHENTICATED: NOT_AUTHENTICATED,
}
"""vads_auth_result carries the card scheme's code as it is."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """``status`` is vads_trans_status, detailedStatus in the REST API; ``code`` the card scheme's, empty if none."""

    uuid: str
    number: int
    trans_id: str
    operation: str
    status: str
    amount_cents: int
    created_at: datetime
    attempt: Attempt
    code: str
    parent_uuid: str | None = None
    refunded_cents: int = 0

    @property
    def paid(self) -> bool:
        return self.status in {"AUTHORISED", "CAPTURED"}

    @property
    def authenticated(self) -> bool:
        return self.attempt.authenticated


def told_status(transaction: Transaction, behaviour: Behaviour) -> str:
    """Its status as the bank says it: that of a credit may be another one."""
    is_credit = transaction.operation == "CREDIT"
    return behaviour.refund_status if is_credit and behaviour.refund_status else transaction.status


def uuid_of(number: int) -> str:
    """The identifier of an attempt or refund, by its number: 32 hexadecimal digits."""
    seed = hashlib.sha256(f"transaction/{number}".encode()).hexdigest()
    return f"{seed[: 32 - _NUMBER_DIGITS]}{number:0{_NUMBER_DIGITS}x}"


def number_of(uuid: str) -> int | None:
    """The number in an identifier; None when this is none of ours."""
    try:
        number = int(uuid[-_NUMBER_DIGITS:], 16)
    except ValueError:
        return None
    return number if uuid == uuid_of(number) else None


def debit(payment: Payment, attempt: Attempt, refunds: list[Refund], *, captured: bool) -> Transaction:
    """The transaction of a card tried, with the refunds and cancellation made on it."""
    if attempt.status is not AttemptStatus.ACCEPTED:
        status = "REFUSED"
    elif any(refund.kind is RefundKind.CANCELLATION for refund in refunds):
        status = "CANCELLED"
    else:
        status = "CAPTURED" if captured else "AUTHORISED"
    return Transaction(
        uuid=uuid_of(attempt.number),
        number=attempt.number,
        trans_id=payment.field("vads_trans_id") or "",
        operation="DEBIT",
        status=status,
        amount_cents=payment.amount_cents,
        created_at=attempt.created_at,
        attempt=attempt,
        code="" if attempt.code == NOT_AUTHENTICATED else attempt.code,
        refunded_cents=sum(refund.amount_cents for refund in refunds if refund.kind is RefundKind.REFUND),
    )


def credit(attempt: Attempt, refund: Refund) -> Transaction:
    """The transaction of a refund: its own, under a number of those the bank keeps for itself."""
    return Transaction(
        uuid=uuid_of(refund.number),
        number=refund.number,
        trans_id=f"{900_000 + refund.number % 100_000}",
        operation="CREDIT",
        status="AUTHORISED",
        amount_cents=refund.amount_cents,
        created_at=refund.at,
        attempt=attempt,
        code=CODES[Outcome.ACCEPTED],
        parent_uuid=uuid_of(attempt.number),
    )
