"""Finding a payment by what a statement or a parent gives; receipts; what a contract's page is told."""

from typing import Any
from uuid import UUID

from chassis.ids import new_id
from chassis.testing.plugin import Harness
from contracts.values import Role


async def found(shop: Any, **query: Any) -> list[str]:
    async with shop.client(Role.AGENT) as client:
        response = await client.get("/payments", params=query)
    assert response.status_code == 200, response.text
    return [item["payment_id"] for item in response.json()["items"]]


async def paid(shop: Any, cents: int = 3400) -> tuple[str, str]:
    """A settled payment of Paybox: its id and the bank's transaction."""
    payment_id, attempt_id = await shop.begin(cents)
    transaction = shop.bank.transaction()
    await shop.notify(attempt_id, shop.bank.message(payment_id, cents, trans=transaction, appel=f"77{transaction}"))
    return payment_id, transaction


async def test_by_whatever_the_statement_says(shop: Any) -> None:
    payment_id, transaction = await paid(shop)
    await paid(shop)
    for words in (payment_id, payment_id.upper(), f" {payment_id} ", transaction, f"77{transaction}"):
        assert await found(shop, search=words) == [payment_id], words
    assert await found(shop, search=transaction[:-1]) == [], "whole numbers only"


async def test_by_the_attempts_reference(open_shop: Any, payzen: Any, treasury: Any) -> None:
    veyras = await open_shop("veyras", payzen)
    payment_id = await veyras.request()
    started = await veyras.start(payment_id)
    fields = dict(started["fields"])
    transaction = payzen.transaction()
    await veyras.notify(started["attempt_id"], payzen.message(fields, transaction))
    for words in (fields["vads_order_id"], transaction["uuid"].upper()):
        assert await found(veyras, search=words) == [payment_id]
    assert payment_id in await found(veyras, search=fields["vads_trans_id"])
    cruas = await open_shop("veyras", treasury)
    payment_id = await cruas.request()
    idop = dict((await cruas.start(payment_id))["fields"])["idop"]
    refdet = treasury.operations[idop]["refdet"]
    assert await found(cruas, search=refdet.lower()) == await found(cruas, search=idop.upper()) == [payment_id]


async def test_by_family_amount_day_and_regie(shop: Any) -> None:
    cents = 100 + new_id().int % 900_000
    one = await shop.request(cents)
    shop.family_id = new_id()
    other = await shop.request(cents)
    regie = {"regie_id": str(shop.regie_id)}
    assert await found(shop, amount_cents=cents, **regie) == [other, one]
    assert await found(shop, family_id=str(shop.family_id)) == [other]
    assert await found(shop, family_id=[str(shop.family_id), str(new_id())], day="2022-07-04", **regie) == [other]
    assert await found(shop, day="2022-07-05", **regie) == []
    assert await found(shop, regie_id=str(new_id())) == []


async def test_a_search_of_another_commune_finds_nothing(shop: Any, open_shop: Any) -> None:
    payment_id, transaction = await paid(shop)
    veyras = await open_shop("veyras")
    assert await found(veyras, search=payment_id) == await found(veyras, search=transaction) == []


async def test_a_receipt_is_the_familys(shop: Any) -> None:
    open_payment = await shop.request()
    payment_id, transaction = await paid(shop)
    async with shop.client() as parent, shop.client(Role.PARENT, family_id=new_id()) as stranger:
        receipt = (await parent.get(f"/payments/{payment_id}/receipt")).json()
        assert (await parent.get(f"/payments/{open_payment}/receipt")).status_code == 404
        assert (await stranger.get(f"/payments/{payment_id}/receipt")).status_code == 404
    assert (receipt["amount_cents"], receipt["transaction_id"], receipt["mode"]) == (3400, transaction, "test")
    assert receipt["returned_cents"] == 0
    assert (receipt["regie_name"], receipt["reference"]) == ("CANTINE SCOLAIRE D'ALIXAN", payment_id)
    async with shop.client(Role.AGENT) as agent:
        assert (await agent.get(f"/payments/{payment_id}/receipt")).status_code == 200


async def test_the_event_bears_the_receipt_on_success_only(shop: Any, harness: Harness) -> None:
    payment_id, transaction = await paid(shop)
    refused_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(refused_id, 3400, "00151"))
    said = "select body::json -> 'receipt' ->> 'transaction_id' as told from kept.published_event where subject = $1"
    (success,) = await harness.query(said, UUID(payment_id))
    (refusal,) = await harness.query(said, UUID(refused_id))
    assert (success["told"], refusal["told"]) == (transaction, None)


async def test_the_history_tells_bank_reference_and_questions(open_shop: Any, treasury: Any) -> None:
    shop = await open_shop("veyras", treasury)
    payment_id = await shop.request()
    started = await shop.start(payment_id)
    await shop.notify(started["attempt_id"], treasury.decide(started))
    await shop.wait_for(payment_id, "succeeded")
    story = await shop.history(payment_id)
    refdet = treasury.operations[dict(started["fields"])["idop"]]["refdet"]
    left = f"départ vers la page de la banque (PayFiP (finances publiques), contrat d'essai), référence {refdet}."
    assert left in story
    assert "La banque a été interrogée une fois sur la tentative n° 1" in story


async def test_what_a_form_asks_for(shop: Any) -> None:
    async with shop.client(Role.ADMINISTRATOR) as client:
        forms = {form["protocol"]: form for form in (await client.get("/protocols")).json()}
    assert forms.keys() == {"paybox", "payzen", "payfip"}
    for form in forms.values():
        assert form["title"]
        for field in form["fields"]:
            assert field["label"] != field["name"].replace("_", " ").title(), field["name"]
    fields = {field["name"]: field for field in forms["payzen"]["fields"]}
    assert (fields["form_key"]["kind"], fields["form_key"]["required"]) == ("secret", True)
    assert (fields["rest_password"]["kind"], fields["rest_password"]["required"]) == ("secret", False)
    kinds = {field["name"]: field["kind"] for form in forms.values() for field in form["fields"]}
    assert (kinds["activation"], kinds["bank_public_key_pem"], kinds["site"]) == ("tick", "long_text", "text")
    told = {name: " ".join(form["at_the_bank"]) for name, form in forms.items()}
    assert all(told.values())
    assert "http://127.0.0.1:8080/pay/ipn/payzen/alixan" in told["payzen"], "where a replay by hand finds its way"
    assert "sur annulation" in told["payzen"]
    assert "{" not in "".join(told.values())


async def test_secrets_are_told_by_their_date(shop: Any, harness: Harness) -> None:
    async def dates() -> dict[str, Any]:
        async with shop.client(Role.ADMINISTRATOR) as client:
            state = await client.get(f"/regies/{shop.regie_id}/contract/state")
        assert shop.contract()["hmac_key"] not in state.text
        shown: dict[str, Any] = state.json()
        return shown

    first = await dates()
    assert first["secrets"] == {"hmac_key": first["opened_at"]}
    await harness.query("update merchant_contract set opened_at = opened_at - interval '1 day'")
    await shop.open(rang="43")
    second = await dates()
    assert second["opened_at"] > second["secrets"]["hmac_key"], "kept, not given again"
    await shop.open(rang="43", hmac_key="ABCDEF0123456789" * 8)
    third = await dates()
    assert third["secrets"] == {"hmac_key": third["opened_at"]}
    async with shop.client() as parent:
        assert (await parent.get(f"/regies/{shop.regie_id}/contract/state")).status_code == 403
        assert (await parent.get("/protocols")).status_code == 403
