"""The card scheme's answer codes (CB 2A), which the banks' protocols carry each in its own way, as sentences."""

UNKNOWN_REFUSAL = "La banque a refusé le paiement. Recommencez, utilisez une autre carte ou contactez votre banque."

_SENTENCES = {
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


def card_refusal(code: str) -> str:
    """The sentence of a two-digit code; a general one when it is unknown."""
    return _SENTENCES.get(code, UNKNOWN_REFUSAL)
