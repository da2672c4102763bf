"""Tables of communication."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)

metadata = MetaData()

home_page = Table(
    "home_page",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("title", Text),
    Column("body", Text),
    Column("published_on", Date),
)
news = Table(
    "news",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("news_id", Uuid, primary_key=True),
    Column("title", Text),
    Column("body", Text),
    Column("published_on", Date),
)
document = Table(
    "document",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("document_id", Uuid, primary_key=True),
    Column("title", Text),
    Column("file_name", Text),
    Column("media_type", Text),
    Column("content", LargeBinary),
    Column("size_bytes", Integer, Computed("octet_length(content)")),
    Column("published_on", Date),
)
family = Table(
    "family",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("family_id", Uuid, primary_key=True),
    Column("name", Text),
    Column("version", BigInteger),
)
guardian = Table(
    "guardian",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("family_id", Uuid, primary_key=True),
    Column("guardian_id", Uuid, primary_key=True),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("email", Text),
    Column("in_family", Boolean),
    Column("version", BigInteger),
)
message = Table(
    "message",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("family_id", Uuid),
    Column("sender", Text),
    Column("guardian_id", Uuid),
    Column("subject", Text),
    Column("body", Text),
    Column("sent_at", DateTime(timezone=True)),
    Column("read_at", DateTime(timezone=True)),
)
mail = Table(
    "mail",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("mail_id", Uuid, primary_key=True),
    Column("about", Uuid),
    Column("guardian_id", Uuid),
    Column("recipient_name", Text),
    Column("recipient_email", Text),
    Column("subject", Text),
    Column("body", Text),
    Column("html", Text),
    Column("kind", Text),
    Column("family_id", Uuid),
    Column("payment_id", Uuid),
    Column("state", Text),
    Column("attempts", Integer),
    Column("next_attempt_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True)),
    Column("sent_at", DateTime(timezone=True)),
)
