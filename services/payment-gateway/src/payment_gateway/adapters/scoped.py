"""What the parts of the store share."""

from chassis.database import Transaction


class Scoped:
    """Bound to a transaction and its commune."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._tenant = {"tenant_id": transaction.tenant_id}
