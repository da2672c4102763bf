"""Paybox Direct tells a shop's server whether a payment was made (00011) and what became of it (00017)."""

import base64
import hashlib
import hmac
import itertools
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, unquote
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from bank_simulator.settings import Settings

ACCEPTED = {"number": "4012001038443335", "expiry": "12/40", "security_code": "123"}
REFUSED = ACCEPTED | {"number": "4970105100000053"}
HMAC_KEY = "0123456789ABCDEF" * 8
PARIS = ZoneInfo("Europe/Paris")


def today(days=0):
    return f"{datetime.now(PARIS) + timedelta(days=days):%d%m%Y}"


@pytest.fixture
def direct():
    """Asks Paybox Direct; the seal is computed here and not by the simulator."""
    numbers = itertools.count(1)

    def asking(bank):
        async def ask(kind, key=HMAC_KEY, **values):
            fields = {
                "VERSION": "00104",
                "TYPE": kind,
                "SITE": "1999888",
                "RANG": "32",
                "IDENTIFIANT": "107904482",
                "NUMQUESTION": f"{next(numbers):010}",
                "MONTANT": "0000003400",
                "DEVISE": "978",
                "REFERENCE": "ADH-2022-0001",
                "DATEQ": today() if kind == "00011" else f"{today()}120000",
                "HASH": "SHA512",
            } | values
            text = "&".join(f"{name}={value}" for name, value in fields.items())
            seal = hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha512).hexdigest().upper()
            response = await bank.post("/PPPS.php", data=fields | {"HMAC": seal})
            if response.status_code != 200:
                return {"status": response.status_code}
            answer = dict(pair.split("=") for pair in response.content.decode("iso-8859-1").split("&"))
            assert [answer[name] for name in ("SITE", "NUMQUESTION")] == [fields["SITE"], fields["NUMQUESTION"]]
            return answer

        return ask

    return asking


async def control(bank, page, step):
    return await bank.post(f"/control/payments/{page.removeprefix('/pay/')}/{step}", json={})


async def behave(bank, **behaviour):
    order = {"behaviour": behaviour, "reference": "ADH-2022-0001"}
    assert (await bank.put("/control/behaviour", json=order)).status_code == 204


async def told(ask):
    """STATUS of what 00011 finds."""
    found = await ask("00011")
    assert found["CODEREPONSE"] == "00000", found
    answer = await ask("00017", NUMTRANS=found["NUMTRANS"], NUMAPPEL=found["NUMAPPEL"])
    assert [answer[name] for name in ("CODEREPONSE", "NUMTRANS")] == ["00000", found["NUMTRANS"]]
    return answer


async def test_a_payment_is_found_by_the_numbers_of_its_message(bank, shop, open_payment, direct, wait_until):
    ask = direct(bank)
    assert (await ask("00011"))["CODEREPONSE"] == "00018"
    page = await open_payment(bank, shop)
    assert (await ask("00011"))["CODEREPONSE"] == "00018"
    await bank.post(f"{page}/card", data=ACCEPTED)
    await wait_until(lambda: shop.received)
    message = dict(parse_qsl(shop.received[-1].query))
    found = await ask("00011")
    assert (int(found["NUMTRANS"]), int(found["NUMAPPEL"])) == (int(message["trans"]), int(message["appel"]))
    assert found["AUTORISATION"] == message["auto"]
    only_by_transaction = await ask("00017", NUMTRANS=found["NUMTRANS"])
    assert (only_by_transaction["STATUS"], only_by_transaction["AUTORISATION"]) == ("Autorisé", message["auto"])
    assert "MONTANT" not in only_by_transaction
    for other in ({"REFERENCE": "ADH-2022-0002"}, {"MONTANT": "0000003401"}, {"DATEQ": today(-1)}):
        assert (await ask("00011", **other))["CODEREPONSE"] == "00018", other
    other_shop = {"RANG": "33", "IDENTIFIANT": "107904483"}
    assert (await ask("00011", **other_shop))["CODEREPONSE"] == "00018"
    assert (await ask("00017", NUMTRANS=found["NUMTRANS"], **other_shop))["CODEREPONSE"] == "00018"


async def test_another_merchant_s_payment_is_signed_alike_and_known_to_that_shop_only(
    bank, shop, request_fields, sealed, direct, wait_until
):
    """Our amount, our reference, our address: the message is what ours would be."""
    theirs = {"SITE": "1999777", "RANG": "01", "IDENTIFIANT": "987654321"}
    key = "FEDCBA9876543210" * 8
    fields = request_fields(shop.url, **{f"PBX_{name}": value for name, value in theirs.items()})
    assert (await bank.post("/php/", data=dict(sealed(fields)))).status_code == 400, "under our key it is not theirs"
    page = (await bank.post("/php/", data=dict(sealed(fields, key)))).headers["location"]
    await bank.post(f"{page}/card", data=ACCEPTED)
    await wait_until(lambda: shop.received)
    text, _, signature = shop.received[-1].query.rpartition("&sign=")
    public_key = serialization.load_pem_public_key((await bank.get("/public-key.pem")).content)
    public_key.verify(base64.b64decode(unquote(signature)), text.encode(), padding.PKCS1v15(), hashes.SHA1())
    message = dict(parse_qsl(text))
    assert (message["reference"], message["montant"]) == ("ADH-2022-0001", "3400")
    ask = direct(bank)
    numbers = {"NUMTRANS": f"{message['trans']:0>10}", "NUMAPPEL": f"{message['appel']:0>10}"}
    assert [(await ask("00011"))["CODEREPONSE"], (await ask("00017", **numbers))["CODEREPONSE"]] == ["00018", "00018"]
    assert (await ask("00017", key, **numbers, **theirs))["STATUS"] == "Autorisé"


async def test_the_words_of_a_payment_s_life(bank, shop, open_payment, direct):
    ask = direct(bank)
    page = await open_payment(bank, shop)
    await bank.post(f"{page}/card", data=REFUSED)
    refused = await told(ask)
    assert (refused["STATUS"], refused["AUTORISATION"]) == ("Refusé", "")
    await bank.post(f"{page}/card", data=ACCEPTED)
    paid = await told(ask)
    assert (paid["STATUS"], "REMISE" in paid) == ("Autorisé", False)
    assert paid["NUMTRANS"] != refused["NUMTRANS"]
    await control(bank, page, "night")
    captured = await told(ask)
    assert (captured["STATUS"], len(captured["REMISE"])) == ("Capturé", 9)
    await control(bank, page, "refund")
    assert (await told(ask))["STATUS"] == "Remboursé"


async def test_the_paid_card_is_found_also_when_another_was_refused_after_it(bank, shop, open_payment, direct):
    """Two tabs of one reference."""
    ask = direct(bank)
    pages = [await open_payment(bank, shop) for _ in range(2)]
    await bank.post(f"{pages[0]}/card", data=ACCEPTED)
    paid = await told(ask)
    await bank.post(f"{pages[1]}/card", data=ACCEPTED)
    assert (await told(ask))["NUMTRANS"] == paid["NUMTRANS"]


async def test_cancelled_before_the_capture(bank, shop, open_payment, direct):
    ask = direct(bank)
    page = await open_payment(bank, shop)
    await bank.post(f"{page}/card", data=ACCEPTED)
    await control(bank, page, "refund")
    assert (await told(ask))["STATUS"] == "Annulé"


WRONG = (
    ("00011", {"VERSION": "00103"}, "00013"),
    ("00012", {}, "00009"),
    ("00011", {"SITE": "199988"}, "00006"),
    ("00011", {"IDENTIFIANT": "1"}, "00006"),
    ("00011", {"key": "00" * 64}, "00006"),
    ("00017", {"NUMTRANS": "0000000077", "key": "00" * 64}, "00006"),
    ("00011", {"HASH": "SHA256"}, "00014"),
    ("00011", {"NUMQUESTION": "7"}, "00005"),
    ("00011", {"NUMQUESTION": "2147483648"}, "00005"),
    ("00011", {"MONTANT": "3400"}, "00011"),
    ("00011", {"DEVISE": "840"}, "00010"),
    ("00011", {"REFERENCE": ""}, "00012"),
    ("00011", {"DATEQ": "04072022120000"}, "00007"),
    ("00011", {"DATEQ": "32012022"}, "00007"),
    ("00017", {"NUMTRANS": "77"}, "00015"),
    ("00017", {"NUMTRANS": "0000000077", "NUMAPPEL": "x"}, "00015"),
    ("00017", {"NUMTRANS": "0000000077"}, "00018"),
)


async def test_wrong_questions(bank, shop, open_payment, direct):
    ask = direct(bank)
    page = await open_payment(bank, shop)
    await bank.post(f"{page}/card", data=ACCEPTED)
    for kind, values, code in WRONG:
        assert (await ask(kind, **values))["CODEREPONSE"] == code, (kind, values)
    assert (await ask("00011", NUMQUESTION="2147483647"))["CODEREPONSE"] == "00000"


async def test_a_number_serves_once_a_day_whatever_is_asked(bank, shop, open_payment, direct):
    ask = direct(bank)
    page = await open_payment(bank, shop)
    assert (await ask("00011", NUMQUESTION="0000000700"))["CODEREPONSE"] == "00018"
    await bank.post(f"{page}/card", data=ACCEPTED)
    assert (await ask("00011", NUMQUESTION="0000000700"))["CODEREPONSE"] == "00005"
    found = await ask("00011", NUMQUESTION="0000000701")
    numbers = {name: found[name] for name in ("NUMTRANS", "NUMAPPEL")}
    assert (await ask("00014", NUMQUESTION="0000000701", **numbers))["CODEREPONSE"] == "00005"
    assert (await ask("00014", NUMQUESTION="0000000702", **numbers))["CODEREPONSE"] == "00000"


async def test_what_tests_may_ask_for(bank, shop, open_payment, direct):
    ask = direct(bank)
    page = await open_payment(bank, shop)
    await bank.post(f"{page}/card", data=ACCEPTED)
    await behave(bank, amount_cents=3399, currency="840", test_platform=True)
    answer = await told(ask)
    assert [answer[name] for name in ("MONTANT", "DEVISE", "AUTORISATION")] == ["0000003399", "840", "XXXXXX"]
    await behave(bank, fault="00003")
    assert (await ask("00011"))["CODEREPONSE"] == "00003"
    await behave(bank, fault="unavailable")
    assert await ask("00011") == {"status": 503}
    assert await ask("00017", NUMTRANS=answer["NUMTRANS"]) == {"status": 503}


async def test_the_day_is_the_real_one_wherever_the_business_clock_stands(start_bank, shop, open_payment, direct):
    settings = Settings(bank_control=True, clock_offset_seconds=-1000 * 86_400 + 3600)
    async with start_bank(settings) as bank:
        page = await open_payment(bank, shop)
        await bank.post(f"{page}/card", data=ACCEPTED)
        assert (await direct(bank)("00011"))["CODEREPONSE"] == "00000"
