"""What a Paybox contract says."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from payment_gateway.adapters.addresses import BankAddress, check_production
from payment_gateway.adapters.paybox.seal import bank_public_key
from payment_gateway.application.bank_port import ContractTerms

_HMAC_KEY = r"^[0-9A-Fa-f]{128}$"


class PayboxTerms(ContractTerms):
    """``page_url`` is the payment page's address, ``direct_url`` that of PPPS where the contract has it («premium»).

    ``server_page_url`` is the page's address for our server, where that is not the browsers'.
    """

    required_secrets: ClassVar[tuple[str, ...]] = ("hmac_key",)
    signs_for_all_shops: ClassVar[bool] = True

    title: ClassVar[str] = "Paybox ou Up2pay e-Transactions"
    known_hosts: ClassVar[frozenset[str]] = frozenset(
        f"{server}.{domain}"
        for domain, test in (("paybox.com", "preprod"), ("e-transactions.fr", "recette"))
        for server in (f"{test}-tpeweb", "tpeweb", "tpeweb1", "preprod-ppps", "ppps", "ppps1")
    )

    at_the_bank: ClassVar[tuple[str, ...]] = (
        "Chaque paiement porte l'adresse où la banque nous écrit : il n'y a pas d'URL IPN à régler dans l'espace"
        " marchand.",
        "La banque n'écrit qu'une fois. Donnez-lui une adresse électronique que la régie lit : elle y prévient quand"
        " son message n'a pas pu être remis.",
        "Demandez l'offre « premium » (Paybox Direct) : le portail peut alors interroger la banque sur un paiement dont"
        " le message s'est perdu, vérifier que chaque paiement est bien arrivé dans votre boutique, et rembourser.",
    )

    protocol: Literal["paybox"]
    site: Annotated[
        str, StringConstraints(pattern=r"^[0-9]{7}$"), Field(title="Site (PBX_SITE)", description="7 chiffres.")
    ]
    rang: Annotated[
        str, StringConstraints(pattern=r"^[0-9]{2,3}$"), Field(title="Rang (PBX_RANG)", description="2 ou 3 chiffres.")
    ]
    identifiant: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{1,9}$"),
        Field(title="Identifiant (PBX_IDENTIFIANT)", description="1 à 9 chiffres."),
    ]
    page_url: Annotated[
        BankAddress, Field(title="Adresse de la page de paiement", description="La barre oblique finale compte.")
    ]
    server_page_url: Annotated[
        BankAddress | None,
        Field(title="La même, vue de notre serveur", description="Seulement si elle diffère de celle des familles."),
    ] = None
    direct_url: Annotated[
        BankAddress | None,
        Field(
            title="Adresse de Paybox Direct (PPPS)",
            description="Pour rembourser en ligne et demander ce que devient un paiement ; contrat « premium ».",
        ),
    ] = None
    bank_public_key_pem: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
        Field(title="Clé publique de la banque", description="Le fichier pubkey.pem de sa documentation, en entier."),
    ]
    hmac_key: Annotated[
        SecretStr | None,
        Field(
            exclude=True,
            title="Clé HMAC",
            description="128 chiffres hexadécimaux, créés dans l'espace marchand de la banque.",
            json_schema_extra={"pattern": _HMAC_KEY, "writeOnly": True},
        ),
    ] = None

    @property
    def shop(self) -> str:
        """PBX_SITE."""
        return self.site

    @property
    def account(self) -> tuple[str, ...]:
        """A site may have several shops, each with its own rang and identifiant."""
        return (*super().account, self.rang, self.identifiant)

    @field_validator("hmac_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        """Paybox keys are 64 bytes, given as 128 hexadecimal digits."""
        if value is None:
            return None
        key = value.get_secret_value()
        if len(key) != 128 or not all(digit in "0123456789abcdefABCDEF" for digit in key):
            raise ValueError("128 hexadecimal digits are expected")
        return SecretStr(key.upper())

    @field_validator("bank_public_key_pem")
    @classmethod
    def _is_a_public_key(cls, value: str) -> str:
        pem = "\n".join(value.split("\r\n")).strip() + "\n"
        bank_public_key(pem)
        return pem

    @model_validator(mode="after")
    def _is_safe(self) -> "PayboxTerms":
        check_production(self.mode, self.page_url, self.server_page_url, self.direct_url)
        return self
