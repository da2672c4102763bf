"""Settings of payment-gateway."""

from chassis.settings import SecretKeySettings


class PaymentGatewaySettings(SecretKeySettings):
    """``callback_url`` is the base address the bank's server writes to, when it is not the public one.

    Like ``public_url`` it may hold ``{hostname}``.
    """

    callback_url: str | None = None

    def callback_address(self, hostname: str) -> str:
        """The base address the bank's server writes to, without a trailing slash."""
        return (self.callback_url or self.public_url).format(hostname=hostname).rstrip("/")
