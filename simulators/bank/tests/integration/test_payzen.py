"""PayZen over real HTTP: pages, messages to the shop, the way back, the REST API."""

import base64
import hashlib
import hmac
import html
import json
import re
import time
from urllib.parse import parse_qsl, urlsplit

from bank_simulator.settings import Settings

CHALLENGED = {"number": "4012001037141112", "expiry": "12/40", "security_code": "123"}
FRICTIONLESS = CHALLENGED | {"number": "4012001038443335"}
NO_FUNDS = CHALLENGED | {"number": "4970105100000053"}
CALL_ISSUER = CHALLENGED | {"number": "4970100200000053"}
KEYS = {"TEST": "1122334455667788", "PRODUCTION": "8877665544332211"}
SHOP_ID = "12345678"
PASSWORDS = {
    "TEST": "testpassword_demo0123456789abcdefghijklmnop",
    "PRODUCTION": "prodpassword_demo0123456789abcdefghijklmnop",
}


def fields_of(text, key=KEYS["PRODUCTION"]):
    """The fields of a message or a way back, its signature verified here and not by the simulator."""
    fields = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True))
    assert fields["signature"] == signature_of(fields, key)
    return fields


def signature_of(fields, key):
    values = [fields[name] for name in sorted(fields) if name.startswith("vads_")]
    digest = hmac.new(key.encode(), "+".join([*values, key]).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


async def behave(bank, reference=None, **behaviour):
    order = {"behaviour": behaviour} | ({"reference": reference} if reference else {})
    assert (await bank.put("/control/behaviour", json=order)).status_code == 204


async def control(bank, page, step="", **order):
    response = await bank.post(f"/control/payments/{page.removeprefix('/pay/')}/{step}", json=order)
    assert response.status_code == 200, response.text
    return response.json()


async def pay(bank, page, card=FRICTIONLESS):
    response = await bank.post(f"{page}/card", data=card)
    assert response.status_code == 303, response.text
    return response.headers["location"]


async def ask(bank, web_service, question, mode="PRODUCTION", shop=SHOP_ID, password=None):
    response = await bank.post(
        f"/api-payment/V4/{web_service}", json=question, auth=(shop, password or PASSWORDS[mode])
    )
    assert response.status_code == 200
    envelope = response.json()
    assert envelope["_type"] == "V4/WebService/Response"
    assert (envelope["status"] == "ERROR") == ("errorCode" in envelope["answer"] and "uuid" not in envelope["answer"])
    return envelope["answer"]


async def test_a_card_with_code_is_paid_told_and_sent_back(bank, shop, open_payzen, wait_until):
    page = await open_payzen(bank, shop, ext_info_attempt="7", cust_last_name="Gélée", contrib="")
    assert "REGIE PERISCOLAIRE DE VEYRAS" in (await bank.get(page)).text
    assert await pay(bank, page, CHALLENGED) == f"{page}/3ds"
    assert shop.received == []
    code = (await bank.get(f"/control/payments/{page.removeprefix('/pay/')}/challenge")).json()["code"]
    await bank.post(f"{page}/3ds", data={"code": code})
    await wait_until(lambda: len(shop.received) == 1)

    message = shop.received[0]
    assert (message.method, message.path, message.query) == ("POST", "/pay/ipn", "")
    told = fields_of(message.body)
    assert (told["vads_trans_status"], told["vads_result"], told["vads_auth_result"]) == ("AUTHORISED", "00", "00")
    assert (told["vads_amount"], told["vads_order_id"], told["vads_url_check_src"]) == ("3400", "ADH-2022-0001", "PAY")
    assert (told["vads_operation_type"], told["vads_ctx_mode"]) == ("DEBIT", "PRODUCTION")
    assert (told["vads_threeds_auth_type"], told["vads_warranty_result"]) == ("CHALLENGE", "YES")
    assert (told["vads_ext_info_attempt"], told["vads_cust_last_name"], told["vads_contrib"]) == ("7", "Gélée", "")
    assert told["vads_card_number"] == "401200XXXXXXXX12"
    assert re.fullmatch("[0-9a-f]{32}", told["vads_trans_uuid"])
    assert "vads_url_check" not in told

    back = urlsplit((await bank.get(f"{page}/return")).headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{shop.url}/pay/return"
    returned = fields_of(back.query)
    only_told = {"vads_hash", "vads_url_check_src", "signature"}
    assert {name: value for name, value in told.items() if name not in only_told} == {
        name: value for name, value in returned.items() if name != "signature"
    }
    assert "vads_hash" not in returned


REFUSALS = (
    ("4970105100000053", "51", "La provision du compte est insuffisante."),
    ("4970106100000051", "61", "Le plafond de paiement de la carte est dépassé."),
    ("4970104300000054", "43", "Cette carte a été déclarée volée."),
    ("4970109100000055", "91", "Votre banque est momentanément injoignable."),
)


async def test_refusals_are_told_by_the_card_schemes_code(bank, shop, open_payzen, wait_until):
    page = await open_payzen(bank, shop)
    for count, (number, code, sentence) in enumerate(REFUSALS):
        await pay(bank, page, CHALLENGED | {"number": number})
        assert sentence in html.unescape((await bank.get(f"{page}/result")).text)
        await wait_until(lambda: len(shop.received) == count + 1)  # noqa: B023 - awaited in the same turn
        told = fields_of(shop.received[-1].body)
        assert (told["vads_trans_status"], told["vads_result"], told["vads_auth_result"]) == ("REFUSED", "05", code)
        assert told["vads_auth_number"] == "", "an empty field is sent and signed"


async def test_refused_then_accepted_are_two_transactions_of_one_order(bank, shop, open_payzen, wait_until):
    page = await open_payzen(bank, shop)
    await pay(bank, page, NO_FUNDS)
    await wait_until(lambda: len(shop.received) == 1)
    await pay(bank, page)
    await wait_until(lambda: len(shop.received) == 2)
    refused, accepted = (fields_of(message.body) for message in shop.received)
    assert refused["vads_trans_id"] == accepted["vads_trans_id"]
    assert refused["vads_trans_uuid"] != accepted["vads_trans_uuid"]
    order = await ask(bank, "Order/Get", {"orderId": "ADH-2022-0001"})
    assert [one["detailedStatus"] for one in order["transactions"]] == ["AUTHORISED", "REFUSED"]
    assert (order["transactions"][1]["errorCode"], order["transactions"][1]["detailedErrorCode"]) == ("ACQ_001", "51")
    assert order["transactions"][0]["uuid"] == accepted["vads_trans_uuid"]


async def test_three_wrong_codes_are_a_failed_authentication(bank, shop, open_payzen, wait_until):
    page = await open_payzen(bank, shop)
    await pay(bank, page, CHALLENGED)
    right = (await bank.get(f"/control/payments/{page.removeprefix('/pay/')}/challenge")).json()["code"]
    for _ in range(3):
        await bank.post(f"{page}/3ds", data={"code": f"{(int(right) + 1) % 1_000_000:06}"})
    await wait_until(lambda: len(shop.received) == 1)
    told = fields_of(shop.received[0].body)
    assert (told["vads_trans_status"], told["vads_auth_result"]) == ("REFUSED", "")
    assert (told["vads_threeds_status"], told["vads_threeds_auth_type"]) == ("N", "CHALLENGE")
    assert "3-D Secure" in (await bank.get(f"{page}/result")).text


async def test_a_mandated_challenge_asks_for_the_code_whatever_the_card(bank, shop, open_payzen):
    assert await pay(bank, page := await open_payzen(bank, shop, threeds_mpi="4"), FRICTIONLESS) == f"{page}/3ds"
    assert await pay(bank, page := await open_payzen(bank, shop, threeds_mpi="2"), FRICTIONLESS) == f"{page}/result"


async def test_two_visits_pay_one_order_twice(bank, shop, open_payzen, wait_until):
    """This bank does not look at the order number: the shop must."""
    for _ in range(2):
        await pay(bank, await open_payzen(bank, shop))
    await wait_until(lambda: len(shop.received) == 2)
    order = await ask(bank, "Order/Get", {"orderId": "ADH-2022-0001"})
    assert [one["status"] for one in order["transactions"]] == ["PAID", "PAID"]


async def test_a_transaction_number_serves_once_a_day(bank, shop, payzen_fields, payzen_signed):
    async def post(**changes):
        return await bank.post("/vads-payment/", data=payzen_signed(payzen_fields(shop.url, **changes)))

    assert (await post(trans_id="abc123")).status_code == 303
    again = await post(trans_id="ABC123")
    assert again.status_code == 400
    assert "vads_result 30, vads_extra_result 03" in again.text
    assert (await post(trans_id="abc123", trans_date="20220705070000")).status_code == 303
    assert (await post(trans_id="abc123", ctx_mode="TEST")).status_code == 303


async def test_a_wrong_form_is_explained_and_opens_nothing(bank, shop, payzen_fields, payzen_signed):
    form = payzen_signed(payzen_fields(shop.url, amount="34,00"))
    refused = await bank.post("/vads-payment/", data=form)
    assert refused.status_code == 400
    assert "vads_amount" in refused.text
    assert "vads_result 30, vads_extra_result 09" in refused.text
    assert "rien n&#39;a été débité" in refused.text or "rien n'a été débité" in refused.text
    assert (await bank.get("/control/payments")).json() == []


async def test_cancelling_goes_to_its_address_and_is_told_when_the_contract_says_so(
    bank, shop, open_payzen, wait_until
):
    page = await open_payzen(bank, shop, url_cancel=f"{shop.url}/cancelled")
    left = await bank.post(f"{page}/cancel")
    back = urlsplit((await bank.get(left.headers["location"])).headers["location"])
    assert back.path == "/cancelled"
    assert (fields_of(back.query)["vads_trans_status"], fields_of(back.query)["vads_result"]) == ("ABANDONED", "17")
    assert (await ask(bank, "Order/Get", {"orderId": "ADH-2022-0001"}))["errorCode"] == "PSP_010"
    await behave(bank, notify_cancellation=True)
    await bank.post(f"{await open_payzen(bank, shop)}/cancel")
    await wait_until(lambda: len(shop.received) == 1)
    assert fields_of(shop.received[0].body)["vads_trans_status"] == "ABANDONED"


async def test_a_page_left_open_too_long_is_abandoned(bank, shop, open_payzen):
    page = await open_payzen(bank, shop)
    await control(bank, page, "expire")
    assert "Délai dépassé" in (await bank.get(f"{page}/result")).text
    assert await pay(bank, page) == f"{page}/result"
    back = urlsplit((await bank.get(f"{page}/return")).headers["location"])
    assert fields_of(back.query)["vads_trans_status"] == "ABANDONED"
    assert shop.received == []


async def test_a_code_typed_too_late_pays_nothing(bank, shop, open_payzen):
    page = await open_payzen(bank, shop)
    await pay(bank, page, CHALLENGED)
    code = (await bank.get(f"/control/payments/{page.removeprefix('/pay/')}/challenge")).json()["code"]
    await control(bank, page, "expire")
    assert (await bank.post(f"{page}/3ds", data={"code": code})).headers["location"] == f"{page}/result"
    assert (await bank.get(f"/control/payments/{page.removeprefix('/pay/')}")).json()["status"] == "expired"
    assert (await ask(bank, "Order/Get", {"orderId": "ADH-2022-0001"}))["errorCode"] == "PSP_010"


async def test_the_way_back_by_post_is_a_form_and_without_mode_says_nothing(bank, shop, open_payzen):
    page = await open_payzen(bank, shop, return_mode="POST")
    await pay(bank, page)
    form = (await bank.get(f"{page}/return")).text
    assert f'action="{shop.url}/pay/return"' in form
    fields = {name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)}
    assert fields["signature"] == signature_of(fields, KEYS["PRODUCTION"])
    assert fields["vads_trans_status"] == "AUTHORISED"
    page = await open_payzen(bank, shop, return_mode=None)
    await pay(bank, page)
    assert (await bank.get(f"{page}/return")).headers["location"] == f"{shop.url}/pay/return"


async def test_the_mode_has_its_own_key_and_password(bank, shop, open_payzen, wait_until):
    await pay(bank, await open_payzen(bank, shop, ctx_mode="TEST"))
    await wait_until(lambda: len(shop.received) == 1)
    told = fields_of(shop.received[0].body, KEYS["TEST"])
    assert told["vads_ctx_mode"] == "TEST"
    question = {"orderId": "ADH-2022-0001"}
    assert (await ask(bank, "Order/Get", question))["errorCode"] == "PSP_010"
    order = await ask(bank, "Order/Get", question, mode="TEST")
    assert (order["orderStatus"], order["orderDetails"]["mode"]) == ("PAID", "TEST")
    uuid = {"uuid": told["vads_trans_uuid"]}
    assert (await ask(bank, "Transaction/CancelOrRefund", uuid))["errorCode"] == "PSP_010"


async def test_what_is_said_can_be_false_yet_rightly_signed(bank, shop, open_payzen, wait_until):
    await behave(bank, "ODD", amount_cents=100, currency="840", merchant="12345679", source="BATCH")
    await pay(bank, await open_payzen(bank, shop, order_id="ODD"))
    await wait_until(lambda: len(shop.received) == 1)
    told = fields_of(shop.received[0].body)
    assert (told["vads_amount"], told["vads_currency"], told["vads_site_id"]) == ("100", "840", "12345679")
    assert told["vads_url_check_src"] == "BATCH"
    order = await ask(bank, "Order/Get", {"orderId": "ODD"})
    assert (order["transactions"][0]["amount"], order["transactions"][0]["currency"]) == (100, "USD")
    assert (order["shopId"], order["orderDetails"]["orderTotalAmount"]) == ("12345679", 100)


async def test_a_message_of_the_test_platform_is_signed_with_its_key(bank, shop, open_payzen, wait_until):
    await behave(bank, test_platform=True)
    await pay(bank, await open_payzen(bank, shop))
    await wait_until(lambda: len(shop.received) == 1)
    assert fields_of(shop.received[0].body, KEYS["TEST"])["vads_ctx_mode"] == "TEST"


async def test_signatures_can_be_corrupt_missing_or_followed_by_more(bank, shop, open_payzen):
    page = await open_payzen(bank, shop)
    await behave(bank, "ADH-2022-0001", drop=True)
    await pay(bank, page)
    for behaviour in ({"corrupt_signature": True}, {"unsigned": True}, {"append": "vads_amount=1"}):
        await control(bank, page, "resend", behaviour=behaviour)
    corrupt, unsigned, longer = (parse_qsl(message.body, keep_blank_values=True) for message in shop.received)
    fields = dict(corrupt)
    assert len(fields["signature"]) == 44
    assert fields["signature"] != signature_of(fields, KEYS["PRODUCTION"])
    assert "signature" not in dict(unsigned)
    assert longer[-1] == ("vads_amount", "1")
    assert dict(longer[:-1])["vads_url_check_src"] == "BO", "sent again by hand"


async def test_messages_are_doubled_lost_and_swapped(bank, shop, open_payzen, wait_until):
    await behave(bank, "TWICE", duplicates=1)
    await pay(bank, await open_payzen(bank, shop, order_id="TWICE"))
    await wait_until(lambda: len(shop.received) == 2)
    assert shop.received[0].body == shop.received[1].body
    await behave(bank, "SWAP", swap=True)
    page = await open_payzen(bank, shop, order_id="SWAP")
    await pay(bank, page, NO_FUNDS)
    await pay(bank, page)
    await wait_until(lambda: len(shop.received) == 4)
    statuses = [fields_of(message.body)["vads_trans_status"] for message in shop.received[2:]]
    assert statuses == ["AUTHORISED", "REFUSED"]


async def test_a_message_in_the_form_of_the_rest_api(bank, shop, open_payzen, wait_until):
    await behave(bank, kr=True)
    page = await open_payzen(bank, shop, ext_info_attempt="7")
    await pay(bank, page)
    await wait_until(lambda: len(shop.received) == 1)
    fields = dict(parse_qsl(shop.received[0].body))
    assert (fields["kr-hash-key"], fields["kr-hash-algorithm"]) == ("password", "sha256_hmac")
    expected = hmac.new(PASSWORDS["PRODUCTION"].encode(), fields["kr-answer"].encode(), hashlib.sha256).hexdigest()
    assert fields["kr-hash"] == expected
    answer = json.loads(fields["kr-answer"])
    assert (answer["orderStatus"], answer["orderDetails"]["orderId"]) == ("PAID", "ADH-2022-0001")
    assert answer["transactions"][0]["metadata"] == {"attempt": "7"}
    await control(bank, page, "resend", behaviour={"kr": True, "corrupt_signature": True})
    assert dict(parse_qsl(shop.received[1].body))["kr-hash"] != expected


async def test_the_rest_api_wants_the_shop_and_its_password(bank):
    assert await ask(bank, "Charge/SDKTest", {"value": "bonjour"}) == {
        "value": "bonjour",
        "_type": "V4/Charge/SDKTestResult",
    }
    assert (await ask(bank, "Charge/SDKTest", {}, password="wrong"))["errorCode"] == "INT_905"
    assert (await ask(bank, "Charge/SDKTest", {}, shop="99999999"))["errorCode"] == "INT_905"
    assert (await bank.post("/api-payment/V4/Charge/SDKTest", json={})).json()["answer"]["errorCode"] == "INT_905"
    assert (await ask(bank, "Charge/Invented", {}))["errorCode"] == "INT_901"
    malformed = await bank.post("/api-payment/V4/Order/Get", content=b"{", auth=(SHOP_ID, PASSWORDS["PRODUCTION"]))
    assert malformed.json()["answer"]["errorCode"] == "INT_902"


async def test_questions_fail_on_purpose(bank, shop, open_payzen):
    await pay(bank, await open_payzen(bank, shop))
    await behave(bank, "ADH-2022-0001", fault="INT_999")
    assert (await ask(bank, "Order/Get", {"orderId": "ADH-2022-0001"}))["errorCode"] == "INT_999"
    await behave(bank, "ADH-2022-0001", fault="unavailable")
    outage = await bank.post(
        "/api-payment/V4/Order/Get", json={"orderId": "ADH-2022-0001"}, auth=(SHOP_ID, PASSWORDS["PRODUCTION"])
    )
    assert outage.status_code == 503


async def test_an_order_shows_thirty_transactions_at_most(bank, shop, open_payzen):
    page = await open_payzen(bank, shop)
    for _ in range(31):
        await pay(bank, page, NO_FUNDS)
    order = await ask(bank, "Order/Get", {"orderId": "ADH-2022-0001"})
    assert (len(order["transactions"]), order["orderStatus"], order["orderCycle"]) == (30, "UNPAID", "OPEN")


async def test_transaction_numbers_stay_used_after_a_restart(start_bank, shop, payzen_fields, payzen_signed, tmp_path):
    form = payzen_signed(payzen_fields(shop.url))
    for expected in (303, 400):
        async with start_bank(Settings(state_dir=tmp_path)) as bank:
            assert (await bank.post("/vads-payment/", data=form)).status_code == expected


async def test_late_messages_come_after_the_browser(bank, shop, open_payzen, wait_until):
    await behave(bank, timing="after_return", delay_seconds=2)
    page = await open_payzen(bank, shop)
    await pay(bank, page)
    started = time.monotonic()
    await bank.get(f"{page}/return")
    assert shop.received == []
    await wait_until(lambda: len(shop.received) == 1)
    assert time.monotonic() - started >= 2


async def test_a_replay_by_hand_goes_to_the_address_of_the_whole_shop(bank, shop, open_payzen, wait_until):
    page = await open_payzen(bank, shop)
    await pay(bank, page)
    await wait_until(lambda: len(shop.received) == 1)
    await control(bank, page, "resend", behaviour={"address": f"{shop.url}/whole-shop"})
    first, again = shop.received
    assert (first.path, again.path) == ("/pay/ipn", "/whole-shop")
    assert fields_of(again.body)["vads_order_id"] == fields_of(first.body)["vads_order_id"]


async def test_the_rest_api_says_codes_as_numbers(bank, shop, open_payzen):
    page = await open_payzen(bank, shop)
    await pay(bank, page, CALL_ISSUER)
    await pay(bank, page)
    order = await ask(bank, "Order/Get", {"orderId": "ADH-2022-0001"})
    said = [each["transactionDetails"]["cardDetails"]["authorizationResponse"] for each in order["transactions"]]
    assert [each["authorizationResult"] for each in said] == ["0", "2"]


async def test_a_credit_of_another_status(bank, shop, open_payzen, wait_until):
    page = await open_payzen(bank, shop)
    await pay(bank, page)
    await control(bank, page, "night")
    await behave(bank, "ADH-2022-0001", refund_status="WAITING_AUTHORISATION")
    (debit,) = (await ask(bank, "Order/Get", {"orderId": "ADH-2022-0001"}))["transactions"]
    credit = await ask(bank, "Transaction/CancelOrRefund", {"uuid": debit["uuid"], "amount": 100, "currency": "EUR"})
    assert (credit["operationType"], credit["detailedStatus"]) == ("CREDIT", "WAITING_AUTHORISATION")
    await control(bank, page, "refund", amount_cents=50)
    await wait_until(lambda: len(shop.received) == 2)
    assert fields_of(shop.received[1].body)["vads_trans_status"] == "WAITING_AUTHORISATION"
