"""Money given back: Paybox Direct, PayZen's REST API, and the bank's back office."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl

import pytest

CARD = {"number": "4012001038443335", "expiry": "12/40", "security_code": "123"}
HMAC_KEY = "0123456789ABCDEF" * 8
AUTH = ("12345678", "prodpassword_demo0123456789abcdefghijklmnop")


async def behave(bank, reference, **behaviour):
    order = {"behaviour": behaviour, "reference": reference}
    assert (await bank.put("/control/behaviour", json=order)).status_code == 204


async def control(bank, page, step, **order):
    return await bank.post(f"/control/payments/{page.removeprefix('/pay/')}/{step}", json=order)


async def state_of(bank, page):
    return (await bank.get(f"/control/payments/{page.removeprefix('/pay/')}")).json()


@pytest.fixture
def direct(bank, shop, open_payment, wait_until):
    """A paid Paybox payment, and the way to ask for its refund."""

    async def prepared(**changes):
        page = await open_payment(bank, shop, **changes)
        await bank.post(f"{page}/card", data=CARD)
        await wait_until(lambda: shop.received)
        told = dict(parse_qsl(shop.received[-1].query))

        async def ask(key=HMAC_KEY, **values):
            fields = {
                "VERSION": "00104",
                "TYPE": "00014",
                "SITE": "1999888",
                "RANG": "032",
                "IDENTIFIANT": "107904482",
                "HASH": "SHA512",
                "NUMQUESTION": "0000000001",
                "DATEQ": "04072022090000",
                "MONTANT": "0000003400",
                "DEVISE": "978",
                "NUMAPPEL": f"{int(told['appel']):010}",
                "NUMTRANS": f"{int(told['trans']):010}",
                "REFERENCE": "ADH-2022-0001",
            } | values
            text = "&".join(f"{name}={value}" for name, value in fields.items())
            seal = hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha512).hexdigest().upper()
            response = await bank.post("/PPPS.php", data=fields | {"HMAC": seal})
            assert response.status_code == 200
            assert response.headers["content-type"] == "text/plain; charset=iso-8859-1"
            return dict(pair.split("=") for pair in response.content.decode("iso-8859-1").split("&"))

        return page, ask

    return prepared


async def test_paybox_refunds_in_parts_up_to_the_whole(bank, direct):
    page, ask = await direct()
    first = await ask(MONTANT="0000001000")
    assert (first["CODEREPONSE"], first["COMMENTAIRE"]) == ("00000", "Demande traitée avec succès")
    assert (first["AUTORISATION"], first["NUMQUESTION"]) == ("XXXXXX", "0000000001")
    too_much = await ask(MONTANT="0000002500", NUMQUESTION="0000000002")
    assert (too_much["CODEREPONSE"], too_much["NUMTRANS"]) == ("00011", "0000000000")
    rest = await ask(MONTANT="0000002400", NUMQUESTION="0000000003")
    assert rest["CODEREPONSE"] == "00000"
    assert rest["NUMTRANS"] != first["NUMTRANS"]
    assert (await ask(MONTANT="0000000001", NUMQUESTION="0000000004"))["CODEREPONSE"] == "00011"
    assert [refund["amount_cents"] for refund in (await state_of(bank, page))["refunds"]] == [1000, 2400]
    home = (await bank.get("/")).text
    assert "Remboursement de 10,00&nbsp;EUR" in home


async def test_a_paybox_question_number_serves_once_a_day(direct):
    _, ask = await direct()
    assert (await ask(MONTANT="0000000100"))["CODEREPONSE"] == "00000"
    assert (await ask(MONTANT="0000000100"))["CODEREPONSE"] == "00005"


WRONG_QUESTIONS = (
    ({"VERSION": "00103"}, "00013"),
    ({"TYPE": "00002"}, "00009"),
    ({"SITE": "199988"}, "00006"),
    ({"IDENTIFIANT": "1"}, "00006"),
    ({"RANG": "033", "IDENTIFIANT": "107904483"}, "00015"),
    ({"HASH": "SHA256"}, "00014"),
    ({"NUMQUESTION": "1"}, "00005"),
    ({"DATEQ": "2022"}, "00007"),
    ({"MONTANT": "3400"}, "00011"),
    ({"MONTANT": "0000000000"}, "00011"),
    ({"DEVISE": "840"}, "00010"),
    ({"NUMAPPEL": "0000000007"}, "00015"),
    ({"NUMTRANS": "0000000007"}, "00015"),
    ({"REFERENCE": ""}, "00012"),
    ({"key": "00" * 64}, "00006"),
)


async def test_wrong_paybox_questions_give_nothing_back(bank, direct):
    page, ask = await direct()
    for values, code in WRONG_QUESTIONS:
        assert (await ask(**values))["CODEREPONSE"] == code, values
    assert (await state_of(bank, page))["refunds"] == []


async def test_a_refused_card_has_nothing_to_give_back(bank, shop, open_payment, direct):
    _, ask = await direct()
    page = await open_payment(bank, shop, PBX_CMD="OTHER")
    await bank.post(f"{page}/card", data=CARD | {"number": "4970105100000053"})
    number = (await state_of(bank, page))["attempts"][0]["number"]
    asked = await ask(NUMAPPEL=f"{number:010}", NUMTRANS=f"{number - 1_000_000_000:010}")
    assert asked["CODEREPONSE"] == "00015"


async def test_paybox_faults_on_purpose(bank, direct):
    page, ask = await direct()
    await behave(bank, "ADH-2022-0001", fault="00003")
    assert (await ask())["CODEREPONSE"] == "00003"
    assert (await state_of(bank, page))["refunds"] == []
    await behave(bank, "ADH-2022-0001", fault="unavailable")
    with pytest.raises(AssertionError, match="503"):
        await ask()


async def test_a_paybox_message_of_the_test_platform(bank, shop, direct):
    page, _ = await direct()
    await control(bank, page, "resend", behaviour={"test_platform": True})
    await control(bank, page, "resend", behaviour={"unsigned": True})
    test, unsigned = (dict(parse_qsl(message.query)) for message in shop.received[-2:])
    assert test["auto"] == "XXXXXX"
    assert "sign" not in unsigned


async def test_paybox_tells_nobody_of_a_refund_by_hand(bank, shop, direct):
    page, _ = await direct()
    told = len(shop.received)
    assert (await control(bank, page, "refund")).json()["kind"] == "cancellation"
    assert (await control(bank, page, "refund")).status_code == 409
    assert [message["status"] for message in (await state_of(bank, page))["messages"]] == ["answered"]
    assert len(shop.received) == told


@pytest.fixture
def payzen(bank, shop, open_payzen, wait_until):
    """A paid PayZen payment: its page, its transaction, and the REST API."""

    async def prepared(night=False, **changes):
        page = await open_payzen(bank, shop, **changes)
        before = len(shop.received)
        await bank.post(f"{page}/card", data=CARD)
        await wait_until(lambda: len(shop.received) == before + 1)
        if night:
            await control(bank, page, "night")
        uuid = dict(parse_qsl(shop.received[-1].body))["vads_trans_uuid"]

        async def ask(web_service="Transaction/CancelOrRefund", auth=AUTH, **question):
            response = await bank.post(f"/api-payment/V4/{web_service}", json={"uuid": uuid} | question, auth=auth)
            answer = response.json()["answer"]
            return answer if response.json()["status"] == "SUCCESS" else answer["errorCode"]

        return page, uuid, ask

    return prepared


async def test_payzen_cancels_before_the_capture(bank, shop, payzen):
    _, uuid, ask = await payzen()
    assert await ask(amount=1000, currency="EUR") == "PSP_076", "no part before the capture"
    assert await ask(resolutionMode="REFUND_ONLY") == "PSP_076"
    assert await ask(amount=3401) == "PSP_511"
    cancelled = await ask(amount=3400, currency="EUR")
    assert (cancelled["uuid"], cancelled["status"], cancelled["detailedStatus"]) == (uuid, "UNPAID", "CANCELLED")
    assert await ask() == "PSP_105"
    order = await ask("Order/Get", orderId="ADH-2022-0001")
    assert (order["orderStatus"], len(order["transactions"])) == ("UNPAID", 1)
    assert len(shop.received) == 1, "what the shop asks for is not told to it"


async def test_payzen_refunds_after_the_capture_in_parts(bank, payzen):
    _, uuid, ask = await payzen(night=True)
    assert (await ask("Transaction/Get"))["detailedStatus"] == "CAPTURED"
    assert await ask(resolutionMode="CANCELLATION_ONLY") == "PSP_075"
    part = await ask(amount=1000, currency="EUR")
    assert (part["operationType"], part["amount"], part["status"]) == ("CREDIT", 1000, "PAID")
    assert part["transactionDetails"]["parentTransactionUuid"] == uuid
    assert part["uuid"] != uuid
    assert await ask(amount=2401) == "PSP_511"
    rest = await ask()
    assert rest["amount"] == 2400
    assert await ask() == "PSP_104"
    order = await ask("Order/Get", orderId="ADH-2022-0001")
    assert [(one["operationType"], one["amount"]) for one in order["transactions"]] == [
        ("CREDIT", 2400),
        ("CREDIT", 1000),
        ("DEBIT", 3400),
    ]
    debit = order["transactions"][2]
    assert debit["transactionDetails"]["cardDetails"]["captureResponse"]["refundAmount"] == 3400
    assert (await ask("Transaction/Get", uuid=part["uuid"]))["amount"] == 1000


async def test_payzen_refuses_what_makes_no_sense(bank, shop, open_payzen, payzen):
    _, _, ask = await payzen(night=True)
    assert await ask(uuid="0" * 32) == "PSP_010"
    assert await ask(uuid="x") == "PSP_010"
    assert await ask(amount="1000") == "INT_009"
    assert await ask(amount=-1) == "INT_009"
    assert await ask(amount=1000, currency="USD") == "INT_010"
    other_shop = ("12345679", AUTH[1])
    assert await ask(auth=other_shop) == "PSP_010"
    page = await open_payzen(bank, shop, order_id="REFUSED")
    await bank.post(f"{page}/card", data=CARD | {"number": "4970105100000053"})
    order = await ask("Order/Get", orderId="REFUSED")
    assert await ask(uuid=order["transactions"][0]["uuid"]) == "PSP_083"


async def test_a_refund_made_by_hand_sends_its_own_message(bank, shop, payzen, wait_until):
    page, uuid, _ = await payzen(night=True)
    await behave(bank, "ADH-2022-0001", duplicates=1)
    assert (await control(bank, page, "refund", amount_cents=1000)).status_code == 200
    await wait_until(lambda: len(shop.received) == 3)
    assert shop.received[1].body == shop.received[2].body
    told = dict(parse_qsl(shop.received[1].body, keep_blank_values=True))
    assert (told["vads_operation_type"], told["vads_amount"]) == ("CREDIT", "1000")
    assert told["vads_url_check_src"] == "MERCH_BO"
    assert (told["vads_order_id"], told["vads_trans_status"]) == ("ADH-2022-0001", "AUTHORISED")
    assert told["vads_trans_uuid"] != uuid
    assert 900_000 <= int(told["vads_trans_id"]) <= 999_999
    values = [told[name] for name in sorted(told) if name.startswith("vads_")]
    expected = hmac.new(b"8877665544332211", "+".join([*values, "8877665544332211"]).encode(), hashlib.sha256).digest()
    assert told["signature"] == base64.b64encode(expected).decode()
    assert (await control(bank, page, "refund", amount_cents=2401)).json()["detail"] == "TooMuchError"


async def test_a_cancellation_made_by_hand_is_told_of_the_first_transaction(bank, shop, payzen, wait_until):
    page, uuid, _ = await payzen()
    await control(bank, page, "refund")
    await wait_until(lambda: len(shop.received) == 2)
    told = dict(parse_qsl(shop.received[1].body))
    assert (told["vads_operation_type"], told["vads_trans_status"]) == ("DEBIT", "CANCELLED")
    assert (told["vads_trans_uuid"], told["vads_url_check_src"]) == (uuid, "MERCH_BO")


async def test_a_refunds_message_can_be_lost_and_said_otherwise(bank, shop, payzen, wait_until):
    page, _, _ = await payzen(night=True)
    await behave(bank, "ADH-2022-0001", drop=True)
    await control(bank, page, "refund", amount_cents=1000)
    assert [message["status"] for message in (await state_of(bank, page))["messages"]] == ["answered", "dropped"]
    await behave(bank, "ADH-2022-0001", timing="after_return", corrupt_signature=True)
    await control(bank, page, "refund", amount_cents=1000)
    await wait_until(lambda: len(shop.received) == 2)
    assert len(dict(parse_qsl(shop.received[1].body))["signature"]) == 44


async def test_nothing_paid_nothing_to_refund(bank, shop, open_payzen):
    page = await open_payzen(bank, shop)
    assert (await control(bank, page, "refund")).status_code == 409
