"""What the bank's codes mean, and how to say it to a parent.

Sources: Verifone, «codes réponses» of Paybox System; ``001xx`` carries the code xx of the card scheme (CB 2A).
"""

from dataclasses import dataclass
from enum import StrEnum


class OutcomeKind(StrEnum):
    """What a code says of an attempt."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUSED = "refused"
    ALREADY_PAID = "already_paid"


@dataclass(frozen=True)
class Meaning:
    """A kind, and a sentence for the family (None when there is nothing to explain)."""

    kind: OutcomeKind
    sentence: str | None


_ACCEPTED = "00000"
_PENDING = frozenset({"99999", "00099"})
_NOTHING_TAKEN = "Rien n'a été débité."

_CANCELLED = {
    # Documented as «connection to the centre failed», and seen on the way back of a payer who gave up.
    "00001": "Le paiement n'a pas été mené à son terme : il a été abandonné, ou la banque n'a pas répondu."
}
_EXPIRED = {"00030": "La page de la banque est restée ouverte plus de 15 minutes sans paiement. Recommencez."}

# The bank holds a success under this reference. Should it be unknown to us, its message was lost: asking the family
# to pay again would charge them twice.
_ALREADY_PAID = "00015"
_ALREADY_PAID_SENTENCE = (
    "La banque a déjà accepté ce paiement. La mairie le vérifie si besoin : ne payez pas une seconde fois."
)

_BANK_REFUSALS = {
    "00003": "La plateforme de paiement est momentanément indisponible. Réessayez dans quelques minutes.",
    "00004": "Le numéro de carte ou le cryptogramme n'est pas valable. Vérifiez votre saisie et recommencez.",
    "00006": "Le paiement en ligne de cette régie est mal réglé. Prévenez la mairie.",
    "00008": "La date de fin de validité de la carte n'est pas valable. Vérifiez votre saisie et recommencez.",
    "00009": "La banque n'a pas pu enregistrer le paiement. Réessayez dans quelques minutes.",
    "00010": "Le paiement en ligne de cette régie est mal réglé (monnaie). Prévenez la mairie.",
    "00011": "Le paiement en ligne de cette régie est mal réglé (montant). Prévenez la mairie.",
    "00016": "La banque n'a pas pu enregistrer le paiement. Réessayez dans quelques minutes.",
    "00021": "Cette carte n'est pas acceptée pour ce paiement. Utilisez une autre carte.",
    "00022": "Le montant dépasse ce que la banque autorise avec cette carte. Utilisez une autre carte.",
    "00029": "Cette carte n'est pas celle que la banque attendait. Recommencez.",
    "00033": "La banque n'accepte pas les paiements depuis votre pays. Utilisez un autre moyen de paiement.",
    "00040": "L'authentification par votre banque (3-D Secure) n'a pas abouti. Recommencez, ou prenez une autre carte.",
}
_CARD_REFUSALS = {
    "02": "Votre banque demande que vous l'appeliez avant d'accepter ce paiement.",
    "03": "Le paiement en ligne de cette régie est mal réglé. Prévenez la mairie.",
    "04": "Votre banque refuse cette carte. Utilisez une autre carte ou contactez votre banque.",
    "05": "Votre banque a refusé le paiement sans préciser pourquoi. Utilisez une autre carte ou contactez-la.",
    "07": "Votre banque refuse cette carte. Utilisez une autre carte ou contactez votre banque.",
    "12": "Votre banque a jugé la transaction non valable. Recommencez, ou utilisez une autre carte.",
    "13": "Votre banque a refusé le montant. Prévenez la mairie si cela se reproduit.",
    "14": "Le numéro de carte n'est pas valable. Vérifiez votre saisie et recommencez.",
    "15": "La banque de cette carte est inconnue. Utilisez une autre carte.",
    "33": "La carte est expirée. Utilisez une autre carte.",
    "34": "Votre banque refuse cette carte. Utilisez une autre carte ou contactez votre banque.",
    "38": "Trop d'essais avec un code faux. Utilisez une autre carte ou contactez votre banque.",
    "41": "La carte a été déclarée perdue. Utilisez une autre carte.",
    "43": "La carte a été déclarée volée. Utilisez une autre carte.",
    "51": "La provision du compte est insuffisante, ou le plafond de la carte est atteint. Utilisez une autre carte.",
    "54": "La carte est expirée. Utilisez une autre carte.",
    "55": "Le code saisi est faux. Recommencez.",
    "57": "Cette carte ne permet pas les paiements sur internet. Utilisez une autre carte ou contactez votre banque.",
    "58": "Cette carte ne permet pas ce paiement. Utilisez une autre carte.",
    "59": "Votre banque refuse cette carte. Utilisez une autre carte ou contactez votre banque.",
    "61": "Le plafond de paiement de la carte est dépassé. Utilisez une autre carte ou contactez votre banque.",
    "62": "L'usage de cette carte est restreint. Utilisez une autre carte ou contactez votre banque.",
    "65": "Le nombre de paiements permis avec cette carte est atteint. Utilisez une autre carte.",
    "68": "Votre banque a répondu trop tard. Réessayez dans quelques minutes.",
    "75": "Trop d'essais avec un code faux. Utilisez une autre carte ou contactez votre banque.",
    "90": "Votre banque est momentanément indisponible. Réessayez dans quelques minutes.",
    "91": "Votre banque est momentanément injoignable. Réessayez dans quelques minutes.",
    "94": "Cette demande avait déjà été envoyée à votre banque. Vérifiez votre compte avant de recommencer.",
    "96": "Votre banque est momentanément indisponible. Réessayez dans quelques minutes.",
    "97": "Votre banque a répondu trop tard. Réessayez dans quelques minutes.",
}
_UNKNOWN = "La banque a refusé le paiement. Recommencez, utilisez une autre carte ou contactez votre banque."

EXPIRED_SENTENCE = (
    "La banque n'a confirmé aucun paiement dans les 20 minutes. Si votre compte a été débité, le paiement sera pris"
    " en compte dès que la banque nous le dira ; sinon, recommencez."
)
TO_REVIEW_SENTENCE = (
    "La banque a accepté un paiement qui ne correspond pas exactement à ce qui était dû. La mairie le vérifie : ne"
    " payez pas une seconde fois."
)


def meaning_of(code: str) -> Meaning:
    """What a five-digit code of the bank means. Every code has a meaning; only 00000 is a success."""
    if code == _ACCEPTED:
        return Meaning(OutcomeKind.ACCEPTED, None)
    if code in _PENDING:
        return Meaning(OutcomeKind.PENDING, None)
    if code in _CANCELLED:
        return Meaning(OutcomeKind.CANCELLED, f"{_CANCELLED[code]} {_NOTHING_TAKEN}")
    if code in _EXPIRED:
        return Meaning(OutcomeKind.EXPIRED, f"{_EXPIRED[code]} {_NOTHING_TAKEN}")
    if code == _ALREADY_PAID:
        return Meaning(OutcomeKind.ALREADY_PAID, _ALREADY_PAID_SENTENCE)
    sentence = _CARD_REFUSALS.get(code[3:]) if code.startswith("001") else _BANK_REFUSALS.get(code)
    return Meaning(OutcomeKind.REFUSED, f"{sentence or _UNKNOWN} {_NOTHING_TAKEN}")
