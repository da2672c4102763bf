"""A payment that does not match what the bank took: a person looks, and what it was for can be paid again."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.plugin import Harness
from contracts.values import Role

REASON = {"reason": "Montant faux"}


async def mismatch(shop: Any, cents: int = 3000) -> tuple[str, str, str]:
    """A payment of 34 € for which the bank took another amount: its id, its attempt's, and the sum's."""
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, cents))
    assert await shop.status(payment_id) == "to_review"
    return payment_id, attempt_id, (await movements(shop, payment_id))[0]


async def movements(shop: Any, payment_id: str) -> list[str]:
    """What waits for a decision, the latest first."""
    async with shop.client(Role.REGISSEUR) as client:
        listed = (await client.get("/surpluses", params={"decision": "to_decide"})).json()["items"]
    return [one["movement_id"] for one in listed if one["payment_id"] == payment_id]


async def decide(shop: Any, movement: str, decision: str) -> Any:
    async with shop.client(Role.REGISSEUR) as client:
        return await client.post(f"/surpluses/{movement}/decision", json={"decision": decision, **REASON})


async def end(shop: Any, payment_id: str, role: Role = Role.REGISSEUR) -> Any:
    async with shop.client(role) as client:
        return await client.post(f"/payments/{payment_id}/review/end")


async def listed(shop: Any) -> list[str]:
    async with shop.client(Role.AGENT) as client:
        page = (await client.get("/payments", params={"status": "to_review", "limit": 100})).json()
    return [one["payment_id"] for one in page["items"]]


async def told(harness: Harness, payment_id: str) -> dict[str, str]:
    """The last outcome that the other services were told."""
    rows = await harness.query(
        "select body ->> 'status' as status, body ->> 'reason_code' as code, body ->> 'reason' as reason"
        " from kept.published_event where type = 'payment_gateway.payment_settled.v1' and subject = $1 order by seq",
        UUID(payment_id),
    )
    return dict(rows[-1])


@pytest.mark.parametrize(
    ("decision", "words"), [("credited", "au crédit de votre compte"), ("refunded", "elle vous est rendue")]
)
async def test_the_decision_ends_it(shop: Any, harness: Harness, decision: str, words: str) -> None:
    payment_id, _, movement = await mismatch(shop)
    assert await shop.published(payment_id) == []
    assert payment_id in await listed(shop)
    assert (await decide(shop, movement, decision)).status_code == 204
    said = await told(harness, payment_id)
    assert (said["status"], said["code"]) == ("cancelled", "reviewed")
    assert words in said["reason"]
    assert "il reste à payer" in said["reason"]
    shown = await shop.payment(payment_id)
    assert (shown["status"], shown["reason"]) == ("cancelled", said["reason"])
    assert payment_id not in await listed(shop)
    assert "La mairie a vérifié ce paiement." in await shop.history(payment_id)


async def test_what_it_was_for_is_paid_by_another_payment(shop: Any) -> None:
    """Without a warning: nothing of the first is under way."""
    payment_id, _, movement = await mismatch(shop)
    reference_id = UUID((await shop.payment(payment_id))["reference_id"])
    await decide(shop, movement, "refunded")
    again = await shop.request(reference_id=reference_id)
    started = await shop.start(again)
    await shop.notify(started["attempt_id"], shop.bank.message(again, 3400))
    assert await shop.status(again) == "succeeded"


async def test_the_last_of_several_decisions_ends_it(shop: Any) -> None:
    payment_id, attempt_id, _ = await mismatch(shop)
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3300))
    latest, earlier = await movements(shop, payment_id)
    await decide(shop, latest, "credited")
    assert await shop.status(payment_id) == "to_review"
    answers = await asyncio.gather(*(decide(shop, earlier, "refunded") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [204] + [409] * 4
    assert [status for status, _ in await shop.published(payment_id)] == ["cancelled"]


async def test_a_right_success_still_wins(shop: Any) -> None:
    payment_id, attempt_id, movement = await mismatch(shop)
    await decide(shop, movement, "refunded")
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    assert [status for status, _ in await shop.published(payment_id)] == ["cancelled", "succeeded"]
    assert (await end(shop, payment_id)).json()["type"].endswith("review-over")
    assert await shop.status(payment_id) == "succeeded"


async def test_a_refund_that_is_not_made_leaves_it_ended(shop: Any) -> None:
    payment_id, _, movement = await mismatch(shop)
    await decide(shop, movement, "refunded")
    async with shop.client(Role.REGISSEUR) as client:
        (refund,) = (await client.get(f"/payments/{payment_id}/money")).json()["refunds"]
        await client.post(f"/refunds/{refund['refund_id']}/end", json={"done": False})
    assert await shop.status(payment_id) == "cancelled"
    assert payment_id in await listed(shop), "its money is to decide again"
    assert (await decide(shop, movement, "credited")).status_code == 204
    assert len(await shop.published(payment_id)) == 1


async def test_the_bank_itself_gives_it_back(open_shop: Any, payzen: Any, harness: Harness) -> None:
    shop = await open_shop("veyras", payzen)
    payment_id = await shop.request()
    started = await shop.start(payment_id)
    transaction = payzen.transaction(cents=3000)
    form = dict(started["fields"])
    await shop.notify(started["attempt_id"], payzen.message(form, transaction))
    assert await shop.status(payment_id) == "to_review"
    await shop.notify(started["attempt_id"], payzen.message(form, transaction | {"detailedStatus": "CANCELLED"}))
    assert await shop.status(payment_id) == "cancelled"
    assert (await told(harness, payment_id))["code"] == "reviewed"


async def test_without_any_money_somebody_says_so(shop: Any, harness: Harness) -> None:
    """Code 00015: the bank says that it was paid before, and nothing is known of it."""
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, "00015"))
    assert await shop.status(payment_id) == "to_review"
    assert (await end(shop, payment_id, Role.AGENT)).status_code == 403
    assert {(await end(shop, payment_id)).status_code for _ in range(2)} == {204}
    assert [status for status, _ in await shop.published(payment_id)] == ["cancelled"]
    assert "rien n'a été encaissé" in (await told(harness, payment_id))["reason"]
    assert payment_id not in await listed(shop)


async def test_money_is_decided_on_first(shop: Any) -> None:
    payment_id, _, _ = await mismatch(shop)
    refused = await end(shop, payment_id)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "surplus-undecided")
    assert await shop.status(payment_id) == "to_review"


async def test_only_a_payment_to_review(shop: Any) -> None:
    payment_id, _ = await shop.begin()
    assert (await end(shop, payment_id)).json()["type"].endswith("review-over")
    assert await shop.status(payment_id) == "in_progress"
    assert (await end(shop, str(shop.regie_id))).status_code == 404


async def test_it_ends_while_the_bank_tells_of_a_success(shop: Any) -> None:
    for _ in range(10):
        payment_id, attempt_id, movement = await mismatch(shop)
        await asyncio.gather(
            decide(shop, movement, "refunded"), shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
        )
        assert await shop.status(payment_id) == "succeeded"
        assert [status for status, _ in await shop.published(payment_id)][-1] == "succeeded"
