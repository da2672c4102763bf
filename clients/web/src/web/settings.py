"""Settings of the web client, read from the environment (prefix ``PORTAIL_``)."""

import base64
import binascii

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebSettings(BaseSettings):
    """What the web client reads."""

    model_config = SettingsConfigDict(env_prefix="PORTAIL_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8000
    api_url: str
    """The gateway's address. The commune is told by the ``Host`` header."""
    secret_key: SecretStr
    log_level: str = "info"
    api_timeout_seconds: float = 10.0
    payment_patience_seconds: float = 5.0
    """How long a payment just asked for may stay unknown before the parent is shown a waiting page."""
    check_patience_seconds: float = 8.0
    """How long a check just asked for is waited for before the page says that it is under way."""

    @field_validator("secret_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        try:
            key = base64.b64decode(value.get_secret_value(), validate=True)
        except binascii.Error as error:
            raise ValueError("PORTAIL_SECRET_KEY must be base64") from error
        if len(key) != 32:
            raise ValueError("PORTAIL_SECRET_KEY must be 32 bytes")
        return value

    @property
    def secret_key_bytes(self) -> bytes:
        """The 32 bytes of the key."""
        return base64.b64decode(self.secret_key.get_secret_value())
