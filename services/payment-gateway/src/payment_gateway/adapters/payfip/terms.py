"""What a PayFiP contract says. It has no secret: the treasury knows a régie by its number, and signs nothing."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, model_validator

from payment_gateway.adapters.addresses import BankAddress, check_production
from payment_gateway.application.bank_port import ContractTerms
from payment_gateway.domain.payment import Mode


class PayFiPTerms(ContractTerms):
    """``service_url`` is the web service's address, ``page_url`` the payment page's.

    ``activation`` marks the real payments by which the treasury opens the service (SAISIE X). An operation refused
    may still be paid while it lives, under the same number.
    """

    title: ClassVar[str] = "PayFiP (finances publiques)"
    known_hosts: ClassVar[frozenset[str]] = frozenset({"www.payfip.gouv.fr"})
    numbers_each_card: ClassVar[bool] = False

    at_the_bank: ClassVar[tuple[str, ...]] = (
        "Il n'y a rien à régler chez PayFiP : chaque paiement porte les adresses du portail, qui interroge PayFiP"
        " jusqu'à en connaître la fin.",
    )

    protocol: Literal["payfip"]
    numcli: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{6}$"),
        Field(title="Numéro de client (NUMCLI)", description="6 chiffres, donnés par la DGFiP."),
    ]
    service_url: Annotated[BankAddress, Field(title="Adresse du service")] = (
        "https://www.payfip.gouv.fr/tpa/services/securite"
    )
    page_url: Annotated[BankAddress, Field(title="Adresse de la page de paiement")] = (
        "https://www.payfip.gouv.fr/tpa/paiementws.web"
    )
    activation: Annotated[
        bool,
        Field(
            title="Paiements d'activation",
            description="À cocher seulement pour les premiers paiements réels que la DGFiP demande avant d'ouvrir.",
        ),
    ] = False

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
