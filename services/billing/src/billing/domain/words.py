"""What an invoice says, the same on its page and its PDF, at the bank and in the account."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from chassis.french import short_date

DIFFERENCES = {
    "unbalanced": "Les deux côtés des mouvements ne s'équilibrent pas.",
    "family": "Le solde du compte n'est pas ce que disent les factures et les sommes reçues.",
    "invoice": "Ce qui est payé sur la facture n'est pas ce que les paiements y ont mis.",
    "payment": "Le paiement n'est pas entièrement réparti entre factures et crédit.",
}
"""How the account may disagree with the rest, by kind."""
LABEL_LENGTH = 100
"""What a bank page shows of a payment's label."""


def days_in_figures(days: Sequence[date]) -> str:
    """«01, 02, 05, 06/09/2022»: the month is said once per month."""
    months = [list(month) for _, month in groupby(sorted(days), key=lambda day: (day.year, day.month))]
    return " – ".join(", ".join([f"{day:%d}" for day in month[:-1]] + [short_date(month[-1])]) for month in months)


def line_label(element_name: str, quantity: int) -> str:
    """What a line is for; a negative quantity gives back days that were invoiced before."""
    return element_name if quantity > 0 else f"Annulation – {element_name}"


def payment_label(numbers: Sequence[str]) -> str:
    """«Factures 2209001, 2209002», shortened to what a bank page can show."""
    word = "Facture" if len(numbers) == 1 else "Factures"
    for shown in range(len(numbers), 0, -1):
        others = len(numbers) - shown
        rest = f" et {others} autre{'s' if others > 1 else ''}" if others else ""
        label = f"{word} {', '.join(numbers[:shown])}{rest}"
        if len(label) <= LABEL_LENGTH:
            return label
    return f"{len(numbers)} factures"
