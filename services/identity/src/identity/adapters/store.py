"""One transaction of one commune, as the use cases see it."""

from chassis.database import Transaction
from contracts.event import Event
from identity.adapters.account_store import SqlAccountStore
from identity.adapters.attempt_store import SqlAttemptStore
from identity.adapters.commune_store import SqlCommuneStore
from identity.adapters.reset_store import SqlResetStore
from identity.adapters.session_store import SqlSessionStore
from identity.application.ports import AccountStore, AttemptStore, CommuneStore, ResetStore, SessionStore


class SqlStore:
    """Implements ``Store``."""

    def __init__(self, transaction: Transaction) -> None:
        self.accounts: AccountStore = SqlAccountStore(transaction)
        self.sessions: SessionStore = SqlSessionStore(transaction)
        self.attempts: AttemptStore = SqlAttemptStore(transaction)
        self.resets: ResetStore = SqlResetStore(transaction)
        self.communes: CommuneStore = SqlCommuneStore(transaction)
        self._transaction = transaction

    async def publish(self, event: Event, *, sequence: int) -> None:
        """Publishes an event if and only if the transaction commits."""
        await self._transaction.publish(event, sequence=sequence)
