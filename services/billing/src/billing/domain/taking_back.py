"""From where money that goes back is taken: what lies unused first, then the invoices it paid, the latest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Use:
    """Money of a source that lies on an invoice, or at the family's credit (``invoice_id`` None)."""

    invoice_id: UUID | None
    cents: int


def _order(use: Use) -> tuple[bool, int]:
    """Identifiers grow with time."""
    return use.invoice_id is not None, -(use.invoice_id.int if use.invoice_id else 0)


def take_back(cents: int, uses: Sequence[Use]) -> list[Use]:
    """How much is taken from each, adding up to ``cents``: what is found nowhere is owed by the family's credit."""
    left, taken = cents, []
    for use in sorted(uses, key=_order):
        part = min(left, max(use.cents, 0))
        if part:
            taken.append(Use(use.invoice_id, part))
            left -= part
    if left:
        taken.append(Use(None, left))
    return taken
