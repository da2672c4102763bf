"""A difference as the town hall reads it: what differs, and what a person does about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.domain.comparison import Kind
from chassis.french import euros, of, short_date

_OPERATOR = "Prévenez l'opérateur du portail, en lui donnant la référence ci-dessous."
_NOT_ALTERED = "Rien n'a été modifié, pour ne pas changer un montant à votre place."
_ISSUED = (
    "La ligne est déjà facturée, et une facture émise ne change pas : voyez avec la famille s'il faut régulariser."
)


@dataclass(frozen=True)
class Told:
    """A difference, with the names it needs."""

    kind: Kind
    day: date
    family: str
    member: str
    mended: bool
    expected: Mapping[str, Any]
    found: Mapping[str, Any]

    @property
    def what(self) -> str:
        """«La réservation de Louis du 12/09/2022», «Le paiement de 17,00 € du 04/07/2022 (famille Martin)»."""
        if self.kind in _OF_RESERVATIONS:
            cancelled = self.expected.get("status") == "cancelled"
            name = "L'annulation de la réservation" if cancelled else "La réservation"
            return f"{name} {of(self.member)} du {short_date(self.day)}"
        cents = euros((self.expected or self.found)["cents"])
        return f"Le paiement de {cents} du {short_date(self.day)} ({self.family})"

    @property
    def is_feminine(self) -> bool:
        """Of reservations and cancellations."""
        return self.kind in _OF_RESERVATIONS


_OF_RESERVATIONS = frozenset(kind for kind in Kind if kind.startswith(("reservation", "charge")))


def sentence(told: Told) -> str:
    """What differs, or was mended."""
    if told.kind in (Kind.CHARGE_DIFFERS, Kind.CHARGE_UNKNOWN):
        return _charge_sentence(told)
    if told.kind in (Kind.PAYMENT_DIFFERS, Kind.LEDGER_DIFFERS, Kind.PAYMENT_UNKNOWN, Kind.LEDGER_UNKNOWN):
        return _payment_sentence(told)
    where = "au compte de la famille" if told.kind is Kind.LEDGER_MISSING else "à la facturation"
    e = "e" if told.is_feminine else ""
    subject = "elle" if told.is_feminine else "il"
    # Towards the town hall, what changed since is what was missing: «L'annulation … manquait».
    if told.mended:
        return f"{told.what} manquait {where} : {subject} a été ajouté{e}."
    return f"{told.what} manque {where}, et n'a pas pu être ajouté{e} automatiquement."


def _charge_sentence(told: Told) -> str:
    cents = euros(told.found["cents"])
    if told.kind is Kind.CHARGE_UNKNOWN:
        where = f"{cents} pour {told.member} le {short_date(told.day)}"
        return f"La facturation compte {where}, mais le planning ne connaît pas cette réservation."
    if told.found["cents"] == told.expected["cents"]:
        return f"{told.what} n'est pas comptée à la facturation comme au planning."
    return f"{told.what} est comptée {cents} à la facturation, et {euros(told.expected['cents'])} au planning."


def _payment_sentence(told: Told) -> str:
    if told.kind is Kind.PAYMENT_UNKNOWN:
        return f"{told.what} est noté comme reçu à la facturation, mais la banque ne l'a pas confirmé."
    if told.kind is Kind.LEDGER_UNKNOWN:
        return f"{told.what} est porté au compte de la famille, mais la banque ne l'a pas confirmé."
    cents = euros(told.found["cents"])
    if told.kind is Kind.LEDGER_DIFFERS:
        return f"{told.what} est porté pour {cents} au compte de la famille."
    if told.found["cents"] != told.expected["cents"]:
        return f"{told.what} est noté pour {cents} à la facturation."
    return f"{told.what} n'a pas la même issue à la facturation et à la banque."


def advice(told: Told) -> str:
    """What to do about one that stays open."""
    if told.kind is Kind.CHARGE_DIFFERS and told.found.get("invoiced"):
        return f"{_ISSUED} {_OPERATOR}"
    if told.kind is Kind.CHARGE_DIFFERS:
        return (
            f"{_NOT_ALTERED} Vérifiez le tarif avant de facturer le mois : le prix promis à la famille est celui du "
            f"planning. {_OPERATOR}"
        )
    if told.kind is Kind.CHARGE_UNKNOWN and told.found.get("invoiced"):
        return f"Demandez à la famille si elle avait réservé ce jour. {_ISSUED} {_OPERATOR}"
    if told.kind is Kind.CHARGE_UNKNOWN:
        return f"{_NOT_ALTERED} Ne facturez pas le mois avant d'avoir compris d'où vient cette ligne. {_OPERATOR}"
    if told.kind in (Kind.PAYMENT_UNKNOWN, Kind.LEDGER_UNKNOWN, Kind.PAYMENT_DIFFERS, Kind.LEDGER_DIFFERS):
        return f"{_NOT_ALTERED} Comparez avec le relevé de la banque. {_OPERATOR}"
    return _OPERATOR
