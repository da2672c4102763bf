"""Payloads of payment-gateway's API."""

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr, StringConstraints, field_validator, model_validator

from chassis.http.payloads import Payload
from contracts.values import PaymentPurpose
from payment_gateway.adapters.paybox.seal import bank_public_key
from payment_gateway.domain.payment import Mode, PaymentStatus

_HMAC_KEY = r"^[0-9A-Fa-f]{128}$"


class Payment(BaseModel):
    """A payment. ``reason`` is a sentence for the family; ``settled_at`` the business instant of the outcome."""

    payment_id: UUID
    status: PaymentStatus
    amount_cents: int
    label: str
    purpose: PaymentPurpose
    reference_id: UUID
    regie_id: UUID
    reason: str | None
    created_at: datetime
    settled_at: datetime | None
    attempts: int


class StaffPayment(Payment):
    """A payment as the town hall sees it.

    ``bank_reference`` is the one on the bank's statements. ``needs_review``: the bank took money that settles nothing.
    """

    family_id: UUID
    bank_reference: str
    reason_code: str | None
    needs_review: bool


class HistoryEntry(BaseModel):
    """One thing that happened. Messages and attempts bear the real instant, the rest the business instant."""

    at: datetime
    kind: Literal["requested", "attempt", "message", "status"]
    sentence: str


FormField = Annotated[list[str], Field(min_length=2, max_length=2)]
"""Name and value."""


class StartedAttempt(BaseModel):
    """The form that sends the browser to the bank, fields in the signed order."""

    attempt_id: UUID
    action: str
    method: Literal["POST"] = "POST"
    fields: list[FormField]


class ContractIn(Payload):
    """A régie's contract. Without ``hmac_key`` the present key stays."""

    protocol: Literal["paybox"]
    site: Annotated[str, StringConstraints(pattern=r"^[0-9]{7}$")]
    rang: Annotated[str, StringConstraints(pattern=r"^[0-9]{2,3}$")]
    identifiant: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")]
    hmac_key: Annotated[SecretStr, Field(json_schema_extra={"pattern": _HMAC_KEY, "writeOnly": True})] | None = None
    page_url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=200)]
    bank_public_key_pem: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    mode: Mode
    shop_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]

    @field_validator("hmac_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        """Paybox keys are 64 bytes, given as 128 hexadecimal digits."""
        if value is not None:
            key = value.get_secret_value()
            if len(key) != 128 or not all(digit in "0123456789abcdefABCDEF" for digit in key):
                raise ValueError("128 hexadecimal digits are expected")
        return value

    @field_validator("page_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment or "@" in parts.netloc:
            raise ValueError("an http(s) address is expected")
        return value

    @field_validator("bank_public_key_pem")
    @classmethod
    def _is_a_public_key(cls, value: str) -> str:
        pem = "\n".join(value.split("\r\n")) + "\n"
        bank_public_key(pem)
        return pem

    @model_validator(mode="after")
    def _is_safe(self) -> "ContractIn":
        if self.mode is Mode.PRODUCTION and not self.page_url.startswith("https://"):
            raise ValueError("a production contract needs an https address")
        return self


class Contract(BaseModel):
    """A régie's contract, without its key."""

    regie_id: UUID
    protocol: Literal["paybox"]
    site: str
    rang: str
    identifiant: str
    page_url: str
    bank_public_key_pem: str
    mode: Mode
    shop_name: str
