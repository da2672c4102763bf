"""How a payment is spread over the invoices it was made for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Due:
    """What is still to pay on an invoice."""

    invoice_id: UUID
    cents: int


@dataclass(frozen=True)
class Allocation:
    """``paid`` per invoice, in cents; ``surplus_cents`` is more than was due and stays the family's."""

    paid: dict[UUID, int]
    surplus_cents: int

    @property
    def paid_cents(self) -> int:
        """What went to invoices."""
        return sum(self.paid.values())


def allocate(amount_cents: int, dues: Sequence[Due]) -> Allocation:
    """Pays invoices in order until the money is spent. Nothing is lost: paid and surplus make up the amount."""
    left, paid = amount_cents, {}
    for due in dues:
        part = min(left, due.cents)
        if part > 0:
            paid[due.invoice_id] = part
            left -= part
    return Allocation(paid, left)
