"""What the bank says it took and that is in no payment is shown to the régie."""

from typing import Any
from uuid import UUID

from chassis.ids import new_id
from chassis.testing.plugin import Harness
from contracts.values import Role


async def unplaced(shop: Any) -> dict[str, dict[str, Any]]:
    """By transaction."""
    async with shop.client(Role.REGISSEUR) as client:
        items = (await client.get("/unplaced-money")).json()["items"]
    return {item["transaction_id"]: item for item in items}


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
