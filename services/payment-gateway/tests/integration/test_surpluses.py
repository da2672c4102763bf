"""Money that settles nothing: decided once, then credited or given back; the ledger says the same as the bank."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from chassis.testing.plugin import Harness
from contracts.values import Role

REASON = {"reason": "Payé deux fois par erreur"}


async def surplus(shop: Any, **changed: Any) -> tuple[str, str]:
    """A payment paid twice: its id, and that of what came too much."""
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    again = (await shop.start(payment_id, confirmed=True))["attempt_id"] if changed.pop("again", False) else attempt_id
    await shop.notify(again, shop.bank.message(payment_id, 3400, **changed))
    async with shop.client(Role.REGISSEUR) as client:
        listed = (await client.get("/surpluses", params={"decision": "to_decide"})).json()["items"]
    (movement,) = [one["movement_id"] for one in listed if one["payment_id"] == payment_id]
    return payment_id, movement


async def decide(shop: Any, movement: str, decision: str) -> Any:
    async with shop.client(Role.REGISSEUR) as client:
        return await client.post(f"/surpluses/{movement}/decision", json={"decision": decision, **REASON})


async def money(shop: Any, payment_id: str) -> dict[str, Any]:
    async with shop.client(Role.REGISSEUR) as client:
        found: dict[str, Any] = (await client.get(f"/payments/{payment_id}/money")).json()
    return found


async def decisions(harness: Harness, movement: str) -> list[tuple[str, int, int]]:
    rows = await harness.query(
        "select body ->> 'decision' as decision, (body ->> 'amount_cents')::int as cents, sequence"
        " from kept.published_event where type = 'payment_gateway.surplus_decided.v1' and subject = $1 order by seq",
        UUID(movement),
    )
    return [(row["decision"], row["cents"], row["sequence"]) for row in rows]


async def accounts(harness: Harness, payment_id: str) -> dict[str, int]:
    rows = await harness.query(
        "select account, sum(cents)::int as cents from ledger_side where payment_id = $1 group by account",
        UUID(payment_id),
    )
    assert sum(row["cents"] for row in rows) == 0
    return {row["account"]: row["cents"] for row in rows if row["cents"]}


async def test_it_is_decided_once_by_whoever_is_first(shop: Any, harness: Harness) -> None:
    payment_id, movement = await surplus(shop)
    assert await accounts(harness, payment_id) == {"bank": 6800, "settled": -3400, "undecided": -3400}
    answers = await asyncio.gather(*(decide(shop, movement, "credited") for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [204] + [409] * 9
    assert await decisions(harness, movement) == [("credited", 3400, 2)]
    assert await accounts(harness, payment_id) == {"bank": 6800, "settled": -3400, "credited": -3400}
    assert "mise au crédit du compte de la famille" in await shop.history(payment_id)


async def test_given_back_it_leaves_what_settled_alone(shop: Any, harness: Harness) -> None:
    payment_id, movement = await surplus(shop)
    assert (await decide(shop, movement, "refunded")).status_code == 204
    (refund,) = (await money(shop, payment_id))["refunds"]
    assert (refund["status"], refund["amount_cents"]) == ("by_hand", 3400)
    async with shop.client(Role.REGISSEUR) as client:
        await client.post(f"/refunds/{refund['refund_id']}/end", json={"done": True})
    assert await accounts(harness, payment_id) == {"bank": 3400, "settled": -3400}
    (event,) = await harness.query(
        "select body ->> 'surplus_id' as surplus from kept.published_event"
        " where type = 'payment_gateway.payment_reversed.v1' and body ->> 'payment_id' = $1",
        payment_id,
    )
    assert event["surplus"] == movement


async def test_a_refund_that_is_not_made_waits_for_a_decision_again(shop: Any, harness: Harness) -> None:
    payment_id, movement = await surplus(shop)
    await decide(shop, movement, "refunded")
    (refund,) = (await money(shop, payment_id))["refunds"]
    async with shop.client(Role.REGISSEUR) as client:
        await client.post(f"/refunds/{refund['refund_id']}/end", json={"done": False})
    assert (await decide(shop, movement, "credited")).status_code == 204
    assert [decision for decision, _, _ in await decisions(harness, movement)] == ["refunded", "to_decide", "credited"]


async def test_it_is_decided_before_it_is_given_back(shop: Any) -> None:
    payment_id, movement = await surplus(shop)
    async with shop.client(Role.REGISSEUR) as client:
        body = {"amount_cents": 100, "movement_id": movement, **REASON}
        refused = await client.post(f"/payments/{payment_id}/refunds", json=body)
    assert refused.json()["type"].endswith("surplus-undecided")


async def test_the_ledger_is_kept_and_has_two_sides(shop: Any, harness: Harness) -> None:
    payment_id, _ = await surplus(shop)
    who = UUID(payment_id)
    with pytest.raises(asyncpg.RestrictViolationError):
        await harness.query("update ledger_entry set amount_cents = 1 where payment_id = $1", who)
    with pytest.raises(asyncpg.RestrictViolationError):
        await harness.query("delete from ledger_entry where payment_id = $1", who)
    copy = (
        "insert into ledger_entry select tenant_id, gen_random_uuid(), 'settlement', {}, {}, currency, payment_id,"
        " family_id, regie_id, gen_random_uuid(), occurred_at from ledger_entry where payment_id = $1 limit 1"
    )
    for sides, cents in (("'bank', 'bank'", "5"), ("'settled', 'bank'", "5"), ("'bank', 'settled'", "0")):
        with pytest.raises(asyncpg.CheckViolationError):
            await harness.query(copy.format(sides, cents), who)
    with pytest.raises(asyncpg.NotNullViolationError):
        await harness.query(copy.format("'bank', null", "5"), who)


async def test_an_entry_too_many_or_missing_is_found(shop: Any, harness: Harness) -> None:
    payment_id, _ = await surplus(shop)
    who = UUID(payment_id)
    connection = await asyncpg.connect(harness.admin_url)
    try:
        await connection.execute("set session_replication_role = replica")
        await connection.execute("delete from ledger_entry where payment_id = $1 and kind = 'settlement'", who)
    finally:
        await connection.close()
    await harness.run_job("check-ledger")
    async with shop.client(Role.REGISSEUR) as client:
        found = (await client.get("/ledger/differences")).json()["items"]
    mine = {one["kind"]: (one["ledger_cents"], one["expected_cents"]) for one in found}
    assert mine == {"bank": (3400, 6800), "settled": (0, 3400)}
    metrics = await metrics_text(harness)
    assert 'portail_ledger_differences{commune="alixan",service="payment-gateway"} 2.0' in metrics


async def metrics_text(harness: Harness) -> str:
    async with harness.client() as client:
        return (await client.get("http://alixan.localhost/metrics")).text
