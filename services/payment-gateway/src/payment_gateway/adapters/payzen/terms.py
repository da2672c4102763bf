"""What a PayZen contract says."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from payment_gateway.adapters.addresses import BankAddress, check_production
from payment_gateway.application.bank_port import ContractTerms

_Secret = Annotated[SecretStr | None, Field(exclude=True, json_schema_extra={"writeOnly": True})]


class PayZenTerms(ContractTerms):
    """``page_url`` is the form's address, ``rest_url`` that of the REST API (it ends in ``/V4/``).

    ``form_key`` signs forms and their answers; it is that of the contract's mode, since a shop has one for tests and
    one for production. ``rest_password`` opens the REST API: without it the bank cannot be asked, nor refund.
    ``rest_hmac_key`` signs what the REST API sends through a browser.
    """

    required_secrets: ClassVar[tuple[str, ...]] = ("form_key",)

    protocol: Literal["payzen"]
    site_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
    page_url: BankAddress
    rest_url: BankAddress | None = None
    form_key: _Secret = None
    rest_password: _Secret = None
    rest_hmac_key: _Secret = None

    @property
    def shop(self) -> str:
        """vads_site_id."""
        return self.site_id

    @property
    def vads_mode(self) -> str:
        """vads_ctx_mode."""
        return self.mode.upper()

    @field_validator("form_key", "rest_password", "rest_hmac_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        key = value.get_secret_value()
        if not 8 <= len(key) <= 200 or not key.isascii() or not key.isprintable() or key != key.strip():
            raise ValueError("8 to 200 printable ASCII characters are expected")
        return value

    @field_validator("rest_url")
    @classmethod
    def _ends_with_a_slash(cls, value: str | None) -> str | None:
        return value if value is None or value.endswith("/") else f"{value}/"

    @model_validator(mode="after")
    def _is_safe(self) -> "PayZenTerms":
        check_production(self.mode, self.page_url, self.rest_url)
        return self
