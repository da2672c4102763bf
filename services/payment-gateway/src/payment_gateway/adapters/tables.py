"""Tables of payment-gateway."""

from sqlalchemy import BigInteger, Column, Computed, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
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
    Column("rang", Text),
    Column("identifiant", Text),
    Column("sealed_hmac_key", LargeBinary),
    Column("page_url", Text),
    Column("bank_public_key_pem", Text),
    Column("mode", Text),
    Column("shop_name", Text),
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
    _instant("started_at"),
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
    Column("outcome", Text),
    Column("amount_cents", BigInteger),
    Column("authorisation", Text),
    Column("call_number", Text),
    _instant("accepted_at"),
)
