"""What a PayFiP contract says. It has no secret: the treasury knows a régie by its number, and signs nothing."""

from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from payment_gateway.adapters.addresses import BankAddress, check_production
from payment_gateway.application.bank_port import ContractTerms
from payment_gateway.domain.payment import Mode


class PayFiPTerms(ContractTerms):
    """``service_url`` is the web service's address, ``page_url`` the payment page's.

    ``activation`` marks the real payments by which the treasury opens the service (SAISIE X).
    """

    protocol: Literal["payfip"]
    numcli: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    service_url: BankAddress = "https://www.payfip.gouv.fr/tpa/services/securite"
    page_url: BankAddress = "https://www.payfip.gouv.fr/tpa/paiementws.web"
    activation: bool = False

    @property
    def shop(self) -> str:
        """NUMCLI."""
        return self.numcli

    @property
    def saisie(self) -> str:
        """T test, X activation, W production."""
        if self.mode is Mode.TEST:
            return "T"
        return "X" if self.activation else "W"

    @model_validator(mode="after")
    def _is_safe(self) -> "PayFiPTerms":
        check_production(self.mode, self.service_url, self.page_url)
        return self
