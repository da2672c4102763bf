"""The whole store on one transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from chassis.clock import local_day
from chassis.database import Transaction
from chassis.errors import TransientError
from chassis.outbox import Outgoing
from contracts.event import Event
from enrolment.adapters.catalogue import SqlCatalogue
from enrolment.adapters.entitlements import SqlEntitlements
from enrolment.adapters.families import SqlFamilies
from enrolment.adapters.orders import SqlOrders


class UnknownTenantError(TransientError):
    """The commune's description has not arrived yet."""


class SqlStore(SqlFamilies, SqlCatalogue, SqlOrders, SqlEntitlements):
    """See ``application.ports.Store``."""

    def now(self) -> datetime:
        """Business instant, UTC."""
        return self._transaction.now()

    def local_day(self, instant: datetime) -> date:
        """Calendar day in the commune."""
        return local_day(instant, self._time_zone)

    async def publish(self, event: Event, *, sequence: int) -> None:
        """Sends an event with the transaction."""
        await self._transaction.publish(event, sequence=sequence)

    async def publish_all(self, events: Sequence[Outgoing]) -> None:
        """Sends events with the transaction."""
        await self._transaction.publish_all(events)

    async def note_account(self, guardian_id: UUID, account_id: UUID, user_name: str, sequence: int) -> None:
        """Keeps the user name of a guardian's account unless a newer one is known."""
        await self._run(
            "insert into guardian_account (tenant_id, guardian_id, account_id, user_name, sequence)"
            " values (:tenant_id, :guardian_id, :account_id, :user_name, :sequence)"
            " on conflict (tenant_id, guardian_id) do update set account_id = excluded.account_id,"
            " user_name = excluded.user_name, sequence = excluded.sequence"
            " where guardian_account.account_id <> excluded.account_id"
            " or guardian_account.sequence < excluded.sequence",
            guardian_id=guardian_id,
            account_id=account_id,
            user_name=user_name,
            sequence=sequence,
        )


async def store_of_event(transaction: Transaction) -> SqlStore:
    """A store for an event's handler, which knows only the commune's id. Raises ``UnknownTenantError``."""
    time_zone = await transaction.connection.scalar(
        text("select description->>'time_zone' from tenant where id = :id"), {"id": transaction.tenant_id}
    )
    if time_zone is None:
        raise UnknownTenantError
    return SqlStore(transaction, time_zone)
