"""Settings of a service, read from the environment (prefix ``PORTAIL_``)."""

import base64
import binascii

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.secrets import SecretBox


class ServiceSettings(BaseSettings):
    """What each service reads. A service with more settings subclasses it."""

    model_config = SettingsConfigDict(env_prefix="PORTAIL_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8000
    database_url: SecretStr
    relay_database_url: SecretStr
    amqp_url: SecretStr
    jwks_url: str
    clock_offset_seconds: float = 0.0
    public_url: str = "http://{hostname}"
    database_pool_size: int = 8
    log_level: str = "info"

    def portal_address(self, hostname: str) -> str:
        """The address of a commune's portal for browsers, without a trailing slash."""
        return self.public_url.format(hostname=hostname).rstrip("/")


class MailSettings(ServiceSettings):
    """For services that send mails. ``mail_sender`` is the address they come from; the portal gives the name shown."""

    smtp_url: str = "smtp://127.0.0.1:25"
    mail_sender: str = "ne-pas-repondre@portail-famille.example"


class SecretKeySettings(ServiceSettings):
    """For services that encrypt secrets at rest."""

    secret_key: SecretStr

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

    @property
    def secret_box(self) -> SecretBox:
        """Seals and opens with the key."""
        return SecretBox(self.secret_key_bytes)
