"""What stood in the tables before stands in them after."""

import base64
import secrets
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest_asyncio

from chassis.ids import new_id
from chassis.migrations import upgrade_async
from chassis.secrets import SecretBox
from chassis.testing.databases import database_of_before
from chassis.testing.plugin import ALIXAN

KEY = secrets.token_bytes(32)
HMAC_KEY = "0123456789ABCDEF" * 8
OLD_CONTRACT = """
insert into merchant_contract (tenant_id, contract_id, regie_id, protocol, site, rang, identifiant, sealed_hmac_key,
    page_url, bank_public_key_pem, mode, shop_name, opened_at)
values ($1, $2, $3, 'paybox', '1999888', '32', '107904482', $4, 'https://bank.example/php/', 'a key', 'test', 'CANTINE',
    now())
"""
OLD_PAYMENT = """
insert into payment (tenant_id, payment_id, version, status, bank_reference, amount_cents, label, purpose,
    reference_id, regie_id, family_id, article_count, created_at, settled_at)
values ($1, $2, 3, 'succeeded', $3, 3400, 'Cantine', 'invoices', $4, $5, $4, 1, now(), now())
"""
OLD_ATTEMPT = "insert into payment_attempt values ($1, $2, $3, $4, 1, 'succeeded', now())"
OLD_MESSAGE = """
insert into bank_message (tenant_id, message_id, attempt_id, protocol, channel, raw, received_at, verdict, code,
    amount_cents, judged_at)
values ($1, $2, $3, 'paybox', 'ipn', $4, now(), 'valid', $5, 3400, now())
"""
OLD_TRANSACTION = """
insert into bank_transaction values ($1, 'paybox', '1999888', '77', $2, $3, $4, 'settled', 3400, 'XXXXXX', '900', now())
"""


@pytest_asyncio.fixture(loop_scope="session")
async def old_database(postgres_admin_url: str) -> AsyncIterator[tuple[str, str]]:
    """A database of the first revision: its owner's address and a superuser's."""
    async with database_of_before("payment-gateway", postgres_admin_url, "0001") as addresses:
        yield addresses


async def write_old_rows(connection: asyncpg.Connection) -> dict[str, Any]:
    tenant, contract, regie, payment, attempt = ALIXAN.tenant_id, new_id(), new_id(), new_id(), new_id()
    sealed = SecretBox(KEY).seal(HMAC_KEY.encode(), purpose=f"hmac-key/{tenant}/{regie}")
    await connection.execute(OLD_CONTRACT, tenant, contract, regie, sealed)
    await connection.execute(OLD_PAYMENT, tenant, payment, str(payment), new_id(), regie)
    await connection.execute(OLD_ATTEMPT, tenant, attempt, payment, contract)
    messages: list[UUID] = [new_id(), new_id()]
    for message, code in zip(messages, ("00000", "00151"), strict=True):
        await connection.execute(OLD_MESSAGE, tenant, message, attempt, code.encode(), code)
    await connection.execute(OLD_TRANSACTION, tenant, payment, attempt, messages[0])
    return {"tenant": tenant, "regie": regie, "payment": payment}


async def test_the_first_tables_become_the_present_ones(old_database: tuple[str, str]) -> None:
    owner_url, admin_url = old_database
    connection = await asyncpg.connect(admin_url)
    old = await write_old_rows(connection)
    await upgrade_async("payment-gateway", owner_url)
    contract = await connection.fetchrow("select *, terms ->> 'rang' as rang from merchant_contract")
    sealed = await connection.fetchval("select sealed_secrets ->> 'hmac_key' from merchant_contract")
    attempt = await connection.fetchrow("select * from payment_attempt")
    transaction = await connection.fetchrow("select * from bank_transaction")
    kinds = await connection.fetch("select kind from bank_message order by message_id")
    digests = await connection.fetch("select digest = sha256(raw) as is_right from bank_message")
    forced = await connection.fetch("select relname from pg_class where relrowsecurity and not relforcerowsecurity")
    await connection.close()
    assert (contract["site"], contract["rang"], contract["mode"]) == ("1999888", "32", "test")
    opened = SecretBox(KEY).open(base64.b64decode(sealed), purpose=f"hmac-key/{old['tenant']}/{old['regie']}")
    assert opened.decode() == HMAC_KEY
    assert attempt["reference"] == str(old["payment"])
    assert [row["kind"] for row in kinds] == ["accepted", "refused"]
    assert [row["is_right"] for row in digests] == [True, True]
    assert (transaction["outcome"], transaction["decision"], transaction["currency"]) == ("settled", None, "978")
    assert transaction["movement_id"] is not None
    assert forced == []
