"""Amounts in words."""


def euros(cents: int) -> str:
    """An amount the French way: ``34,00 €``."""
    whole, rest = divmod(cents, 100)
    return f"{whole:,}".replace(",", "\u202f") + f",{rest:02}\u00a0€"
