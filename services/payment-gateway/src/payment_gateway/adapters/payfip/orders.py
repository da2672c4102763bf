"""What PayFiP is asked to collect, within its limits, and what it says of it."""

import re
from uuid import UUID
from zoneinfo import ZoneInfo

from payment_gateway.adapters.bank_time import paris_instant
from payment_gateway.adapters.payfip.terms import PayFiPTerms
from payment_gateway.adapters.plain_text import plain
from payment_gateway.application.bank_port import (
    BankUnavailableError,
    PaymentMisconfiguredError,
    PaymentOrder,
)
from payment_gateway.domain.outcome import NOTHING_TAKEN, BankOutcome, Meaning, OutcomeKind

_EMAIL = re.compile(r"(?=.{6,80}$)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_LEAST_CENTS, _MOST_CENTS = 100, 9_999_999
_LONGEST_OBJECT = 100
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_REFDET_LENGTH = 25
_NUMCLI_LENGTH = 6
_TEST = "T"

CARD_PAID, DEBIT_ACCEPTED, CARD_REFUSED, DEBIT_REFUSED, GIVEN_UP = "P", "V", "R", "Z", "A"
_MEANINGS = {
    CARD_PAID: Meaning(OutcomeKind.ACCEPTED, None),
    DEBIT_ACCEPTED: Meaning(OutcomeKind.ACCEPTED, None),
    CARD_REFUSED: Meaning(
        OutcomeKind.REFUSED, f"Votre banque a refusé le paiement par carte. Utilisez une autre carte. {NOTHING_TAKEN}"
    ),
    DEBIT_REFUSED: Meaning(
        OutcomeKind.REFUSED, f"Le prélèvement a été refusé par votre banque. Utilisez un autre moyen. {NOTHING_TAKEN}"
    ),
    GIVEN_UP: Meaning(OutcomeKind.CANCELLED, f"Vous avez quitté la page de paiement. {NOTHING_TAKEN}"),
}


def refdet(attempt_id: UUID) -> str:
    """A new one for each attempt: 25 letters and digits that hold its whole identifier (6 to 30 are allowed)."""
    number, digits = attempt_id.int, ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits.rjust(_REFDET_LENGTH, "0")


def order_values(terms: PayFiPTerms, order: PaymentOrder) -> dict[str, str]:
    """The values of creerPaiementSecurise. Raises ``PaymentMisconfiguredError``."""
    if not _LEAST_CENTS <= order.amount_cents <= _MOST_CENTS:
        raise PaymentMisconfiguredError(
            "Le paiement en ligne des finances publiques va de 1 € à 99 999,99 €. Adressez-vous à la mairie."
        )
    label = " ".join(plain(order.label, _LONGEST_OBJECT).replace("-", " ").split())
    return {
        "exer": str(order.real_now.astimezone(ZoneInfo("Europe/Paris")).year),
        "mel": _email(order),
        "montant": str(order.amount_cents),
        "numcli": terms.numcli,
        "objet": label,
        "refdet": order.reference,
        "saisie": terms.saisie,
        "urlnotif": order.addresses.notification,
        "urlredirect": order.addresses.back,
    }


def outcome_of(terms: PayFiPTerms, said: dict[str, str]) -> BankOutcome:
    """The detail of a payment, in our words. Raises ``BankUnavailableError`` when it is none.

    A direct debit (V) counts as paid like a card (P), but the payer's bank may still refuse it. NUMCLI may come back
    without its leading zeros, as a number does.
    """
    result, amount = said.get("resultrans", ""), said.get("montant", "")
    if result not in _MEANINGS or not amount.isascii() or not amount.isdigit() or not said.get("idOp"):
        raise BankUnavailableError
    return BankOutcome(
        code=result,
        meaning=_MEANINGS[result],
        reference=said.get("refdet", "") if said.get("numcli", "").zfill(_NUMCLI_LENGTH) == terms.numcli else "",
        amount_cents=int(amount),
        transaction_id=said["idOp"].lower(),
        authorisation=said.get("numauto") or None,
        is_test=said.get("saisie") == _TEST,
        undoes=result == DEBIT_REFUSED,
        happened_at=paris_instant(said.get("dattrans", "") + said.get("heurtrans", ""), "%d%m%Y%H%M"),
    )


def _email(order: PaymentOrder) -> str:
    for email in (order.payer.email.strip(), order.town_hall_email.strip()):
        if _EMAIL.fullmatch(email):
            return email
    raise PaymentMisconfiguredError(
        "Le paiement demande une adresse électronique, et ni votre dossier ni la mairie n'en a. Prévenez la mairie."
    )
