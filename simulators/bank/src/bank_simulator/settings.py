"""Settings, read from the environment (docs/development.md)."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every variable starts with ``PORTAIL_``.

    Without ``state_dir`` nothing outlives the process: payments and the signing key are made anew at each start.
    """

    model_config = SettingsConfigDict(env_prefix="PORTAIL_")

    host: str = "127.0.0.1"
    port: int = 8081
    log_level: str = "info"
    state_dir: Path | None = None
    clock_offset_seconds: float = 0
    bank_private_key_file: Path | None = None
    bank_control: bool = False
    """Opens ``/control/…``, which alters what the bank sends. Off unless a test asks for it."""
