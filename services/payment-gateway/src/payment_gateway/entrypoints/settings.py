"""Settings of payment-gateway."""

from pydantic import Field

from chassis.settings import SecretKeySettings


class PaymentGatewaySettings(SecretKeySettings):
    """``callback_url`` is the base address the bank's server writes to, when it is not the public one.

    Like ``public_url`` it may hold ``{hostname}``.

    ``bank_hosts``: servers, separated by commas, each with a port or for any, that contracts may name beside the
    banks known to each protocol.

    ``bank_messages_days``: how long the bytes of banks' messages are kept, which may name people; 13 months, the time
    to dispute a payment (Code monétaire et financier, article L133-24), unless given.
    """

    callback_url: str | None = None
    bank_hosts: str = ""
    bank_messages_days: int = Field(default=396, ge=60)

    @property
    def other_bank_hosts(self) -> frozenset[str]:
        """The servers of ``bank_hosts``."""
        return frozenset(host.strip().lower() for host in self.bank_hosts.split(",") if host.strip())
