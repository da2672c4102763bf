"""What the family is told once the town hall looked into a payment that does not match what the bank took."""

from collections.abc import Set

from payment_gateway.domain.judgement import Decision

_STILL_OWED = "Si vous ne l'avez pas payé autrement, il reste à payer."
_NOTHING = "La mairie a vérifié auprès de la banque : rien n'a été encaissé pour ce paiement."
_MONEY = "La mairie a vérifié ce paiement. La somme reçue ne le règle pas :"
_WHERE = {
    frozenset({Decision.CREDITED}): "elle est au crédit de votre compte.",
    frozenset({Decision.REFUNDED}): "elle vous est rendue.",
}


def review_sentence(decisions: Set[Decision]) -> str:
    """By what was made of all that the bank took; nothing when it took nothing."""
    if not decisions:
        return f"{_NOTHING} {_STILL_OWED}"
    where = _WHERE.get(frozenset(decisions), "elle vous est rendue, ou est au crédit de votre compte.")
    return f"{_MONEY} {where} {_STILL_OWED}"
