"""PayFiP over real HTTP: the web service, the page, the hint to the régie, the way back."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import fromstring

import pytest

from bank_simulator.settings import Settings

CARD = {"number": "4012001038443335", "expiry": "12/40", "security_code": "123"}
NO_FUNDS = CARD | {"number": "4970105100000053"}
CHALLENGED = CARD | {"number": "4012001037141112"}
ACCOUNT = {"holder": "Claire Martin", "iban": "FR76 3000 1007 9412 3456 7890 185"}
REFUSED_ACCOUNT = ACCOUNT | {"iban": "FR14 2004 1010 0505 0001 3M02 606"}


def idop_of(page):
    return page.removeprefix("/pay/")


def values_of(response):
    assert response.status_code == 200, response.text
    returned = fromstring(response.content).find(".//return")
    return {element.tag: element.text for element in returned}


def fault_of(response):
    assert response.status_code == 500, response.text
    detail = next(iter(fromstring(response.content).find(".//detail")))
    return detail.tag.partition("}")[2], detail.findtext("code")


async def behave(bank, reference=None, **behaviour):
    order = {"behaviour": behaviour} | ({"reference": reference} if reference else {})
    assert (await bank.put("/control/behaviour", json=order)).status_code == 204


async def control(bank, page, step, **order):
    return await bank.post(f"/control/payments/{idop_of(page)}/{step}", json=order)


@pytest.fixture
def detail(payfip_call):
    async def ask(bank, page):
        return await payfip_call(bank, "recupererDetailPaiementSecurise", idOp=idop_of(page))

    return ask


async def test_a_card_is_paid_hinted_and_asked_about(bank, shop, open_payfip, detail, wait_until):
    page = await open_payfip(bank, shop)
    form = await bank.get(page)
    assert "34,00&nbsp;EUR" in form.text
    assert "REGIE ENFANCE DE CRUAS" in form.text
    assert fault_of(await detail(bank, page)) == ("FonctionnelleErreur", "P5")
    paid = await bank.post(f"{page}/card", data=CARD)
    assert paid.headers["location"] == f"{page}/result"
    await wait_until(lambda: len(shop.received) == 1)
    message = shop.received[0]
    assert (message.method, message.path, message.body) == ("POST", "/pay/ipn", f"idop={idop_of(page)}")

    told = values_of(await detail(bank, page))
    authorisation = told.pop("numauto")
    assert re.fullmatch("[0-9]{6}", authorisation)
    assert re.fullmatch("[0-9]{8}", told.pop("dattrans"))
    assert re.fullmatch("[0-9]{4}", told.pop("heurtrans"))
    assert told == {
        "exer": "20",
        "idOp": idop_of(page),
        "mel": "claire.martin@example.org",
        "montant": "3400",
        "numcli": "007001",
        "objet": "Adhesion 2022",
        "refdet": "ADH20220001",
        "resultrans": "P",
        "saisie": "W",
    }
    back = await bank.get(f"{page}/return")
    assert back.headers["location"] == f"{shop.url}/pay/return?idop={idop_of(page)}"


async def test_a_refused_card_ends_the_operation(bank, shop, open_payfip, detail, wait_until):
    page = await open_payfip(bank, shop)
    await bank.post(f"{page}/card", data=NO_FUNDS)
    ticket = (await bank.get(f"{page}/result")).text
    assert "Paiement refusé" in ticket
    assert "Essayer une autre carte" not in ticket
    await wait_until(lambda: len(shop.received) == 1)
    told = values_of(await detail(bank, page))
    assert told["resultrans"] == "R"
    assert "numauto" not in told
    again = await bank.post(f"{page}/card", data=CARD)
    assert again.headers["location"] == f"{page}/result"
    assert values_of(await detail(bank, page))["resultrans"] == "R"
    other = await open_payfip(bank, shop)
    await bank.post(f"{other}/card", data=CARD)
    assert values_of(await detail(bank, other))["resultrans"] == "P", "another operation of the same reference"


async def test_the_code_can_be_right_wrong_or_declined(bank, shop, open_payfip, detail):
    page = await open_payfip(bank, shop)
    await bank.post(f"{page}/card", data=CHALLENGED)
    assert (await bank.get(page)).headers["location"] == f"{page}/3ds", "the one try waits for its code"
    assert fault_of(await detail(bank, page))[1] == "P5"
    code = (await bank.get(f"/control/payments/{idop_of(page)}/challenge")).json()["code"]
    await bank.post(f"{page}/3ds", data={"code": code})
    assert values_of(await detail(bank, page))["resultrans"] == "P"
    for attempts in (3, 0):
        page = await open_payfip(bank, shop)
        await bank.post(f"{page}/card", data=CHALLENGED)
        right = (await bank.get(f"/control/payments/{idop_of(page)}/challenge")).json()["code"]
        for _ in range(attempts):
            await bank.post(f"{page}/3ds", data={"code": f"{(int(right) + 1) % 1_000_000:06}"})
        if not attempts:
            await bank.post(f"{page}/3ds/cancel")
        assert values_of(await detail(bank, page))["resultrans"] == "R"


async def test_a_direct_debit_is_accepted_and_rejected_later(bank, shop, open_payfip, detail, wait_until):
    page = await open_payfip(bank, shop)
    assert f'href="{page}/debit"' in (await bank.get(page)).text
    assert "Comptes d'essai" in (await bank.get(f"{page}/debit")).text.replace("&#39;", "'")
    assert (await control(bank, page, "reject-debit")).status_code == 409
    await bank.post(f"{page}/debit", data=ACCOUNT)
    ticket = (await bank.get(f"{page}/result")).text
    assert "Paiement accepté" in ticket
    assert "sera débité dans quelques jours" in ticket
    told = values_of(await detail(bank, page))
    assert told["resultrans"] == "V"
    assert told["numauto"].endswith("-tip")
    await wait_until(lambda: len(shop.received) == 1)
    assert (await control(bank, page, "reject-debit")).status_code == 200
    await wait_until(lambda: len(shop.received) == 2)
    assert shop.received[0].body == shop.received[1].body, "the hint says nothing of what changed"
    assert values_of(await detail(bank, page))["resultrans"] == "Z"
    assert (await control(bank, page, "reject-debit")).status_code == 409


async def test_a_direct_debit_is_refused(bank, shop, open_payfip, detail):
    page = await open_payfip(bank, shop)
    wrong = await bank.post(f"{page}/debit", data=ACCOUNT | {"iban": "FR7630001007941234567890186"})
    assert wrong.status_code == 422
    assert "vérifiez les caractères" in wrong.text
    assert "30001007941234567890186" not in wrong.text
    assert 'value="Claire Martin"' in wrong.text
    await bank.post(f"{page}/debit", data=REFUSED_ACCOUNT)
    assert values_of(await detail(bank, page))["resultrans"] == "Z"
    assert "prélèvement a été refusé" in (await bank.get(f"{page}/result")).text


async def test_giving_up_may_come_before_paying(bank, shop, open_payfip, detail, wait_until):
    page = await open_payfip(bank, shop)
    left = await bank.post(f"{page}/cancel")
    assert (await bank.get(left.headers["location"])).headers["location"].startswith(f"{shop.url}/pay/return?idop=")
    await wait_until(lambda: len(shop.received) == 1)
    assert values_of(await detail(bank, page))["resultrans"] == "A"
    assert (await bank.get(page)).headers["location"] == f"{page}/result"
    await bank.get("/tpa/paiementws.web", params={"idop": idop_of(page)})
    assert fault_of(await detail(bank, page))[1] == "P5"
    await bank.post(f"{page}/card", data=CARD)
    await wait_until(lambda: len(shop.received) == 2)
    assert values_of(await detail(bank, page))["resultrans"] == "P"


async def test_an_operation_lives_fifteen_minutes_then_is_forgotten_in_the_night(bank, shop, open_payfip, detail):
    page = await open_payfip(bank, shop)
    state = (await bank.get(f"/control/payments/{idop_of(page)}")).json()
    life = datetime.fromisoformat(state["expires_at"]) - datetime.fromisoformat(state["created_at"])
    assert life == timedelta(minutes=15)
    await control(bank, page, "expire")
    await bank.post(f"{page}/card", data=CARD)
    assert fault_of(await detail(bank, page))[1] == "P5", "never paid, but not known as such before the night"
    await control(bank, page, "night")
    assert fault_of(await detail(bank, page))[1] == "P1"
    assert shop.received == []
    given_up = await open_payfip(bank, shop)
    await bank.post(f"{given_up}/cancel")
    await control(bank, given_up, "expire")
    await bank.get("/tpa/paiementws.web", params={"idop": idop_of(given_up)})
    assert values_of(await detail(bank, given_up))["resultrans"] == "A", "too late to take it up again"


async def test_what_was_paid_is_known_after_the_night(bank, shop, open_payfip, detail):
    page = await open_payfip(bank, shop)
    await bank.post(f"{page}/card", data=CARD)
    await control(bank, page, "night")
    assert values_of(await detail(bank, page))["resultrans"] == "P"


async def test_an_unknown_operation_is_p1_and_has_no_page(bank, shop, open_payment, payfip_call, detail):
    assert fault_of(await payfip_call(bank, "recupererDetailPaiementSecurise", idOp="nothing"))[1] == "P1"
    assert fault_of(await payfip_call(bank, "recupererDetailPaiementSecurise"))[1] == "P1"
    assert (await bank.get("/tpa/paiementws.web")).status_code == 404
    paybox = await open_payment(bank, shop)
    assert fault_of(await detail(bank, paybox))[1] == "P1"
    assert (await bank.get("/tpa/paiementws.web", params={"idop": idop_of(paybox)})).status_code == 404


async def test_orders_are_refused_by_their_code(bank, shop, payfip_call, payfip_order):
    async def refused(**changes):
        return fault_of(await payfip_call(bank, "creerPaiementSecurise", **payfip_order(shop.url, **changes)))

    assert await refused(mel="nobody") == ("FonctionnelleErreur", "A2")
    assert await refused(refdet="ABCD") == ("FonctionnelleErreur", "R3")
    assert await refused(numcli="999999") == ("FonctionnelleErreur", "T2")
    backwards = dict(reversed(payfip_order(shop.url).items()))
    assert fault_of(await payfip_call(bank, "creerPaiementSecurise", **backwards))[0] == "TechProtocolaireErreur"
    assert (await bank.get("/control/payments")).json() == []


async def test_the_client_is_described(bank, payfip_call):
    assert values_of(await payfip_call(bank, "recupererDetailClient", numCli="007001")) == {
        "libelleN1": "COMMUNE DE CRUAS",
        "libelleN2": "REGIE ENFANCE DE CRUAS",
        "libelleN3": "CANTINE ET PERISCOLAIRE",
    }
    assert fault_of(await payfip_call(bank, "recupererDetailClient", numCli="7001"))[1] == "T1"


async def test_only_xml_is_read(bank):
    assert (await bank.post("/tpa/services/securite", json={})).status_code == 415
    broken = await bank.post("/tpa/services/securite", content=b"<", headers={"Content-Type": "text/xml"})
    assert fault_of(broken)[0] == "TechProtocolaireErreur"
    huge = await bank.post("/tpa/services/securite", content=b" " * 70_000, headers={"Content-Type": "text/xml"})
    assert huge.status_code == 400


async def test_test_payments_say_so(bank, shop, open_payfip, detail):
    page = await open_payfip(bank, shop, saisie="T")
    await bank.post(f"{page}/card", data=CARD)
    assert values_of(await detail(bank, page))["saisie"] == "T"
    await behave(bank, "REAL01", test_platform=True, amount_cents=100, merchant="007002")
    page = await open_payfip(bank, shop, refdet="REAL01")
    await bank.post(f"{page}/card", data=CARD)
    told = values_of(await detail(bank, page))
    assert (told["saisie"], told["montant"], told["numcli"]) == ("T", "100", "007002")


async def test_faults_on_purpose(bank, shop, open_payfip, payfip_call, payfip_order, detail):
    await behave(bank, fault="TechIndisponibiliteErreur")
    order = payfip_order(shop.url)
    failed = await payfip_call(bank, "creerPaiementSecurise", **order)
    assert fault_of(failed)[0] == "TechIndisponibiliteErreur"
    page = await open_payfip(bank, shop)
    await bank.post(f"{page}/card", data=CARD)
    await behave(bank, "ADH20220001", fault="P5")
    assert fault_of(await detail(bank, page)) == ("FonctionnelleErreur", "P5")
    await behave(bank, "ADH20220001", fault="unavailable")
    assert (await detail(bank, page)).status_code == 503
    assert (await payfip_call(bank, "creerPaiementSecurise", **order)).status_code == 503
    await bank.delete("/control/behaviour")
    assert values_of(await detail(bank, page))["resultrans"] == "P"


async def test_hints_travel_in_several_ways_doubled_lost_and_sent_again(bank, shop, open_payfip, wait_until):
    await behave(bank, "OTHERWAY", method="GET", idop_name="idOp", duplicates=1)
    page = await open_payfip(bank, shop, refdet="OTHERWAY", urlnotif=f"{shop.url}/pay/ipn?own=1")
    await bank.post(f"{page}/card", data=CARD)
    await wait_until(lambda: len(shop.received) == 2)
    assert [(hint.method, hint.query) for hint in shop.received] == [("GET", f"own=1&idOp={idop_of(page)}")] * 2
    await behave(bank, "LOSTONE", drop=True)
    page = await open_payfip(bank, shop, refdet="LOSTONE")
    await bank.post(f"{page}/cancel")
    state = (await bank.get(f"/control/payments/{idop_of(page)}")).json()
    assert [message["status"] for message in state["messages"]] == ["dropped"]
    assert (await control(bank, page, "resend")).json()["status"] == "answered"
    assert len(shop.received) == 3


async def test_nothing_is_given_back(bank, shop, open_payfip):
    page = await open_payfip(bank, shop)
    await bank.post(f"{page}/card", data=CARD)
    assert (await control(bank, page, "refund")).status_code == 409


async def test_cards_only_elsewhere(bank, shop, open_payment):
    page = await open_payment(bank, shop)
    assert "/debit" not in (await bank.get(page)).text
    assert (await bank.get(f"{page}/debit")).headers["location"] == page
    assert (await bank.post(f"{page}/debit", data=ACCOUNT)).headers["location"] == page
    assert (await bank.get("/control/payments")).json()[0]["status"] == "open"


async def test_dates_are_the_banks(start_bank, shop, open_payfip, detail):
    offset = (datetime(2022, 7, 4, 9, 5, tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    async with start_bank(Settings(clock_offset_seconds=offset)) as bank:
        page = await open_payfip(bank, shop)
        await bank.post(f"{page}/card", data=CARD)
        told = values_of(await detail(bank, page))
        assert told["dattrans"] == "04072022"
        assert told["heurtrans"] in {"1105", "1106"}


async def test_an_account_number_is_never_kept(start_bank, shop, open_payfip, tmp_path):
    async with start_bank(Settings(state_dir=tmp_path)) as bank:
        page = await open_payfip(bank, shop)
        await bank.post(f"{page}/debit", data=ACCOUNT)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"30001007941234567890185" not in kept
