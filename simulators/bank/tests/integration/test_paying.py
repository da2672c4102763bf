"""Whole payments over real HTTP: the pages, the messages to the shop, the way back."""

import asyncio
import base64
import re
import time
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from bank_simulator.settings import Settings

CHALLENGED = {"number": "4012 0010 3714 1112", "expiry": "12/40", "security_code": "123"}
FRICTIONLESS = CHALLENGED | {"number": "4012001038443335"}
NO_FUNDS = CHALLENGED | {"number": "4970105100000053"}


async def public_key(bank):
    return serialization.load_pem_public_key((await bank.get("/public-key.pem")).content)


def check_signature(key, query):
    """Verifies the text before the signature, exactly as received; returns it as pairs."""
    message, _, signature = query.rpartition("&sign=")
    key.verify(base64.b64decode(unquote(signature)), message.encode(), padding.PKCS1v15(), hashes.SHA1())
    return dict(pair.split("=", 1) for pair in message.split("&"))


async def pay(bank, page, card):
    response = await bank.post(f"{page}/card", data=card)
    assert response.status_code == 303, response.text
    return response.headers["location"]


async def code_on_the_telephone(bank, page):
    return "".join(re.findall(r'class="sms-code">(\d{3})\s(\d{3})<', (await bank.get(f"{page}/3ds")).text)[0])


async def test_a_card_with_code_is_paid_told_and_sent_back(bank, shop, open_payment, wait_until):
    page = await open_payment(bank, shop)
    form = await bank.get(page)
    assert "34,00&nbsp;EUR" in form.text
    assert "CANTINE SCOLAIRE D&#39;ALIXAN" in form.text
    assert "3 derniers chiffres au dos de la carte" in form.text

    assert await pay(bank, page, CHALLENGED) == f"{page}/3ds"
    assert shop.received == []
    code = await code_on_the_telephone(bank, page)
    answer = await bank.post(f"{page}/3ds", data={"code": f"{code[:3]} {code[3:]}"})
    assert answer.headers["location"] == f"{page}/result"
    await wait_until(lambda: len(shop.received) == 1)

    message = shop.received[0]
    assert (message.method, message.path) == ("GET", "/pay/callback")
    values = check_signature(await public_key(bank), message.query)
    assert list(values) == ["montant", "reference", "auto", "trans", "appel", "erreur", "date", "heure", "garantie3ds"]
    assert (values["montant"], values["reference"], values["erreur"]) == ("3400", "ADH-2022-0001", "00000")
    assert re.fullmatch("[0-9]{6}", values["auto"])
    assert re.fullmatch("[0-9]{2}:[0-9]{2}:[0-9]{2}", values["heure"]), "the colon travels as it is"

    ticket = await bank.get(f"{page}/result")
    assert "Paiement accepté" in ticket.text
    assert ticket.headers["refresh"] == f"8; url={page}/return"
    back = await bank.get(f"{page}/return")
    url = urlsplit(back.headers["location"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{shop.url}/pay/return/done"
    assert check_signature(await public_key(bank), url.query) == values


async def test_refused_then_accepted_on_one_reference_tells_both(bank, shop, open_payment, wait_until):
    page = await open_payment(bank, shop)
    assert await pay(bank, page, NO_FUNDS) == f"{page}/result"
    refusal = await bank.get(f"{page}/result")
    assert "La provision du compte est insuffisante." in refusal.text
    await wait_until(lambda: len(shop.received) == 1)
    assert await pay(bank, page, FRICTIONLESS) == f"{page}/result"
    await wait_until(lambda: len(shop.received) == 2)

    key = await public_key(bank)
    refused, accepted = (check_signature(key, message.query) for message in shop.received)
    assert refused["erreur"] == "00151"
    assert "auto" not in refused
    assert accepted["erreur"] == "00000"
    assert refused["trans"] != accepted["trans"]


async def test_giving_up_after_a_refusal_goes_to_the_refused_address(bank, shop, open_payment):
    page = await open_payment(bank, shop)
    await pay(bank, page, NO_FUNDS)
    left = await bank.post(f"{page}/give-up")
    back = await bank.get(left.headers["location"])
    assert back.headers["location"].startswith(f"{shop.url}/pay/return/refused?")
    assert check_signature(await public_key(bank), urlsplit(back.headers["location"]).query)["erreur"] == "00151"
    assert (await bank.get(page)).headers["location"] == f"{page}/result"


async def test_cancelling_sends_the_browser_back_and_no_message(bank, shop, open_payment):
    page = await open_payment(bank, shop)
    left = await bank.post(f"{page}/cancel")
    back = await bank.get(left.headers["location"])
    assert back.headers["location"].startswith(f"{shop.url}/pay/return/cancelled?")
    assert check_signature(await public_key(bank), urlsplit(back.headers["location"]).query)["erreur"] == "00001"
    state = (await bank.get("/control/payments")).json()[0]
    assert (state["status"], state["messages"]) == ("cancelled", [])
    refused = await bank.post(f"{page}/card", data=FRICTIONLESS)
    assert refused.headers["location"] == f"{page}/result"
    assert (await bank.get("/control/payments")).json()[0]["status"] == "cancelled"


async def test_three_wrong_codes_refuse_the_attempt(bank, shop, open_payment, wait_until):
    page = await open_payment(bank, shop)
    await pay(bank, page, CHALLENGED)
    code = await code_on_the_telephone(bank, page)
    wrong = {"code": f"{(int(code) + 1) % 1_000_000:06}"}
    malformed = await bank.post(f"{page}/3ds", data={"code": "12"})
    assert "Saisissez les 6 chiffres" in malformed.text
    assert "Il vous reste 2 essais." in (await bank.post(f"{page}/3ds", data=wrong)).text
    assert "Il vous reste 1 essai." in (await bank.post(f"{page}/3ds", data=wrong)).text
    assert (await bank.post(f"{page}/3ds", data=wrong)).headers["location"] == f"{page}/result"
    await wait_until(lambda: len(shop.received) == 1)
    assert check_signature(await public_key(bank), shop.received[0].query)["erreur"] == "00040"
    late = await bank.post(f"{page}/3ds", data={"code": code})
    assert late.headers["location"] == f"{page}/result"
    assert (await bank.get("/control/payments")).json()[0]["status"] == "open"


async def test_renouncing_the_code_refuses_the_attempt(bank, shop, open_payment, wait_until):
    page = await open_payment(bank, shop)
    await pay(bank, page, CHALLENGED)
    await bank.post(f"{page}/3ds/cancel")
    await wait_until(lambda: len(shop.received) == 1)
    assert check_signature(await public_key(bank), shop.received[0].query)["erreur"] == "00040"


async def test_codes_differ_from_one_payment_to_the_next(bank, shop, open_payment):
    codes = set()
    for number in range(4):
        page = await open_payment(bank, shop, PBX_CMD=f"CMD-{number}")
        await pay(bank, page, CHALLENGED)
        codes.add(await code_on_the_telephone(bank, page))
    assert len(codes) > 1


async def test_badly_typed_cards_are_shown_again_without_the_number_then_refused(bank, shop, open_payment, wait_until):
    page = await open_payment(bank, shop)
    typed = {"number": "4012001037141113", "expiry": "12/40", "security_code": "987"}
    for left in (4, 3, 2, 1):
        response = await bank.post(f"{page}/card", data=typed)
        assert response.status_code == 422
        assert re.search(rf"Il vous reste {left} essais?\.", response.text)
        assert "vérifiez les chiffres" in response.text
        assert 'value="12/40"' in response.text
        assert "4012001037141113" not in response.text
        assert "987" not in response.text
    assert (await bank.post(f"{page}/card", data=typed)).headers["location"] == f"{page}/result"
    await wait_until(lambda: len(shop.received) == 1)
    assert check_signature(await public_key(bank), shop.received[0].query)["erreur"] == "00004"


async def test_a_reference_is_paid_once_even_in_two_tabs(bank, shop, open_payment, wait_until):
    first, second = await open_payment(bank, shop), await open_payment(bank, shop)
    other_shop = await open_payment(bank, shop, PBX_RANG="33", PBX_IDENTIFIANT="107904483")
    await pay(bank, first, CHALLENGED)
    await pay(bank, second, CHALLENGED)
    for page in (first, second):
        await bank.post(f"{page}/3ds", data={"code": await code_on_the_telephone(bank, page)})
    await pay(bank, other_shop, FRICTIONLESS)
    await wait_until(lambda: len(shop.received) == 3)
    key = await public_key(bank)
    assert sorted(check_signature(key, message.query)["erreur"] for message in shop.received) == [
        "00000",
        "00000",
        "00015",
    ]
    assert "déjà été payée" in (await bank.get(f"{second}/result")).text
    assert "Paiement accepté" in (await bank.get(f"{other_shop}/result")).text


async def test_the_page_times_out_after_pbx_display(bank, shop, open_payment):
    page = await open_payment(bank, shop, PBX_DISPLAY="1")

    deadline = time.monotonic() + 30
    while (await bank.get(page)).status_code != 303:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert "Délai dépassé" in (await bank.get(f"{page}/result")).text
    assert (await bank.post(f"{page}/card", data=FRICTIONLESS)).headers["location"] == f"{page}/result"
    back = urlsplit((await bank.get(f"{page}/return")).headers["location"])
    assert back.path == "/pay/return/cancelled"
    assert check_signature(await public_key(bank), back.query)["erreur"] == "00030"
    assert shop.received == []


async def test_post_notifications_and_shop_parameters(bank, shop, open_payment, wait_until):
    page = await open_payment(
        bank,
        shop,
        PBX_RUF1="POST",
        PBX_REPONDRE_A=f"{shop.url}/notify?shop=1",
        PBX_EFFECTUE=f"{shop.url}/done?shop=1",
        PBX_CMD="a b,c@d:e/f",
    )
    await pay(bank, page, FRICTIONLESS)
    await wait_until(lambda: len(shop.received) == 1)
    message = shop.received[0]
    assert (message.method, message.query) == ("POST", "shop=1")
    key = await public_key(bank)
    assert check_signature(key, message.body)["reference"] == "a%20b,c@d:e/f"
    back = urlsplit((await bank.get(f"{page}/return")).headers["location"])
    assert check_signature(key, back.query)["shop"] == "1", "on the way back the shop's own parameters are signed too"


async def test_raw_characters_reach_the_shop_in_a_get_too(bank, shop, open_payment, wait_until):
    page = await open_payment(bank, shop, PBX_REPONDRE_A=f"{shop.url}/notify?shop=1", PBX_CMD="a b,c@d:e/f")
    await pay(bank, page, FRICTIONLESS)
    await wait_until(lambda: len(shop.received) == 1)
    query = shop.received[0].query
    assert query.startswith("shop=1&montant=3400&reference=a%20b,c@d:e/f&")
    check_signature(await public_key(bank), query.removeprefix("shop=1&"))


async def test_options_of_the_request_change_the_attempt(bank, shop, open_payment):
    mandated = await open_payment(bank, shop, PBX_SOUHAITAUTHENT="04")
    assert await pay(bank, mandated, FRICTIONLESS) == f"{mandated}/3ds"
    forced = await open_payment(bank, shop, PBX_ERRORCODETEST="00105")
    await pay(bank, forced, FRICTIONLESS)
    assert "Votre banque a refusé le paiement" in (await bank.get(f"{forced}/result")).text


async def test_without_addresses_the_ticket_stands_alone(bank, shop, open_payment):
    page = await open_payment(bank, shop, PBX_EFFECTUE=None, PBX_REPONDRE_A=None)
    await pay(bank, page, FRICTIONLESS)
    ticket = await bank.get(f"{page}/result")
    assert "Vous pouvez fermer cette page." in ticket.text
    assert "refresh" not in ticket.headers
    assert (await bank.get(f"{page}/return")).headers["location"] == f"{page}/result"
    assert shop.received == []


async def test_a_wrong_request_is_explained_and_opens_nothing(bank, shop, post_request):
    refused = await post_request(bank, shop, PBX_TOTAL="34.00")
    assert refused.status_code == 400
    assert "PBX_TOTAL" in refused.text
    big = await bank.post("/php/", content=b"a=" + b"x" * 70_000)
    assert big.status_code == 400
    assert (await bank.get("/control/payments")).json() == []


async def test_the_policy_lets_forms_end_at_the_shop_only(bank, shop, open_payment):
    page = await open_payment(bank, shop)
    policy = (await bank.get(page)).headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert policy.endswith(f"form-action 'self' {shop.url}")


async def test_signs_of_life_and_unknown_pages(bank):
    assert ">OK<" in (await bank.get("/load.html")).text
    assert (await bank.get("/health/live")).json() == {"status": "ok"}
    assert (await bank.get("/health/ready")).status_code == 200
    for path in ("/pay/unknown", "/pay/unknown/result", "/nowhere"):
        missing = await bank.get(path)
        assert (missing.status_code, "Page introuvable" in missing.text) == (404, True)


async def test_what_was_paid_survives_a_restart(start_bank, shop, open_payment, tmp_path):
    settings = Settings(state_dir=tmp_path)
    async with start_bank(settings) as bank:
        await pay(bank, await open_payment(bank, shop), FRICTIONLESS)
        pem = (await bank.get("/public-key.pem")).content
        assert (await bank.get("/control/payments")).status_code == 404, "the control address is closed by default"
    async with start_bank(settings) as bank:
        page = await open_payment(bank, shop)
        await pay(bank, page, FRICTIONLESS)
        assert "déjà été payée" in (await bank.get(f"{page}/result")).text
        assert (await bank.get("/public-key.pem")).content == pem
        assert "payé" in (await bank.get("/")).text
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert FRICTIONLESS["number"].encode() not in kept


async def test_the_bank_stands_on_the_day_of_the_demonstration(start_bank, shop, open_payment, wait_until):
    """The ticket, the message and the card's validity follow the business clock; the page's time-out does not."""
    day = datetime(2022, 7, 4, 9, tzinfo=UTC)
    offset = (day - datetime.now(UTC)).total_seconds()
    async with start_bank(Settings(clock_offset_seconds=offset)) as bank:
        page = await open_payment(bank, shop)
        await pay(bank, page, FRICTIONLESS | {"expiry": "07/22"})
        await wait_until(lambda: len(shop.received) == 1)
        assert check_signature(await public_key(bank), shop.received[0].query)["date"] == "04072022"
        assert "04/07/2022 à 11:00" in (await bank.get(f"{page}/result")).text
