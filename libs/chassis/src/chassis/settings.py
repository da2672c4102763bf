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


class SecretKeySettings(ServiceSettings):
    """For services that encrypt secrets at rest.

    ``former_secret_keys``, separated by commas, still open what they sealed: they serve while a key is replaced.
    """

    secret_key: SecretStr
    former_secret_keys: SecretStr = SecretStr("")

    @field_validator("secret_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        _key("PORTAIL_SECRET_KEY", value.get_secret_value())
        return value

    @field_validator("former_secret_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr) -> SecretStr:
        for each in _split(value):
            _key("PORTAIL_FORMER_SECRET_KEYS", each)
        return value

    @property
    def secret_box(self) -> SecretBox:
        """Seals under the key, opens with it or a former one."""
        former = [base64.b64decode(each) for each in _split(self.former_secret_keys)]
        return SecretBox(self.secret_key_bytes, *former)

    @property
    def secret_key_bytes(self) -> bytes:
        """The 32 bytes of the key."""
        return base64.b64decode(self.secret_key.get_secret_value())


def _split(keys: SecretStr) -> list[str]:
    return [key.strip() for key in keys.get_secret_value().split(",") if key.strip()]


def _key(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{name} must be base64") from error
    if len(key) != 32:
        raise ValueError(f"{name} must be 32 bytes")
    return key
