"""What the bank says it took and that is in no payment is shown to the régie."""

import asyncio
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from chassis.testing.plugin import Harness
from contracts.values import Role

NOTE = "Remboursé depuis le site de la banque"


async def unplaced(shop: Any, *, dealt: bool = False) -> dict[str, dict[str, Any]]:
    """By transaction."""
    async with shop.client(Role.REGISSEUR) as client:
        items = (await client.get("/unplaced-money", params={"dealt": dealt})).json()["items"]
    return {item["transaction_id"]: item for item in items}


async def announced(shop: Any) -> dict[str, Any]:
    """Money of an attempt that nobody knows."""
    number = shop.bank.transaction()
    await shop.notify(str(new_id()), shop.bank.message("lost", 1200, trans=number))
    return (await unplaced(shop))[number]


async def deal_with(client: Any, item: dict[str, Any], reason: str = NOTE) -> tuple[int, str]:
    answer = await client.post(f"/unplaced-money/{item['message_id']}/dealt-with", json={"reason": reason})
    return answer.status_code, answer.json()["type"] if answer.content else ""


async def test_of_an_attempt_nobody_knows(shop: Any, open_shop: Any) -> None:
    number, refused = shop.bank.transaction(), shop.bank.transaction()
    await shop.notify(str(new_id()), shop.bank.message("lost", 1200, trans=number))
    await shop.notify(str(new_id()), shop.bank.message("lost", 1200, "00105", trans=refused))
    found = await unplaced(shop)
    assert (found[number]["amount_cents"], found[number]["payment_id"]) == (1200, None)
    assert "que le portail ne connaît pas" in found[number]["sentence"]
    assert refused not in found
    assert number not in await unplaced(await open_shop("veyras"))
    async with shop.client(Role.AGENT) as client:
        assert (await client.get("/unplaced-money")).status_code == 403


async def test_of_another_payment_until_that_one_has_it(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    other, other_attempt = await shop.begin()
    number = shop.bank.transaction()
    message = shop.bank.message(other, 3400, trans=number)
    await shop.notify(attempt_id, message)
    shown = (await unplaced(shop))[number]
    assert (shown["payment_id"], shown["amount_cents"]) == (payment_id, 3400)
    assert "la référence d'un autre paiement" in shown["sentence"]
    await shop.notify(other_attempt, message)
    assert number not in await unplaced(shop)


async def test_under_the_number_of_another(shop: Any) -> None:
    first, first_attempt = await shop.begin()
    second, second_attempt = await shop.begin()
    number = shop.bank.transaction()
    await shop.notify(first_attempt, shop.bank.message(first, 3400, trans=number))
    assert number not in await unplaced(shop)
    await shop.notify(second_attempt, shop.bank.message(second, 3400, trans=number))
    assert (await unplaced(shop))[number]["payment_id"] == second


async def test_of_a_browser_whose_bank_stays_silent(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    number = shop.bank.transaction()
    message = shop.bank.message(payment_id, 3400, trans=number)
    await shop.come_back(attempt_id, message)
    assert number not in await unplaced(shop), "the bank's own message may be on its way"
    await harness.query(
        "update bank_message set received_at = received_at - interval '2 hours' where attempt_id = $1",
        UUID(attempt_id),
    )
    shown = (await unplaced(shop))[number]
    assert (shown["payment_id"], shown["label"]) == (payment_id, "Cantine d'Alixan 2022/2023")
    assert "que la banque n'a pas confirmé elle-même" in shown["sentence"]
    await shop.notify(attempt_id, message)
    assert number not in await unplaced(shop)


async def test_what_is_dealt_with_leaves_the_list_and_is_kept_with_its_note(shop: Any, harness: Harness) -> None:
    item, other = await announced(shop), await announced(shop)
    number = item["transaction_id"]
    async with shop.client(Role.REGISSEUR) as client:
        assert (await deal_with(client, item, " ab "))[0] == 422, "a note says something"
        assert number in await unplaced(shop)
        assert (await deal_with(client, item))[0] == 204
        assert (await deal_with(client, item, "Autre chose"))[0] == 204, "said again"
    listed = await unplaced(shop)
    assert (number in listed, other["transaction_id"] in listed) == (False, True)
    kept = (await unplaced(shop, dealt=True))[number]
    assert (kept["reason"], kept["amount_cents"], kept["sentence"]) == (NOTE, 1200, item["sentence"])
    assert kept["dealt_at"] > item["received_at"]
    assert kept["dealt_by"]
    await harness.query(
        "update bank_message set received_at = received_at - interval '90 days' where message_id = $1",
        UUID(item["message_id"]),
    )
    assert number in await unplaced(shop, dealt=True), "kept for good"


async def test_two_people_at_once_one_is_told(shop: Any) -> None:
    item = await announced(shop)
    async with shop.client(Role.REGISSEUR) as one, shop.client(Role.REGISSEUR) as other:
        answers = await asyncio.gather(*(deal_with(client, item) for client in (one, other)))
    assert sorted(status for status, _ in answers) == [204, 409]
    assert any("already-dealt-with" in problem for _, problem in answers)


async def test_only_what_is_listed_and_by_whom_it_is_for(shop: Any, open_shop: Any) -> None:
    item = await announced(shop)
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    (placed,) = await shop.harness.query("select message_id from bank_message where attempt_id = $1", UUID(attempt_id))
    veyras = await open_shop("veyras")
    async with shop.client(Role.REGISSEUR) as client:
        assert (await deal_with(client, {"message_id": placed["message_id"]}))[0] == 404
        assert (await deal_with(client, {"message_id": new_id()}))[0] == 404
    async with veyras.client(Role.REGISSEUR) as client:
        assert (await deal_with(client, item))[0] == 404
    async with shop.client(Role.AGENT) as client:
        assert (await deal_with(client, item))[0] == 403
    assert item["transaction_id"] in await unplaced(shop)
    assert item["transaction_id"] not in await unplaced(shop, dealt=True)
