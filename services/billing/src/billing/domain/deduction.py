"""How money at a family's credit pays invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.domain.allocation import Due, allocate


@dataclass(frozen=True)
class Credit:
    """What lies at the family's credit of a payment or a surplus; negative when more of it went back than lay there."""

    source_id: UUID
    cents: int


@dataclass(frozen=True)
class Deduction:
    """A part of a credit that goes to an invoice."""

    source_id: UUID
    invoice_id: UUID
    cents: int


def usable_cents(credits_held: Sequence[Credit]) -> int:
    """What the family may count on: what it has, less what it owes."""
    return max(sum(credit.cents for credit in credits_held), 0)


def deduct(credits_held: Sequence[Credit], dues: Sequence[Due]) -> list[Deduction]:
    """Pays the invoices in order with the credits in order, until either is spent."""
    left, owed = usable_cents(credits_held), list(dues)
    deductions = []
    for credit in credits_held:
        paid = allocate(min(max(credit.cents, 0), left), owed).paid
        deductions += [Deduction(credit.source_id, invoice_id, cents) for invoice_id, cents in paid.items()]
        left -= sum(paid.values())
        owed = [Due(due.invoice_id, due.cents - paid.get(due.invoice_id, 0)) for due in owed]
    return deductions
