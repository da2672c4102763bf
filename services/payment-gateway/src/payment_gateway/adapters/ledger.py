"""The ledger in double entry: each movement of money has one amount and two sides, so that it cannot be unbalanced."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.ids import new_id
from payment_gateway.adapters.scoped import Scoped
from payment_gateway.adapters.tables import ledger_entry
from payment_gateway.domain.payment import Payment


@dataclass(frozen=True)
class Entry:
    """What moves, to which account and from which one: ``bank``, ``settled``, ``undecided``, ``credited``."""

    kind: str
    debit: str
    credit: str


class SqlLedger(Scoped):
    """The ledger of one commune."""

    def entry_values(
        self, entry: Entry, of: Payment, movement_id: UUID, cents: int, currency: str
    ) -> dict[str, object]:
        """What is written of a movement of a payment."""
        return {
            **self._tenant,
            "entry_id": new_id(),
            "kind": entry.kind,
            "debit": entry.debit,
            "credit": entry.credit,
            "amount_cents": cents,
            "currency": currency,
            "payment_id": of.payment_id,
            "family_id": of.family_id,
            "regie_id": of.regie_id,
            "movement_id": movement_id,
            "occurred_at": self._transaction.now(),
        }

    async def enter(self, entry: Entry, of: Payment, movement_id: UUID, cents: int, currency: str) -> None:
        """Writes a movement of a payment down; nothing for no money."""
        if cents:
            values = self.entry_values(entry, of, movement_id, cents, currency)
            await self._connection.execute(insert(ledger_entry).values(values))
