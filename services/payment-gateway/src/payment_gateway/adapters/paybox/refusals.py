"""What Paybox's codes mean, and how to say it to a parent.

Sources: Verifone, «codes réponses» of Paybox System; ``001xx`` carries the code xx of the card scheme (CB 2A).
"""

from payment_gateway.domain.card_refusals import UNKNOWN_REFUSAL, card_refusal
from payment_gateway.domain.outcome import NOTHING_TAKEN, Meaning, OutcomeKind

_ACCEPTED = "00000"
_PENDING = frozenset({"99999", "00099"})

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

_NOT_UNDERSTOOD = "la demande n'est pas comme elle la veut, prévenez l'hébergeur du portail"
_REFUND_REFUSALS = {
    "00004": "elle ne peut pas rendre la somme à cette carte, faites un virement",
    "00005": "le numéro de la demande avait déjà servi, recommencez",
    "00006": "le contrat n'a pas les bons identifiants, ou son offre ne permet pas de rembourser",
    "00007": _NOT_UNDERSTOOD,
    "00008": "la carte n'est plus valable, faites un virement",
    "00009": _NOT_UNDERSTOOD,
    "00010": _NOT_UNDERSTOOD,
    "00011": "elle n'accepte pas ce montant, regardez sur son site ce qui reste à rembourser",
    "00012": _NOT_UNDERSTOOD,
    "00013": _NOT_UNDERSTOOD,
    "00014": _NOT_UNDERSTOOD,
    "00015": "elle ne trouve pas ce paiement, ou il est déjà remboursé ou annulé, regardez sur son site",
    "00018": "elle ne trouve pas ce paiement, regardez sur son site",
    "00021": "elle ne peut pas rendre la somme à cette carte, faites un virement",
}
_CARD_BANK_REFUSES = "la banque de la carte ne prend pas la somme, faites un virement"
_CARD_BANK_UNSURE = frozenset({"68", "90", "91", "94", "96", "97", "98", "99"})
"""Nobody answered in time, or the same was asked before: the money may have gone back."""


def refund_refusal(code: str) -> str | None:
    """Why PPPS is sure to have given nothing back; None where the code leaves it open, or is unknown.

    Among these are 00001 and 00003 (an error of its own), 00097 to 00099 (a time-out).
    """
    if code.startswith("001"):
        return None if code[3:] in _CARD_BANK_UNSURE else _CARD_BANK_REFUSES
    return _REFUND_REFUSALS.get(code)


def meaning_of(code: str) -> Meaning:
    """What a five-digit code of the bank means. Every code has a meaning; only 00000 is a success."""
    if code == _ACCEPTED:
        return Meaning(OutcomeKind.ACCEPTED, None)
    if code in _PENDING:
        return Meaning(OutcomeKind.PENDING, None)
    if code in _CANCELLED:
        return Meaning(OutcomeKind.CANCELLED, f"{_CANCELLED[code]} {NOTHING_TAKEN}")
    if code in _EXPIRED:
        return Meaning(OutcomeKind.EXPIRED, f"{_EXPIRED[code]} {NOTHING_TAKEN}")
    if code == _ALREADY_PAID:
        return Meaning(OutcomeKind.ALREADY_PAID, _ALREADY_PAID_SENTENCE)
    sentence = card_refusal(code[3:]) if code.startswith("001") else _BANK_REFUSALS.get(code, UNKNOWN_REFUSAL)
    return Meaning(OutcomeKind.REFUSED, f"{sentence} {NOTHING_TAKEN}")
