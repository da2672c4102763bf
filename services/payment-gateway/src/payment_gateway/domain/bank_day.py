"""What moved at a bank, in a word for the town hall."""

_WORDS = {
    "taken": "Encaissement",
    "refund": "Remboursement",
    "cancellation": "Annulation avant versement",
    "rejection": "Rejet",
}
_UNDECIDED = {
    "to_decide": "à décider",
    "credited": "porté au crédit de la famille",
    "refunded": "à rembourser",
}


def movement_word(kind: str, decision: str | None) -> str:
    """«Encaissement», «Remboursement»; with the decision, for money that settles nothing."""
    return f"{_WORDS[kind]} ({_UNDECIDED[decision]})" if decision else _WORDS[kind]
