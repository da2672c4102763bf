"""Days that were to be paid at once, in SQL, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from planning.adapters.withdrawal_store import SqlWithdrawalStore
from planning.domain.withdrawal import Held

_PAID = "update reservation set pay_until = null where reservation_id = any(cast(:ids as uuid[]))"


class SqlPromptPaymentStore(SqlWithdrawalStore):
    """Implements ``PromptPaymentStore``."""

    async def lock_unpaid(self, reservation_ids: Sequence[UUID]) -> Sequence[Held]:
        """See the port."""
        return await self.lock_held("r.reservation_id = any(cast(:ids as uuid[]))", ids=list(reservation_ids))

    async def keep_paid(self, reservation_ids: Sequence[UUID]) -> None:
        """They are no longer to be paid."""
        await self.run(_PAID, ids=list(reservation_ids))
