"""The régies that hold a contract: their client number (NUMCLI) and what the service says of them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Merchant:
    """A régie. ``labels`` are libelleN1 to libelleN3."""

    numcli: str
    labels: tuple[str, str, str]

    @property
    def shop_name(self) -> str:
        return self.labels[1]


DEMO_MERCHANTS = (
    Merchant("007001", ("COMMUNE DE CRUAS", "REGIE ENFANCE DE CRUAS", "CANTINE ET PERISCOLAIRE")),
    Merchant("026001", ("COMMUNE D'ALIXAN", "CANTINE SCOLAIRE D'ALIXAN", "CANTINE ET PERISCOLAIRE")),
    Merchant("007002", ("COMMUNE DE VEYRAS", "REGIE PERISCOLAIRE DE VEYRAS", "CANTINE ET PERISCOLAIRE")),
    Merchant("042001", ("COMMUNE DE NUMERIAN", "REGIE PERISCOLAIRE DE NUMERIAN", "CANTINE ET PERISCOLAIRE")),
)


def merchant_of(numcli: str, merchants: Iterable[Merchant] = DEMO_MERCHANTS) -> Merchant | None:
    return next((merchant for merchant in merchants if merchant.numcli == numcli), None)
