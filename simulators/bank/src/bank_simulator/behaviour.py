"""How the bank misbehaves when a test asks it to."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bank_simulator.model import Payment


class Timing(StrEnum):
    AT_ONCE = "at_once"
    BEFORE_RETURN = "before_return"
    """The browser is kept until the shop has answered."""
    AFTER_RETURN = "after_return"
    """Sent once the browser has gone back to the shop."""


UNAVAILABLE = "unavailable"


class Behaviour(BaseModel):
    """Everything at its default is a genuine bank. Faults apply to what is said from server to server only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    duplicates: int = Field(default=0, ge=0, le=20)
    """Further identical copies of each message."""
    delay_seconds: float = Field(default=0, ge=0, le=600)
    drop: bool = False
    """The message is never sent (``resend`` still can)."""
    swap: bool = False
    """Messages of a reference travel in pairs, the second first."""
    timing: Timing = Timing.AT_ONCE
    browser_returns: bool = True
    """False: the last page offers no way back to the shop."""
    notify_cancellation: bool = False
    """Also tell the shop of a cancelled payment, as some contracts do."""
    method: Literal["GET", "POST"] = "POST"
    """PayFiP: how the notification travels."""
    idop_name: Literal["idop", "idOp"] = "idop"
    """PayFiP: the name its one parameter has."""
    kr: bool = False
    """PayZen: the message in the form of the REST API (kr-answer, kr-hash)."""
    source: str = Field(default="", pattern=r"^[A-Z_]{0,20}$")
    """PayZen: another vads_url_check_src."""
    address: str = Field(default="", max_length=300, pattern=r"^(https?://.+)?$")
    """PayZen: the address of the back office's rule, for the whole shop, instead of the form's."""
    refund_status: str = Field(default="", pattern=r"^[A-Z_]{0,40}$")
    """PayZen: another status of credits, in answers, questions and messages."""

    unsigned: bool = False
    corrupt_signature: bool = False
    double_encode_signature: bool = False
    form_encode: bool = False
    """Paybox: what is signed as genuine messages are travels encoded as forms are."""
    append: str = Field(default="", max_length=200, pattern=r"^[\x21-\x7e]*$")
    """Text added after the signature, ``Mt=1`` for instance."""

    amount_cents: int | None = Field(default=None, ge=0, le=9_999_999_999)
    """Another amount, rightly signed; in answers to questions too."""
    currency: str = Field(default="", pattern=r"^([0-9]{3})?$")
    """Another currency (ISO 4217, numeric), rightly signed; in answers to questions too."""
    merchant: str = Field(default="", pattern=r"^[0-9]{0,8}$")
    """Another shop's number, rightly signed; in answers to questions too."""
    test_platform: bool = False
    """What is said comes from the test platform."""
    fault: str = Field(default="", max_length=40, pattern=r"^[A-Za-z0-9_]*$")
    """The code with which questions and orders of the shop's server fail; ``unavailable``: HTTP 503."""


GENUINE = Behaviour()


class Behaviours:
    """Which behaviour a payment gets: its reference's, else the one that stood when it was opened."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._by_reference: dict[str, Behaviour] = {}
        self._by_payment: dict[str, Behaviour] = {}
        self._next = GENUINE
        self._next_payments = 0

    def set_reference(self, reference: str, behaviour: Behaviour) -> None:
        self._by_reference[reference] = behaviour

    def set_next(self, behaviour: Behaviour, payments: int) -> None:
        """For the next ``payments`` payments opened."""
        self._next, self._next_payments = behaviour, payments

    def payment_opened(self, payment: Payment) -> None:
        if self._next_payments > 0:
            self._next_payments -= 1
            self._by_payment[payment.id] = self._next

    def fault_on_opening(self, reference: str) -> str:
        """The fault with which an order to open a payment fails; it counts as one of the next payments."""
        if reference in self._by_reference:
            return self._by_reference[reference].fault
        if self._next_payments > 0 and self._next.fault:
            self._next_payments -= 1
            return self._next.fault
        return ""

    def of(self, payment: Payment) -> Behaviour:
        by_payment = self._by_payment.get(payment.id, GENUINE)
        return self._by_reference.get(payment.reference, by_payment)
