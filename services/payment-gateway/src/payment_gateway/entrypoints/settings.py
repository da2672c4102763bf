"""Settings of payment-gateway."""

from chassis.settings import SecretKeySettings


class PaymentGatewaySettings(SecretKeySettings):
    """``callback_url`` is the base address the bank's server writes to, when it is not the public one.

    Like ``public_url`` it may hold ``{hostname}``.

    ``bank_hosts``: servers, separated by commas, each with a port or for any, that contracts may name beside the
    banks known to each protocol.
    """

    callback_url: str | None = None
    bank_hosts: str = ""

    @property
    def other_bank_hosts(self) -> frozenset[str]:
        """The servers of ``bank_hosts``."""
        return frozenset(host.strip().lower() for host in self.bank_hosts.split(",") if host.strip())
