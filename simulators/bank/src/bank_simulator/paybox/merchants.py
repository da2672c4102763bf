"""The shops that hold a contract with this bank."""

from dataclasses import dataclass

DOCUMENTED_TEST_KEY = "0123456789ABCDEF" * 8
"""The HMAC key of Paybox's public test accounts (integration documentation)."""


@dataclass(frozen=True, slots=True)
class Merchant:
    site: str
    rang: str
    identifiant: str
    shop_name: str
    hmac_key_hex: str = DOCUMENTED_TEST_KEY
    test_mode: bool = True
    """Test contracts may force a result with PBX_ERRORCODETEST."""

    @property
    def key(self) -> str:
        return f"{self.site}/{self.rang}/{self.identifiant}"


DEMO_MERCHANTS = (
    Merchant("1999888", "32", "107904482", "CANTINE SCOLAIRE D'ALIXAN"),
    Merchant("1999888", "33", "107904483", "REGIE PERISCOLAIRE DE VEYRAS"),
    Merchant("1999888", "34", "107904484", "REGIE ENFANCE DE CRUAS"),
    Merchant("1999888", "35", "107904485", "REGIE PERISCOLAIRE DE NUMERIAN"),
    Merchant("1999777", "01", "987654321", "BOUTIQUE DE QUELQU'UN D'AUTRE", hmac_key_hex="FEDCBA9876543210" * 8),
)
"""The last is no commune's: its messages bear the same signature, and may be sent to any address."""
