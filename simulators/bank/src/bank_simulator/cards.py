"""Cards: the checks of the form, and what the issuing bank decides in this simulation."""

import re
from dataclasses import dataclass
from datetime import date

from bank_simulator.model import CardSummary, Outcome


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card of the demonstration and what its bank answers."""

    __test__ = False

    number: str
    label: str
    outcome: Outcome = Outcome.ACCEPTED
    frictionless: bool = False

    @property
    def grouped(self) -> str:
        return " ".join(re.findall("....", self.number))


TEST_CARDS = (
    TestCard("4012001037141112", "Acceptée, avec code 3-D Secure"),
    TestCard("1111222233334444", "Acceptée, avec code 3-D Secure (carte d'essai de la documentation)"),
    TestCard("4012001038443335", "Acceptée, sans code", frictionless=True),
    TestCard("4970105100000053", "Provision insuffisante", Outcome.INSUFFICIENT_FUNDS, frictionless=True),
    TestCard("4970103300000056", "Carte expirée", Outcome.EXPIRED_CARD, frictionless=True),
    TestCard("4970106100000051", "Plafond dépassé", Outcome.LIMIT_EXCEEDED, frictionless=True),
    TestCard("4970100500000050", "Raison non donnée, après le code 3-D Secure", Outcome.DO_NOT_HONOUR),
    TestCard("4970109100000055", "Banque injoignable", Outcome.ISSUER_UNREACHABLE, frictionless=True),
    TestCard("4970100200000053", "La banque demande à être appelée", Outcome.CALL_ISSUER, frictionless=True),
    TestCard("4970101400000059", "Carte inconnue", Outcome.UNKNOWN_CARD, frictionless=True),
    TestCard("4970103400000055", "Fraude suspectée", Outcome.SUSPECTED_FRAUD, frictionless=True),
    TestCard("4970104100000056", "Carte perdue", Outcome.LOST, frictionless=True),
    TestCard("4970104300000054", "Carte volée", Outcome.STOLEN, frictionless=True),
    TestCard("4970105700000057", "Paiement sur internet non permis", Outcome.NOT_PERMITTED, frictionless=True),
    TestCard("4970107500000055", "Trop de codes faux", Outcome.TOO_MANY_PIN_TRIES, frictionless=True),
    TestCard("4970109600000050", "Panne du réseau des cartes", Outcome.SCHEME_FAILURE, frictionless=True),
)
_BY_NUMBER = {card.number: card for card in TEST_CARDS}

REFUSALS = {
    Outcome.CALL_ISSUER: "Votre banque demande que vous l'appeliez avant ce paiement.",
    Outcome.DO_NOT_HONOUR: "Votre banque a refusé le paiement. Contactez-la pour en savoir plus.",
    Outcome.UNKNOWN_CARD: "Votre banque ne connaît pas ce numéro de carte.",
    Outcome.SUSPECTED_FRAUD: "Votre banque a refusé le paiement. Contactez-la pour en savoir plus.",
    Outcome.LOST: "Cette carte a été déclarée perdue.",
    Outcome.STOLEN: "Cette carte a été déclarée volée.",
    Outcome.INSUFFICIENT_FUNDS: "La provision du compte est insuffisante.",
    Outcome.EXPIRED_CARD: "Votre carte est expirée.",
    Outcome.NOT_PERMITTED: "Cette carte ne permet pas les paiements sur internet.",
    Outcome.LIMIT_EXCEEDED: "Le plafond de paiement de la carte est dépassé.",
    Outcome.TOO_MANY_PIN_TRIES: "Trop de codes faux ont été saisis avec cette carte.",
    Outcome.ISSUER_UNREACHABLE: "Votre banque est momentanément injoignable.",
    Outcome.SCHEME_FAILURE: "Le réseau des cartes bancaires est momentanément en panne.",
    Outcome.BADLY_TYPED: "Le numéro de carte ou le cryptogramme n'est pas valable.",
    Outcome.NOT_AUTHENTICATED: "L'authentification 3-D Secure n'a pas abouti.",
    Outcome.ALREADY_PAID: "Cette commande a déjà été payée. Vous n'êtes pas débité une seconde fois.",
    Outcome.DEBIT_REFUSED: "Le prélèvement a été refusé par votre banque.",
}
"""The sentence shown to the payer."""
UNEXPLAINED_REFUSAL = "Votre banque a refusé le paiement."


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
    def outcome(self) -> Outcome:
        """The issuer's answer. Any card outside the table is accepted."""
        card = _BY_NUMBER.get(self.number)
        return Outcome.ACCEPTED if card is None else card.outcome

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
