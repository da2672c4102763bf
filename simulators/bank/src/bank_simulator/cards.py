"""Cards: the checks of the form, and what the issuing bank decides in this simulation."""

import re
from dataclasses import dataclass
from datetime import date

from bank_simulator.model import CardSummary

ACCEPTED = "00000"


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card of the demonstration. ``code`` follows the bank's dictionary (001xx = refused by the issuer)."""

    __test__ = False

    number: str
    label: str
    code: str = ACCEPTED
    frictionless: bool = False

    @property
    def grouped(self) -> str:
        return " ".join(re.findall("....", self.number))


TEST_CARDS = (
    TestCard("4012001037141112", "Acceptée, avec code 3-D Secure"),
    TestCard("1111222233334444", "Acceptée, avec code 3-D Secure (carte d'essai de la documentation)"),
    TestCard("4012001038443335", "Acceptée, sans code", frictionless=True),
    TestCard("4970105100000053", "Refusée : provision insuffisante", code="00151", frictionless=True),
    TestCard("4970103300000056", "Refusée : carte expirée", code="00133", frictionless=True),
    TestCard("4970106100000051", "Refusée : plafond dépassé", code="00161", frictionless=True),
    TestCard("4970100500000050", "Refusée : ne pas honorer, après le code 3-D Secure", code="00105"),
    TestCard("4970109100000055", "Refusée : banque injoignable", code="00191", frictionless=True),
)
_BY_NUMBER = {card.number: card for card in TEST_CARDS}

REFUSALS = {
    "00001": "La connexion au centre d'autorisation a échoué.",
    "00003": "La plateforme de paiement a rencontré une erreur.",
    "00004": "Le numéro de carte ou le cryptogramme n'est pas valable.",
    "00008": "La date de fin de validité n'est pas correcte.",
    "00015": "Cette commande a déjà été payée. Vous n'êtes pas débité une seconde fois.",
    "00021": "Cette carte n'est pas acceptée par le commerçant.",
    "00030": "Le délai pour payer est dépassé.",
    "00040": "L'authentification 3-D Secure n'a pas abouti.",
    "00105": "Votre banque a refusé le paiement. Contactez-la pour en savoir plus.",
    "00133": "Votre carte est expirée.",
    "00151": "La provision du compte est insuffisante.",
    "00161": "Le plafond de paiement de la carte est dépassé.",
    "00191": "Votre banque est momentanément injoignable.",
}


def refusal_text(code: str) -> str:
    """The sentence shown to the card holder for a refusal code."""
    return REFUSALS.get(code, "Votre banque a refusé le paiement.")


@dataclass(frozen=True, slots=True)
class Card:
    """A card as typed and found well formed. Lives for one request only: it is never stored nor logged."""

    number: str
    expiry_yymm: str

    def __repr__(self) -> str:
        return f"Card(…{self.number[-2:]})"

    @property
    def summary(self) -> CardSummary:
        return CardSummary(self.number[:6], self.number[-2:], _brand(self.number), self.expiry_yymm)

    @property
    def issuer_code(self) -> str:
        """The issuer's answer. Any card outside the table is accepted."""
        card = _BY_NUMBER.get(self.number)
        return ACCEPTED if card is None else card.code

    @property
    def frictionless(self) -> bool:
        """True when the issuer authenticates the holder without asking for a code."""
        card = _BY_NUMBER.get(self.number)
        return card is not None and card.frictionless


def read_card(number: str, expiry: str, security_code: str, today: date) -> Card | dict[str, str]:
    """The card typed in the form, or a French message for each wrong field (number, expiry, security_code)."""
    errors: dict[str, str] = {}
    digits = re.sub(r"[\s.-]", "", number)
    if not re.fullmatch(r"[0-9]{13,19}", digits):
        errors["number"] = "Saisissez les 13 à 19 chiffres du numéro de la carte."
    elif not luhn_valid(digits):
        errors["number"] = "Ce numéro de carte n'existe pas : vérifiez les chiffres saisis."
    yymm = _expiry_yymm(expiry)
    if yymm is None:
        errors["expiry"] = "Saisissez le mois et l'année de fin de validité, par exemple 09/28."
    elif yymm < f"{today:%y%m}":
        errors["expiry"] = "Cette carte n'est plus valable à la date indiquée."
    if not re.fullmatch(r"[0-9]{3}", security_code.strip()):
        errors["security_code"] = "Saisissez les 3 derniers chiffres au dos de la carte."
    if errors or yymm is None:
        return errors
    return Card(digits, yymm)


def luhn_valid(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        digit = int(character) * (1 + position % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def _expiry_yymm(text: str) -> str | None:
    match = re.fullmatch(r"\s*(0[1-9]|1[0-2])\s*/?\s*(?:20)?([0-9]{2})\s*", text)
    return None if match is None else match[2] + match[1]


def _brand(number: str) -> str:
    if number.startswith("4"):
        return "VISA"
    if number.startswith(("5", "2")):
        return "EUROCARD_MASTERCARD"
    return "CB"
