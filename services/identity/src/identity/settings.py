"""Settings of identity."""

from pydantic import SecretStr

from chassis.runtime import Runtime
from chassis.settings import SecretKeySettings


class IdentitySettings(SecretKeySettings):
    """``operator_token`` opens the operator's routes; without it they are closed."""

    operator_token: SecretStr | None = None
    smtp_url: str = "smtp://127.0.0.1:25"
    mail_sender: str = "ne-pas-repondre@localhost"
    hashing_threads: int = 2


def settings_of(runtime: Runtime) -> IdentitySettings:
    """The running service's settings."""
    assert isinstance(runtime.settings, IdentitySettings)  # noqa: S101 - named in the service's declaration
    return runtime.settings
