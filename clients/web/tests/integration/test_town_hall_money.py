"""The régisseur's days and files, the administrator's contracts, the parent's receipt."""

import re

import pytest
from fake_api.world import ADMINISTRATOR_USER, FAMILY, REGIE, STAFF_USER, World, an_id
from reading import words

from conftest import Visitor

pytestmark = pytest.mark.integration

REGIES = "/mairie/paiement-en-ligne"
CONTRACT = f"{REGIES}/{REGIE}"
PAYBOX = {"protocol": "paybox", "mode": "test", "shop_name": "CANTINE", "bank_public_key_pem": "PEM"}
KEY = "0123456789ABCDEF" * 8


@pytest.fixture
async def administrator(visitor: Visitor) -> Visitor:
    await visitor.log_in(user=ADMINISTRATOR_USER)
    return visitor


@pytest.mark.parametrize(
    "path", ["/mairie/encaissements", "/mairie/rapprochements", "/mairie/paiement-en-ligne", CONTRACT]
)
async def test_an_agent_is_told_whose_page_it_is(visitor: Visitor, path: str) -> None:
    await visitor.log_in(user=STAFF_USER)
    page = await visitor.get(path)
    assert page.status_code == 403
    assert "réservée" in page.text


async def test_a_day_with_totals_and_the_banks_numbers(regisseur: Visitor) -> None:
    page = (await regisseur.get("/mairie/encaissements")).text
    for told in ("68,00", "10,00", "58,00", "700000001", "900", "REF-1", "Lundi 4 juillet 2022", "ESSAI"):
        assert told in page, told
    assert "Cantine &lt;d&#39;Alixan&gt;" in page
    assert 'href="?jour=2022-07-01"' in page
    assert "n'a rien encaissé" in (await regisseur.get("/mairie/encaissements?jour=2022-07-05")).text.replace(
        "&#39;", "'"
    )


async def test_the_file_is_saved_not_shown(regisseur: Visitor) -> None:
    answer = await regisseur.get("/mairie/encaissements/export?du=2022-07-01&au=2022-07-04")
    assert answer.headers["content-disposition"] == 'attachment; filename="encaissements-2022-07-01-2022-07-04.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfJour")


async def test_payments_are_looked_up(regisseur: Visitor, world: World) -> None:
    world.request_payment("invoices", an_id("reference"), 3400, "Facture 2209001")
    assert "Facture 2209001" in (await regisseur.get("/mairie/paiements?recherche=22070412&montant=34,00")).text
    assert "Facture 2209001" in (await regisseur.get("/mairie/paiements?nom=martin")).text
    for nothing in ("recherche=2207", "montant=34,01", "nom=personne"):
        assert "Aucun paiement ne correspond" in (await regisseur.get(f"/mairie/paiements?{nothing}")).text, nothing
    assert (await regisseur.get("/mairie/paiements?montant=beaucoup")).status_code in {400, 404, 422}
    assert (await regisseur.get(f"/mairie/paiements?famille={FAMILY}")).status_code == 200


async def send(visitor: Visitor, content: bytes, regie: str = REGIE):
    page = await visitor.get("/mairie/rapprochements")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    headers = {"Origin": "http://alixan.localhost", "Sec-Fetch-Site": "same-origin"}
    data = {"csrf_token": token, "regie": regie}
    return await visitor.post(
        "/mairie/rapprochements", data=data, files={"file": ("juillet.csv", content)}, headers=headers
    )


async def test_a_payfip_file_is_compared(regisseur: Visitor, world: World) -> None:
    assert "Aucune régie n'encaisse par PayFiP" in (await regisseur.get("/mairie/rapprochements")).text.replace(
        "&#39;", "'"
    )
    world.town_hall.contract = {"protocol": "payfip", "mode": "test", "shop_name": "CANTINE"}
    answer = await send(regisseur, b"EN-TETE\nPIED-DE-PAGE")
    assert answer.status_code == 303
    page = (await regisseur.get(answer.headers["location"])).text
    assert "INCONNUE01" in page
    assert "ligne 3" in page
    assert "juillet.csv" in (await regisseur.get("/mairie/rapprochements")).text


async def test_a_bad_file_says_where(regisseur: Visitor, world: World) -> None:
    world.town_hall.contract = {"protocol": "payfip", "mode": "test", "shop_name": "CANTINE"}
    answer = await send(regisseur, b"n'importe quoi")
    assert answer.status_code == 422
    assert "Ligne 3 : la date" in answer.text
    assert (await send(regisseur, b"EN-TETE", regie="pas-un-id")).status_code == 422
    assert world.town_hall.sent_files == []


async def test_a_contract_is_given_and_its_key_never_shown(administrator: Visitor, world: World) -> None:
    assert "Pas encore de contrat" in (await administrator.get("/mairie/paiement-en-ligne")).text
    fields = PAYBOX | {"site": "1999888", "hmac_key": KEY}
    answer = await administrator.submit(CONTRACT, fields, seen_on=CONTRACT)
    assert answer.status_code == 303, answer.text
    page = (await administrator.get(answer.headers["location"])).text
    assert "ESSAI : aucun argent réel" in page
    assert "Enregistré le 4 juillet 2022 à 09:00" in page
    assert KEY not in page
    changed = PAYBOX | {"site": "1999888", "mode": "production", "hmac_key": ""}
    await administrator.submit(CONTRACT, changed, seen_on=CONTRACT)
    assert world.town_hall.contract is not None
    assert (world.town_hall.contract["mode"], world.town_hall.contract["hmac_key"]) == ("production", KEY)
    assert "PRODUCTION : argent réel" in (await administrator.get("/mairie/paiement-en-ligne")).text


async def test_a_wrong_field_is_named_and_nothing_typed_is_lost(administrator: Visitor, world: World) -> None:
    refused = await administrator.submit(CONTRACT, PAYBOX | {"site": "12", "hmac_key": KEY}, seen_on=CONTRACT)
    assert refused.status_code == 422
    assert "À vérifier : Site (PBX_SITE)." in refused.text
    assert 'value="CANTINE"' in refused.text
    assert KEY not in refused.text
    assert world.town_hall.contract is None


async def test_another_bank_has_its_own_form(administrator: Visitor, world: World) -> None:
    world.town_hall.contract = {**PAYBOX, "site": "1999888", "hmac_key": KEY}
    page = (await administrator.get(f"{CONTRACT}?protocole=payfip")).text
    assert "changer la régie de banque" in page
    assert 'value="https://payfip/"' in page
    assert "Dans l&#39;espace marchand de PayFiP, donnez" in page, "what to set at the bank chosen"
    assert (await administrator.get(f"{CONTRACT}?protocole=autre")).status_code == 404
    fields = {"protocol": "payfip", "mode": "test", "shop_name": "C", "numcli": "007001", "activation": "oui"}
    await administrator.submit(CONTRACT, fields, seen_on=CONTRACT)
    assert world.town_hall.contract["activation"] is True


@pytest.mark.parametrize(("works", "told"), [(True, "reconnaît la régie"), (False, "ne connaît pas ce numéro")])
async def test_a_contract_is_tried(administrator: Visitor, world: World, works: bool, told: str) -> None:
    world.town_hall.contract = {**PAYBOX, "site": "1999888", "hmac_key": KEY}
    world.town_hall.contract_works = works
    assert told in (await administrator.submit(f"{CONTRACT}/essai", seen_on=CONTRACT)).text


async def test_a_receipt_can_be_printed(parent: Visitor, world: World) -> None:
    payment_id = world.request_payment("invoices", an_id("reference"), 3400, "Facture 2209001")
    assert (await parent.get(f"/paiement/{payment_id}/recu")).status_code == 404
    world.settle(payment_id, "succeeded")
    assert f"/paiement/{payment_id}/recu" in (await parent.get(f"/paiement/{payment_id}")).text
    page = (await parent.get(f"/paiement/{payment_id}/recu")).text
    for told in ("34,00", "Facture 2209001", "987654321", payment_id, "Régie Périscolaire"):
        assert told in page, told
    assert "data-print" in page


@pytest.mark.parametrize(
    ("cents", "title", "told"),
    [
        (1000, "Paiement confirmé", "ce reçu ne vaut plus que pour 24,00"),
        (3400, "Paiement rendu ou annulé", "ce reçu ne prouve plus rien"),
    ],
)
async def test_money_that_went_back_is_said_where_its_payment_is_shown(
    parent: Visitor, world: World, cents: int, title: str, told: str
) -> None:
    payment_id = world.request_payment("invoices", an_id("reference"), 3400, "Facture 2209001")
    world.settle(payment_id, "succeeded")
    assert "rendu" not in words(await parent.get(f"/paiement/{payment_id}"))
    assert "rendue" not in words(await parent.get(f"/paiement/{payment_id}/recu"))
    world.payments[payment_id]["returned_cents"] = cents
    page = await parent.get(f"/paiement/{payment_id}")
    assert f"<h1>{title}</h1>" in page.text
    assert f"{cents // 100},00" in words(page)
    assert told in words(await parent.get(f"/paiement/{payment_id}/recu"))


async def test_a_regie_is_made_once_and_renamed(administrator: Visitor, world: World) -> None:
    form = re.findall(r'action="(/mairie/paiement-en-ligne/[0-9a-f-]{36}/nom)"', (await administrator.get(REGIES)).text)
    existing, new = form
    for _ in range(2):  # a form sent twice
        answer = await administrator.submit(new, {"name": " Régie enfance "}, seen_on=REGIES)
    assert answer.status_code == 303
    page = await administrator.get(answer.headers["location"])
    assert "La régie est enregistrée" in page.text
    assert list(world.town_hall.regies.values()) == ["Régie Périscolaire d'Alixan", "Régie enfance"]
    await administrator.submit(existing, {"name": "Régie scolaire"}, seen_on=REGIES)
    assert list(world.town_hall.regies.values()) == ["Régie scolaire", "Régie enfance"]


async def test_a_regie_needs_a_name(administrator: Visitor, world: World) -> None:
    for path in re.findall(r'action="(/mairie/paiement-en-ligne/\S+/nom)"', (await administrator.get(REGIES)).text):
        refused = await administrator.submit(path, {"name": "x" * 121}, seen_on=REGIES)
        assert refused.status_code == 422
        assert "un nom d'une à 120 lettres" in words(refused)
        assert "x" * 121 in refused.text, "what was typed stays"
    assert len(world.town_hall.regies) == 1


async def test_regies_are_the_administrators(regisseur: Visitor, world: World) -> None:
    answer = await regisseur.submit(f"{REGIES}/{REGIE}/nom", {"name": "Autre"}, seen_on="/mairie/encaissements")
    assert answer.status_code == 403
    assert list(world.town_hall.regies.values()) == ["Régie Périscolaire d'Alixan"]
