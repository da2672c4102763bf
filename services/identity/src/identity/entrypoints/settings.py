"""Settings of identity."""

from pydantic import SecretStr

from chassis.settings import MailSettings, SecretKeySettings


class IdentitySettings(SecretKeySettings, MailSettings):
    """``operator_token`` opens the operator's routes; without it they are closed."""

    operator_token: SecretStr | None = None
    hashing_threads: int = 2
