"""Settings, read from the environment (docs/development.md)."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every variable starts with ``PORTAIL_``. Without ``state_dir`` the mails last as long as the process."""

    model_config = SettingsConfigDict(env_prefix="PORTAIL_")

    host: str = "127.0.0.1"
    port: int = 8025
    smtp_port: int = 1025
    log_level: str = "info"
    state_dir: Path | None = None
    clock_offset_seconds: float = 0
