"""The shops that hold a contract with this bank, with their keys of both modes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mode = Literal["TEST", "PRODUCTION"]

DOCUMENTED_TEST_KEY = "1122334455667788"
"""The key of the vendor's documentation."""


@dataclass(frozen=True, slots=True)
class Merchant:
    """A shop. ``key`` signs forms and their answers, ``password`` opens the REST API and signs its messages."""

    site_id: str
    shop_name: str
    test_key: str = DOCUMENTED_TEST_KEY
    production_key: str = "8877665544332211"
    test_password: str = "testpassword_demo0123456789abcdefghijklmnop"  # noqa: S105 - of a simulator
    production_password: str = "prodpassword_demo0123456789abcdefghijklmnop"  # noqa: S105 - of a simulator

    def key(self, mode: str) -> str:
        return self.test_key if mode == "TEST" else self.production_key

    def password(self, mode: str) -> str:
        return self.test_password if mode == "TEST" else self.production_password


DEMO_MERCHANTS = (
    Merchant("12345678", "REGIE PERISCOLAIRE DE VEYRAS"),
    Merchant("12345679", "CANTINE SCOLAIRE D'ALIXAN"),
    Merchant("12345680", "REGIE ENFANCE DE CRUAS"),
    Merchant("12345681", "REGIE PERISCOLAIRE DE NUMERIAN"),
)


def merchant_of(site_id: str, merchants: Iterable[Merchant] = DEMO_MERCHANTS) -> Merchant | None:
    return next((merchant for merchant in merchants if merchant.site_id == site_id), None)
