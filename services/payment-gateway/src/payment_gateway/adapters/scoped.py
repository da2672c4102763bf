"""What the parts of the store share."""

from chassis.database import Transaction
from chassis.secrets import SecretBox


class Scoped:
    """Bound to a transaction and its commune. ``secrets`` seals and opens merchant keys."""

    def __init__(self, transaction: Transaction, secrets: SecretBox) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._tenant = {"tenant_id": transaction.tenant_id}
        self._secrets = secrets
