"""Tables of identity, as its migrations make them."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Double, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

_INSTANT = DateTime(timezone=True)

metadata = MetaData()

signing_key = Table(
    "signing_key",
    metadata,
    Column("key_id", Uuid, primary_key=True),
    Column("sealed_private_key", LargeBinary),
    Column("public_jwk", JSONB),
    Column("created_at", _INSTANT),
    Column("signs_from", _INSTANT),
)

family = Table(
    "family",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("family_id", Uuid, primary_key=True),
    Column("version", BigInteger),
)

account = Table(
    "account",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("account_id", Uuid, primary_key=True),
    Column("user_name", Text),
    Column("display_name", Text),
    Column("email", Text),
    Column("roles", ARRAY(Text)),
    Column("family_id", Uuid),
    Column("guardian_id", Uuid),
    Column("password_hash", Text),
    Column("must_change_password", Boolean),
    Column("closed", Boolean),
    Column("version", BigInteger),
    Column("guardian_version", BigInteger),
    Column("details_at", _INSTANT),
)

session = Table(
    "session",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("session_id", Uuid, primary_key=True),
    Column("account_id", Uuid),
    Column("expires_at", _INSTANT),
    Column("generation", Integer),
    Column("rotated_at", _INSTANT),
    Column("ended", Boolean),
)

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, primary_key=True),
    Column("session_id", Uuid),
    Column("generation", Integer),
)

attempt = Table(
    "attempt",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("level", Double),
    Column("as_of", _INSTANT),
    Column("blocked_until", _INSTANT),
    Column("succeeded_at", _INSTANT),
)

password_reset = Table(
    "password_reset",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("reset_id", Uuid, primary_key=True),
    Column("requested_name", Text),
    Column("requested_at", _INSTANT),
    Column("account_id", Uuid),
    Column("token_hash", LargeBinary),
    Column("expires_at", _INSTANT),
    Column("used", Boolean),
    Column("asked_with", LargeBinary),
    Column("used_with", LargeBinary),
    Column("sendings", Integer),
    Column("next_try_at", _INSTANT),
    Column("sent_at", _INSTANT),
)
