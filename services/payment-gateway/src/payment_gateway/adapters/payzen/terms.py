"""What a PayZen contract says."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from payment_gateway.adapters.addresses import BankAddress, check_production
from payment_gateway.application.bank_port import ContractTerms


def _secret(title: str, description: str) -> Any:  # noqa: ANN401 - what pydantic takes for a field
    return Field(exclude=True, title=title, description=description, json_schema_extra={"writeOnly": True})


class PayZenTerms(ContractTerms):
    """``page_url`` is the form's address, ``rest_url`` that of the REST API (it ends in ``/V4/``).

    ``form_key`` signs forms and their answers; it is that of the contract's mode, since a shop has one for tests and
    one for production. ``rest_password`` opens the REST API: without it the bank cannot be asked, nor refund.
    ``rest_hmac_key`` signs what the REST API sends through a browser.
    """

    required_secrets: ClassVar[tuple[str, ...]] = ("form_key",)

    title: ClassVar[str] = "PayZen, SystemPay, Scellius ou Sogecommerce"
    known_hosts: ClassVar[frozenset[str]] = frozenset(
        {
            *("secure.payzen.eu", "api.payzen.eu", "paiement.systempay.fr", "api.systempay.fr"),
            *("scelliuspaiement.labanquepostale.fr", "sogecommerce.societegenerale.eu"),
        }
    )

    at_the_bank: ClassVar[tuple[str, ...]] = (
        "Dans l'espace marchand, « Paramétrage » puis « Règles de notification », donnez à chaque règle d'appel d'URL,"
        " en mode test comme en mode production, cette adresse : {address}",
        "Activez les règles « à la fin du paiement », « sur annulation », « sur modification par batch » et « sur une"
        " opération provenant du Back Office ». Sans elles, le portail peut ignorer un abandon, un encaissement qui"
        " échoue ou un remboursement fait sur le site de la banque.",
        "Cochez « Rejeu automatique en cas d'échec » dans chaque règle : la banque renvoie alors un message perdu.",
    )

    protocol: Literal["payzen"]
    site_id: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{8}$"),
        Field(title="Identifiant de la boutique", description="8 chiffres, dans votre espace marchand."),
    ]
    page_url: Annotated[
        BankAddress,
        Field(title="Adresse de la page de paiement", description="Elle finit en général par /vads-payment/."),
    ]
    rest_url: Annotated[
        BankAddress | None,
        Field(
            title="Adresse de l'API REST",
            description="Elle finit par /V4/. Sans elle, la banque ne peut être ni interrogée ni remboursée en ligne.",
        ),
    ] = None
    form_key: Annotated[
        SecretStr | None,
        _secret("Clé du formulaire", "Clé HMAC-SHA-256 du mode choisi : une boutique en a une d'essai, une réelle."),
    ] = None
    rest_password: Annotated[
        SecretStr | None, _secret("Mot de passe de l'API REST", "Celui du mode choisi, essai ou production.")
    ] = None
    rest_hmac_key: Annotated[
        SecretStr | None, _secret("Clé HMAC-SHA-256 de l'API REST", "Seulement si la banque notifie par l'API REST.")
    ] = None

    @property
    def shop(self) -> str:
        """vads_site_id."""
        return self.site_id

    @property
    def vads_mode(self) -> str:
        """vads_ctx_mode."""
        return self.mode.upper()

    @field_validator("form_key", "rest_password", "rest_hmac_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        key = value.get_secret_value()
        if not 8 <= len(key) <= 200 or not key.isascii() or not key.isprintable() or key != key.strip():
            raise ValueError("8 to 200 printable ASCII characters are expected")
        return value

    @field_validator("rest_url")
    @classmethod
    def _ends_with_a_slash(cls, value: str | None) -> str | None:
        return value if value is None or value.endswith("/") else f"{value}/"

    @model_validator(mode="after")
    def _is_safe(self) -> "PayZenTerms":
        check_production(self.mode, self.page_url, self.rest_url)
        return self
