"""Tables of payment-gateway."""

from sqlalchemy import BigInteger, Column, Computed, Date, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB


def _instant(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True))


metadata = MetaData()

merchant_contract = Table(
    "merchant_contract",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("contract_id", Uuid, primary_key=True),
    Column("regie_id", Uuid),
    Column("protocol", Text),
    Column("site", Text),
    Column("mode", Text),
    Column("terms", JSONB),
    Column("sealed_secrets", JSONB),
    _instant("opened_at"),
    _instant("closed_at"),
)
payment = Table(
    "payment",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("payment_id", Uuid, primary_key=True),
    Column("version", BigInteger),
    Column("status", Text),
    Column("bank_reference", Text),
    Column("amount_cents", BigInteger),
    Column("label", Text),
    Column("purpose", Text),
    Column("reference_id", Uuid),
    Column("regie_id", Uuid),
    Column("family_id", Uuid),
    Column("article_count", Integer),
    Column("payer", JSONB(none_as_null=True)),
    Column("reason_code", Text),
    Column("reason", Text),
    _instant("created_at"),
    _instant("settled_at"),
    _instant("expires_at"),
)
payment_attempt = Table(
    "payment_attempt",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("attempt_id", Uuid, primary_key=True),
    Column("payment_id", Uuid),
    Column("contract_id", Uuid),
    Column("number", Integer),
    Column("status", Text),
    Column("reference", Text),
    Column("handle", Text),
    _instant("started_at"),
    _instant("next_question_at"),
    _instant("asked_at"),
    Column("questions", Integer),
)
daily_number = Table(
    "daily_number",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("protocol", Text, primary_key=True),
    Column("site", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer),
)
bank_message = Table(
    "bank_message",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("attempt_id", Uuid),
    Column("protocol", Text),
    Column("channel", Text),
    Column("raw", LargeBinary),
    Column("digest", LargeBinary, Computed("sha256(raw)")),
    _instant("received_at"),
    Column("receptions", Integer),
    Column("verdict", Text),
    Column("encoding", Text),
    Column("kind", Text),
    Column("code", Text),
    Column("amount_cents", BigInteger),
    Column("transaction_id", Text),
    _instant("judged_at"),
)
bank_transaction = Table(
    "bank_transaction",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("protocol", Text, primary_key=True),
    Column("site", Text, primary_key=True),
    Column("transaction_id", Text, primary_key=True),
    Column("payment_id", Uuid),
    Column("attempt_id", Uuid),
    Column("message_id", Uuid),
    Column("movement_id", Uuid),
    Column("outcome", Text),
    Column("reason", Text),
    Column("decision", Text),
    Column("amount_cents", BigInteger),
    Column("currency", Text),
    Column("authorisation", Text),
    Column("call_number", Text),
    _instant("accepted_at"),
)
bank_reversal = Table(
    "bank_reversal",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("movement_id", Uuid, primary_key=True),
    Column("protocol", Text),
    Column("site", Text),
    Column("reversal_id", Text),
    Column("kind", Text),
    Column("payment_id", Uuid),
    Column("attempt_id", Uuid),
    Column("message_id", Uuid),
    Column("amount_cents", BigInteger),
    _instant("recorded_at"),
)
