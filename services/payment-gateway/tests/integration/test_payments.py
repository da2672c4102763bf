"""Requests, attempts, contracts: who may do what, and what leaves the service."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import Harness
from contracts.values import Role

HMAC_KEY = "0123456789ABCDEF" * 8


async def test_a_request_becomes_a_payment_once(shop: Any, harness: Harness) -> None:
    payment_id = await shop.request(purpose="invoices")
    payment = await shop.payment(payment_id)
    assert (payment["status"], payment["purpose"], payment["attempts"]) == ("requested", "invoices", 0)
    assert payment["created_at"] == "2022-07-04T07:00:00Z"


async def test_an_attempt_gives_the_banks_form(shop: Any) -> None:
    payment_id = await shop.request(500)
    started = await shop.start(payment_id)
    fields = dict(started["fields"])
    assert (started["method"], started["action"]) == ("POST", "http://bank.localhost:8081/php/")
    assert (fields["PBX_CMD"], fields["PBX_TOTAL"]) == (payment_id, "500")
    assert fields["PBX_REPONDRE_A"] == f"http://127.0.0.1:8080/pay/ipn/paybox/alixan/{started['attempt_id']}"
    again = dict((await shop.start(payment_id, confirmed=True))["fields"])
    assert again["PBX_CMD"] == fields["PBX_CMD"]
    assert again["PBX_REPONDRE_A"] != fields["PBX_REPONDRE_A"]


async def test_a_paid_payment_is_not_paid_again(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    async with shop.client() as client:
        response = await client.post(f"/payments/{payment_id}/attempts")
    assert response.status_code == 409
    assert response.json()["type"].endswith("payment-already-paid")


async def test_a_refused_payment_is_closed(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, "00151"))
    async with shop.client() as client:
        response = await client.post(f"/payments/{payment_id}/attempts")
    assert response.json()["type"].endswith("payment-closed")


async def test_a_regie_without_contract(shop: Any) -> None:
    shop.regie_id = new_id()
    payment_id = await shop.request()
    async with shop.client() as client:
        response = await client.post(f"/payments/{payment_id}/attempts")
    assert (response.status_code, response.json()["type"].rpartition(":")[2]) == (409, "no-merchant-contract")
    assert (await shop.payment(payment_id))["attempts"] == 0


async def test_another_family_or_commune_finds_nothing(shop: Any, open_shop: Any) -> None:
    payment_id = await shop.request()
    veyras = await open_shop("veyras")
    async with shop.client(Role.PARENT, family_id=new_id()) as other_family, veyras.client() as other_commune:
        for client in (other_family, other_commune):
            assert (await client.get(f"/payments/{payment_id}")).status_code == 404
            assert (await client.post(f"/payments/{payment_id}/attempts")).status_code == 404
    async with veyras.client(Role.ADMINISTRATOR) as client:
        assert (await client.get(f"/payments/{payment_id}/history")).status_code == 404
        assert (await client.get(f"/regies/{shop.regie_id}/contract")).status_code == 404


async def test_roles(shop: Any) -> None:
    contract = shop.contract()
    async with shop.client() as parent, shop.client(Role.AGENT) as agent, shop.client(Role.REGISSEUR) as regisseur:
        assert (await parent.get("/payments")).status_code == 403
        assert (await parent.get(f"/payments/{new_id()}/history")).status_code == 403
        assert (await parent.get(f"/regies/{shop.regie_id}/contract")).status_code == 403
        for client in (parent, agent, regisseur):
            response = await client.put(f"/regies/{shop.regie_id}/contract", json=contract)
            assert response.status_code == 403
        assert (await agent.get(f"/regies/{shop.regie_id}/contract")).status_code == 200


async def test_the_key_is_sealed_and_never_shown(shop: Any, harness: Harness) -> None:
    async with shop.client(Role.ADMINISTRATOR) as client:
        shown = await client.get(f"/regies/{shop.regie_id}/contract")
    assert shown.json()["site"] == "1999888"
    assert HMAC_KEY not in shown.text
    rows = await harness.query("select row_to_json(merchant_contract)::text as shown from merchant_contract")
    assert not [row for row in rows if HMAC_KEY in row["shown"] or HMAC_KEY.encode().hex() in row["shown"]]


async def test_a_contract_without_key_keeps_the_present_one(shop: Any) -> None:
    changed = shop.contract(rang="43")
    del changed["hmac_key"]
    async with shop.client(Role.ADMINISTRATOR) as client:
        assert (await client.put(f"/regies/{shop.regie_id}/contract", json=changed)).json()["rang"] == "43"
        first = await client.put(f"/regies/{new_id()}/contract", json=changed)
    assert (first.status_code, first.json()["type"].rpartition(":")[2]) == (422, "contract-secret-missing")
    assert dict((await shop.start(await shop.request()))["fields"])["PBX_RANG"] == "43"


async def test_what_began_under_a_contract_ends_under_it(shop: Any, bank: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    await shop.open(bank_public_key_pem=type(bank)().public_key_pem)
    await shop.notify(attempt_id, bank.message(payment_id, 3400))
    assert await shop.status(payment_id) == "succeeded"


async def test_the_same_contract_again_writes_nothing(shop: Any, harness: Harness) -> None:
    await asyncio.gather(*(shop.open() for _ in range(5)))
    rows = await harness.query("select 1 from merchant_contract where regie_id = $1", shop.regie_id)
    assert len(rows) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"site": "123"},
        {"rang": "1"},
        {"identifiant": "x"},
        {"hmac_key": "00" * 63},
        {"hmac_key": "zz" * 64},
        {"page_url": "javascript:alert(1)"},
        {"page_url": "http://user:pw@bank.example/"},
        {"page_url": "http://[bank/php/"},
        {"page_url": "http://bank.localhost:x/php/"},
        {"page_url": "http://bank.localhost:0/php/"},
        {"bank_public_key_pem": "no key"},
        {"mode": "production"},
        {"mode": "other"},
        {"protocol": "payzen"},
        {"protocol": "none"},
        {"direct_url": "ftp://bank.example/"},
        {"shop_name": " "},
        {"shop_name": "a\x00b"},
        {"extra": 1},
    ],
)
async def test_a_wrong_contract_is_refused(shop: Any, changed: dict[str, Any]) -> None:
    async with shop.client(Role.ADMINISTRATOR) as client:
        response = await client.put(f"/regies/{new_id()}/contract", json=shop.contract(**changed))
    assert response.status_code == 422, response.text
    assert str(changed.get("hmac_key")) not in response.text


@pytest.mark.parametrize(
    "address",
    [
        "https://bank.attacker.example/php/",
        "http://169.254.169.254/latest/",
        "http://postgres:5432/",
        "http://tpeweb.paybox.com/php/",
        "https://tpeweb.paybox.com:8443/php/",
        "https://tpeweb.paybox.com.attacker.example/php/",
        "http://bank.localhost:8082/php/",
    ],
)
@pytest.mark.parametrize("field", ["page_url", "server_page_url", "direct_url"])
async def test_a_server_that_is_no_known_bank_is_refused(shop: Any, field: str, address: str) -> None:
    async with shop.client(Role.ADMINISTRATOR) as client:
        response = await client.put(f"/regies/{shop.regie_id}/contract", json=shop.contract(**{field: address}))
        kept = (await client.get(f"/regies/{shop.regie_id}/contract")).json()
    assert response.status_code == 409, response.text
    assert response.json()["type"].endswith("unknown-bank-host")
    assert "n'est pas un serveur de banque connu" in response.json()["detail"]
    assert kept[field] != address


async def test_the_banks_own_servers_are_known(open_shop: Any) -> None:
    await open_shop(page_url="https://tpeweb.paybox.com/php/", direct_url="https://ppps.paybox.com:443/PPPS.php")


async def test_the_list_goes_on_where_it_stopped(shop: Any) -> None:
    requested = [await shop.request() for _ in range(3)]
    params = {"family_id": str(shop.family_id), "limit": 2}
    async with shop.client(Role.AGENT) as client:
        first = (await client.get("/payments", params=params)).json()
        rest = (await client.get("/payments", params={**params, "cursor": first["next_cursor"]})).json()
        none = (await client.get("/payments", params={**params, "status": "succeeded"})).json()
    assert [item["payment_id"] for item in first["items"] + rest["items"]] == requested[::-1]
    assert (rest["next_cursor"], none["items"]) == (None, [])
    assert "payer" not in first["items"][0]


async def test_a_payment_amount_cannot_be_sent_by_the_browser(shop: Any) -> None:
    payment_id = await shop.request()
    async with shop.client() as client:
        refused = await client.post(f"/payments/{payment_id}/attempts", json={"amount_cents": 1})
    assert refused.status_code == 422
    assert dict((await shop.start(payment_id))["fields"])["PBX_TOTAL"] == "3400"


async def test_the_database_refuses_a_second_settlement(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    other_attempt = (await shop.start(payment_id, confirmed=True))["attempt_id"]
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    copy = (
        "insert into bank_transaction (tenant_id, protocol, site, transaction_id, payment_id, attempt_id, message_id,"
        " outcome, amount_cents, accepted_at, movement_id, currency)"
        " select tenant_id, protocol, site, $2, payment_id, coalesce($3, attempt_id), message_id, outcome,"
        " amount_cents, accepted_at, gen_random_uuid(), currency from bank_transaction where payment_id = $1"
    )
    with pytest.raises(Exception, match="bank_transaction_settled_key"):
        await harness.query(copy, UUID(payment_id), "another", UUID(other_attempt))
    with pytest.raises(Exception, match=r"bank_transaction_(attempt|settled)_key"):
        await harness.query(copy, UUID(payment_id), "another", None)
    (row,) = await harness.query("select transaction_id from bank_transaction where payment_id = $1", UUID(payment_id))
    with pytest.raises(Exception, match="bank_transaction_pkey"):
        await harness.query(copy, UUID(payment_id), row["transaction_id"], UUID(other_attempt))
    with pytest.raises(Exception, match="payment_attempt_succeeded_key"):
        await harness.query(
            "update payment_attempt set status = 'succeeded' where attempt_id = $1", UUID(other_attempt)
        )
