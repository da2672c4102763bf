"""The payment store on PostgreSQL: one class per aggregate, gathered by ``SqlPaymentStore``."""

from payment_gateway.adapters.bank_file_store import SqlBankFiles
from payment_gateway.adapters.confirmation_store import SqlConfirmations
from payment_gateway.adapters.message_store import SqlMessages
from payment_gateway.adapters.payment_store import SqlAttempts, SqlPayments
from payment_gateway.adapters.refund_store import SqlRefunds
from payment_gateway.adapters.unplaced_money import SqlUnplaced


class SqlPaymentStore(SqlPayments, SqlAttempts, SqlMessages, SqlRefunds, SqlConfirmations, SqlUnplaced, SqlBankFiles):
    """Implements ``PaymentStore`` in one transaction of one commune."""
