"""The card scheme's answer codes (CB 2A), which the banks' protocols carry each in its own way, as sentences."""

UNKNOWN_REFUSAL = "La banque a refusé le paiement. Recommencez, utilisez une autre carte ou contactez votre banque."

_SENTENCES = {
    "02": "Votre banque demande que vous l'appeliez avant d'accepter ce paiement.",
    "03": "Le paiement en ligne de cette régie est mal réglé. Prévenez la mairie.",
    "04": "Votre banque refuse cette carte. Utilisez une autre carte ou contactez votre banque.",
    "05": "Votre banque a refusé le paiement sans préciser pourquoi. Utilisez une autre carte ou contactez-la.",
    "07": "Votre banque refuse cette carte. Utilisez une autre carte ou contactez votre banque.",
    "08": "Votre banque demande une confirmation qui n'a pas eu lieu. Recommencez, ou utilisez une autre carte.",
    "12": "Votre banque a jugé la transaction non valable. Recommencez, ou utilisez une autre carte.",
    "13": "Votre banque a refusé le montant. Prévenez la mairie si cela se reproduit.",
    "14": "Le numéro de carte n'est pas valable. Vérifiez votre saisie et recommencez.",
    "15": "La banque de cette carte est inconnue. Utilisez une autre carte.",
    "17": "Le paiement a été annulé auprès de votre banque. Recommencez si vous le souhaitez.",
    "20": "La réponse de votre banque n'a pas été comprise. Réessayez dans quelques minutes.",
    "30": "Votre banque n'a pas compris la demande. Réessayez dans quelques minutes.",
    "31": "Le paiement en ligne de cette régie est mal réglé. Prévenez la mairie.",
    "33": "La carte est expirée. Utilisez une autre carte.",
    "34": "Votre banque refuse cette carte. Utilisez une autre carte ou contactez votre banque.",
    "38": "Trop d'essais avec un code faux. Utilisez une autre carte ou contactez votre banque.",
    "41": "La carte a été déclarée perdue. Utilisez une autre carte.",
    "43": "La carte a été déclarée volée. Utilisez une autre carte.",
    "51": "La provision du compte est insuffisante, ou le plafond de la carte est atteint. Utilisez une autre carte.",
    "54": "La carte est expirée. Utilisez une autre carte.",
    "55": "Le code saisi est faux. Recommencez.",
    "56": "Votre banque ne reconnaît pas cette carte. Utilisez une autre carte ou contactez-la.",
    "57": "Cette carte ne permet pas les paiements sur internet. Utilisez une autre carte ou contactez votre banque.",
    "58": "Cette carte ne permet pas ce paiement. Utilisez une autre carte.",
    "59": "Votre banque refuse cette carte. Utilisez une autre carte ou contactez votre banque.",
    "60": "Le paiement en ligne de cette régie doit être vérifié par sa banque. Prévenez la mairie.",
    "61": "Votre banque a refusé : plafond de la carte atteint. Utilisez une autre carte ou contactez votre banque.",
    "62": "L'usage de cette carte est restreint. Utilisez une autre carte ou contactez votre banque.",
    "63": "Votre banque a refusé pour des raisons de sécurité. Utilisez une autre carte ou contactez votre banque.",
    "65": "Le nombre de paiements permis avec cette carte est atteint. Utilisez une autre carte.",
    "68": "Votre banque a répondu trop tard. Réessayez dans quelques minutes.",
    "75": "Trop d'essais avec un code faux. Utilisez une autre carte ou contactez votre banque.",
    "76": "Cette carte a été mise en opposition. Utilisez une autre carte.",
    "90": "Votre banque est momentanément indisponible. Réessayez dans quelques minutes.",
    "91": "Votre banque est momentanément injoignable. Réessayez dans quelques minutes.",
    "94": "Cette demande avait déjà été envoyée à votre banque. Vérifiez votre compte avant de recommencer.",
    "96": "Votre banque est momentanément indisponible. Réessayez dans quelques minutes.",
    "97": "Votre banque a répondu trop tard. Réessayez dans quelques minutes.",
    "98": "Le réseau des cartes est momentanément indisponible. Réessayez dans quelques minutes.",
    "99": "Un incident s'est produit chez votre banque. Réessayez dans quelques minutes.",
    "1A": "Votre banque demande une authentification. Recommencez, et confirmez le paiement quand elle le demande.",
}


def card_refusal(code: str) -> str:
    """The sentence of a two-digit code; a general one when it is unknown."""
    return _SENTENCES.get(code, UNKNOWN_REFUSAL)
