"""What has served is forgotten; what may serve is kept."""

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, Harness


async def test_only_old_rows_are_forgotten(harness: Harness) -> None:
    for age in ("1 day", "3 days", "91 days"):
        await harness.query(
            "insert into inbox (consumer, message_id, received_at) values ($1, $2, now() - $3::text::interval)",
            age,
            new_id(),
            age,
        )
        await harness.query(
            "insert into idempotency_key (tenant_id, account_id, key, request_hash, status, body, created_at)"
            " values ($1, $2, $3, '', 200, '', now() - $3::text::interval)",
            ALIXAN.tenant_id,
            new_id(),
            age,
        )
    await harness.run_job("forget-inbox")
    await harness.run_job("forget-idempotency-keys")
    assert [row["consumer"] for row in await harness.query("select consumer from inbox order by 1")] == [
        "1 day",
        "3 days",
    ]
    assert [row["key"] for row in await harness.query("select key from idempotency_key")] == ["1 day"]
