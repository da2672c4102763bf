"""A commune renews its keys: what began before them is still heard, asked about and given back."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from chassis.testing.plugin import Harness
from contracts.values import Role

NEW = "8877665544332211"


@pytest_asyncio.fixture(loop_scope="session")
async def veyras(open_shop: Any, payzen: Any) -> Any:
    return await open_shop("veyras", payzen)


async def begin(shop: Any) -> tuple[str, dict[str, Any]]:
    payment_id = await shop.request()
    return payment_id, await shop.start(payment_id)


async def renew(shop: Any, **keys: str) -> None:
    """At the bank, then at the portal."""
    for name, value in keys.items():
        setattr(shop.other, name, value)
    await shop.open()


async def ask_back(shop: Any, payment_id: str) -> Any:
    async with shop.client(Role.REGISSEUR) as client:
        body = {"amount_cents": 3400, "reason": "Repas annulé"}
        return (await client.post(f"/payments/{payment_id}/refunds", json=body)).json()


async def test_messages_are_proven_by_the_old_key_and_by_the_new(veyras: Any) -> None:
    before, first = await begin(veyras)
    after, second = await begin(veyras)
    told_before = veyras.other.decide(first)
    await renew(veyras, form_key=NEW)
    await veyras.notify(first["attempt_id"], told_before)
    await veyras.notify(second["attempt_id"], veyras.other.decide(second))
    assert [await veyras.status(payment_id) for payment_id in (before, after)] == ["succeeded", "succeeded"]
    _, third = await begin(veyras)
    veyras.other.form_key = "0000000000000000"
    await veyras.notify(third["attempt_id"], veyras.other.decide(third))
    assert await veyras.verdicts(third["attempt_id"]) == ["bad-signature"]


async def test_questions_and_refunds_go_out_under_the_new_password(
    veyras: Any, harness: Harness, calendar: Any
) -> None:
    payment_id, started = await begin(veyras)
    await renew(veyras, password="testpassword_renewed")
    veyras.other.decide(started)
    await calendar.ask(started["attempt_id"])
    assert await veyras.status(payment_id) == "succeeded"
    refund = await ask_back(veyras, payment_id)
    await harness.eventually(
        "select 1 from refund where refund_id = $1 and status = 'done'", UUID(refund["refund_id"]), seconds=60
    )


async def test_an_api_opened_later_serves_what_was_paid_before(open_shop: Any, payzen: Any, harness: Harness) -> None:
    shop = await open_shop("veyras", payzen, rest_url=None, rest_password=None)
    payment_id, started = await begin(shop)
    await shop.notify(started["attempt_id"], payzen.decide(started))
    await shop.open()
    async with shop.client(Role.REGISSEUR) as client:
        assert (await client.get(f"/payments/{payment_id}/money")).json()["by_bank"] is True
    refund = await ask_back(shop, payment_id)
    assert refund["status"] == "in_progress"
    await harness.eventually(
        "select 1 from refund where refund_id = $1 and status = 'done'", UUID(refund["refund_id"]), seconds=60
    )


async def test_an_api_closed_later_leaves_what_was_begun_with_it(open_shop: Any, payzen: Any, calendar: Any) -> None:
    shop = await open_shop("veyras", payzen)
    payment_id, started = await begin(shop)
    payzen.decide(started)
    await shop.open(rest_url=None)
    await calendar.ask(started["attempt_id"])
    assert await shop.status(payment_id) == "succeeded"


async def test_a_wrong_key_put_right_judges_the_messages_again(open_shop: Any, bank: Any, harness: Harness) -> None:
    shop = await open_shop(bank_public_key_pem=type(bank)().public_key_pem)
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, bank.message(payment_id, 3400))
    await shop.notify(attempt_id, "montant=3400&sign=faux")
    assert await shop.verdicts(attempt_id) == ["bad-signature", "bad-signature"]
    await shop.open()
    await harness.run_job("judge-waiting-messages")
    assert await shop.status(payment_id) == "succeeded"
    assert sorted(await shop.verdicts(attempt_id)) == ["bad-signature", "valid"]
    assert await shop.published(payment_id) == [("succeeded", 3)]


@pytest.mark.parametrize("changed", [{"site": "1999777"}, {"rang": "43"}, {"mode": "production"}])
async def test_the_keys_of_another_shop_prove_nothing(
    open_shop: Any, bank: Any, harness: Harness, changed: dict[str, str]
) -> None:
    other_key = type(bank)().public_key_pem
    shop = await open_shop(bank_public_key_pem=other_key)
    payment_id, attempt_id = await shop.begin()
    https = {"page_url": "https://bank.example/php/"} if "mode" in changed else {}
    await shop.open(**changed, **https)
    await shop.notify(attempt_id, bank.message(payment_id, 3400, auto="123456"))
    await harness.run_job("judge-waiting-messages")
    assert await shop.verdicts(attempt_id) == ["bad-signature"]
    assert await shop.status(payment_id) == "in_progress"


async def test_a_renewal_among_messages_that_come_at_once(veyras: Any, harness: Harness) -> None:
    begun = [await begin(veyras) for _ in range(20)]
    old = [veyras.other.decide(started) for _, started in begun]
    sending = [veyras.notify(started["attempt_id"], old[n]) for n, (_, started) in enumerate(begun)]
    await asyncio.gather(renew(veyras, form_key=NEW), *sending)
    await harness.run_job("judge-waiting-messages")
    assert {await veyras.status(payment_id) for payment_id, _ in begun} == {"succeeded"}
