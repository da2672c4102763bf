"""The control address: a bank that misbehaves on request."""

import asyncio
import re
import shutil

from bank_simulator.settings import Settings

CARD = {"number": "4012001038443335", "expiry": "12/40", "security_code": "123"}
NO_FUNDS = CARD | {"number": "4970105100000053"}


async def behave(bank, reference=None, **behaviour):
    order = {"behaviour": behaviour} | ({"reference": reference} if reference else {})
    assert (await bank.put("/control/behaviour", json=order)).status_code == 204


async def state_of(bank, page):
    return (await bank.get(f"/control/payments/{page.removeprefix('/pay/')}")).json()


def code_in(message):
    return re.search(r"erreur=(\d{5})", message.query)[1]


async def test_duplicates_are_identical(bank, shop, open_payment, wait_until):
    await behave(bank, duplicates=2)
    page = await open_payment(bank, shop)
    await bank.post(f"{page}/card", data=CARD)
    await wait_until(lambda: len(shop.received) == 3)
    assert len({message.query for message in shop.received}) == 1
    other = await open_payment(bank, shop, PBX_CMD="OTHER")
    await bank.post(f"{other}/card", data=CARD)
    await wait_until(lambda: len(shop.received) == 4)
    assert len((await state_of(bank, other))["messages"]) == 1, "the order was for one payment only"


async def test_a_lost_message_can_be_sent_again(bank, shop, open_payment):
    await behave(bank, "LOST", drop=True)
    page = await open_payment(bank, shop, PBX_CMD="LOST")
    await bank.post(f"{page}/card", data=CARD)
    assert [message["status"] for message in (await state_of(bank, page))["messages"]] == ["dropped"]
    assert shop.received == []
    shop.status = 503
    sent = await bank.post(f"/control/payments/{page.removeprefix('/pay/')}/resend", json={})
    assert (sent.json()["status"], sent.json()["http_status"]) == ("answered", 503)
    assert len(shop.received) == 1


async def test_swapped_messages_arrive_second_first(bank, shop, open_payment, wait_until):
    await behave(bank, "SWAP", swap=True)
    page = await open_payment(bank, shop, PBX_CMD="SWAP")
    await bank.post(f"{page}/card", data=NO_FUNDS)
    await bank.post(f"{page}/card", data=CARD)
    await wait_until(lambda: len(shop.received) == 2)
    assert [code_in(message) for message in shop.received] == ["00000", "00151"]


async def test_after_return_waits_for_the_browser(bank, shop, open_payment, wait_until):
    await behave(bank, timing="after_return")
    page = await open_payment(bank, shop)
    await bank.post(f"{page}/card", data=CARD)
    assert [message["status"] for message in (await state_of(bank, page))["messages"]] == ["held"]
    assert shop.received == []
    await bank.get(f"{page}/return")
    await wait_until(lambda: len(shop.received) == 1)


async def test_before_return_keeps_the_browser_until_the_shop_has_answered(bank, shop, open_payment):
    await behave(bank, timing="before_return", delay_seconds=2)
    page = await open_payment(bank, shop)
    await bank.post(f"{page}/card", data=CARD)
    assert shop.received == []
    await bank.get(f"{page}/return")
    assert len(shop.received) == 1
    assert (await state_of(bank, page))["messages"][0]["http_status"] == 200


async def test_a_browser_that_never_comes_back(bank, shop, open_payment, wait_until):
    await behave(bank, browser_returns=False)
    page = await open_payment(bank, shop)
    await bank.post(f"{page}/card", data=CARD)
    await wait_until(lambda: len(shop.received) == 1)
    ticket = await bank.get(f"{page}/result")
    assert "refresh" not in ticket.headers
    assert "/return" not in ticket.text


async def test_a_cancellation_is_told_when_the_contract_says_so(bank, shop, open_payment, wait_until):
    await behave(bank, notify_cancellation=True)
    page = await open_payment(bank, shop)
    await bank.post(f"{page}/cancel")
    await wait_until(lambda: len(shop.received) == 1)
    assert code_in(shop.received[0]) == "00001"


async def test_faults_of_the_message_itself(bank, shop, open_payment, wait_until):
    await behave(bank, "ODD", amount_cents=100, append="montant=3400", double_encode_signature=True)
    page = await open_payment(bank, shop, PBX_CMD="ODD")
    await bank.post(f"{page}/card", data=CARD)
    await wait_until(lambda: len(shop.received) == 1)
    query = shop.received[0].query
    assert query.startswith("montant=100&")
    assert query.endswith("&montant=3400")
    assert "%253D" in query
    assert (await bank.delete("/control/behaviour")).status_code == 204
    await bank.post(f"/control/payments/{page.removeprefix('/pay/')}/resend", json={})
    assert shop.received[1].query.startswith("montant=3400&")


async def test_a_shop_that_does_not_answer_is_recorded(bank, shop, open_payment):
    unused = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = unused.sockets[0].getsockname()[1]
    unused.close()
    await unused.wait_closed()
    await behave(bank, timing="before_return")
    page = await open_payment(bank, shop, PBX_REPONDRE_A=f"http://127.0.0.1:{port}/")
    await bank.post(f"{page}/card", data=CARD)
    await bank.get(f"{page}/return")
    message = (await state_of(bank, page))["messages"][0]
    assert (message["status"], message["http_status"]) == ("failed", None)
    assert "ConnectError" in message["detail"]


async def test_the_code_can_be_read(bank, shop, open_payment):
    page = await open_payment(bank, shop)
    address = f"/control/payments/{page.removeprefix('/pay/')}/challenge"
    assert (await bank.get(address)).status_code == 404
    await bank.post(f"{page}/card", data=CARD | {"number": "4012001037141112"})
    code = (await bank.get(address)).json()["code"]
    assert (await bank.post(f"{page}/3ds", data={"code": code})).headers["location"] == f"{page}/result"
    assert (await state_of(bank, page))["status"] == "paid"


async def test_wrong_orders_are_refused(bank):
    for order in ({"behaviour": {"duplicate": 1}}, {"behaviour": {"delay_seconds": -1}}, {}):
        assert (await bank.put("/control/behaviour", json=order)).status_code == 422
    assert (await bank.get("/control/payments/unknown")).status_code == 404
    assert (await bank.post("/control/payments/unknown/resend", json={})).status_code == 404


async def test_a_killed_bank_still_tells_what_it_accepted(shop, open_payment, start_bank, wait_until, tmp_path):
    kept, left = tmp_path / "kept", tmp_path / "left"
    async with start_bank(Settings(bank_control=True, state_dir=kept)) as bank:
        await behave(bank, delay_seconds=600)
        page = await open_payment(bank, shop)
        await bank.post(f"{page}/card", data=CARD)
        shutil.copytree(kept, left)
    assert shop.received == []
    async with start_bank(Settings(bank_control=True, state_dir=left)) as bank:
        await wait_until(lambda: len(shop.received) == 1)
        assert code_in(shop.received[0]) == "00000"
        assert (await state_of(bank, page))["attempts"][0]["status"] == "accepted"
