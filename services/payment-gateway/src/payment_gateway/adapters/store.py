"""The payment store on PostgreSQL: one class per aggregate, gathered by ``SqlPaymentStore``."""

from payment_gateway.adapters.contract_store import SqlContracts
from payment_gateway.adapters.message_store import SqlMessages
from payment_gateway.adapters.payment_store import SqlAttempts, SqlPayments


class SqlPaymentStore(SqlContracts, SqlPayments, SqlAttempts, SqlMessages):
    """Implements ``PaymentStore`` in one transaction of one commune."""
