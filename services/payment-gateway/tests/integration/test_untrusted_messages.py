"""Messages that are not the bank's, not this payment's, or not meant for it: nothing moves, and nothing fills up."""

from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import Harness


async def test_the_return_leads_nowhere_else(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    answer = await shop.come_back(attempt_id, "url=https://evil.example&sign=AAAA&next=//evil.example")
    assert answer.headers["location"] == f"http://alixan.localhost:8080/paiement/{payment_id}"


async def test_a_forged_cancellation_changes_nothing(shop: Any) -> None:
    payment_id, attempt_id = await shop.begin()
    forged = shop.bank.message(payment_id, 3400, "00105").replace("erreur=00105", "erreur=00001")
    assert (await shop.come_back(attempt_id, forged, "annule")).status_code == 303
    assert await shop.status(payment_id) == "in_progress"
    assert await shop.verdicts(attempt_id) == ["bad-signature"]


async def test_a_test_message_under_a_production_contract(open_shop: Any) -> None:
    shop = await open_shop(mode="production", page_url="https://tpeweb.paybox.com/php/")
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, auto="XXXXXX"))
    assert await shop.verdicts(attempt_id) == ["test-in-production"]
    assert await shop.status(payment_id) == "in_progress"
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    assert await shop.status(payment_id) == "succeeded"


async def test_another_communes_contract_proves_nothing(shop: Any, open_shop: Any, bank: Any) -> None:
    veyras = await open_shop("veyras", bank_public_key_pem=type(bank)().public_key_pem)
    payment_id, attempt_id = await veyras.begin()
    await veyras.notify(attempt_id, bank.message(payment_id, 3400))
    assert await veyras.verdicts(attempt_id) == ["bad-signature"]
    assert await veyras.status(payment_id) == "in_progress"
    other = await shop.notify(attempt_id, "montant=3400&sign=AAAA", slug="alixan")
    assert other.status_code == 404


async def test_what_another_shop_of_paybox_took_settles_nothing_here(shop: Any, open_shop: Any) -> None:
    """The bank signs for all its shops with one key, and no variable names the shop: the reference tells them apart."""
    other = await open_shop("alixan", site="1999999")
    payment_id, attempt_id = await shop.begin()
    elsewhere, _ = await other.begin()
    number = shop.bank.transaction()
    await shop.notify(attempt_id, shop.bank.message(elsewhere, 3400, trans=number))
    assert await shop.verdicts(attempt_id) == ["reference-mismatch"]
    assert await shop.status(payment_id) == "in_progress"
    assert await other.status(elsewhere) == "in_progress"


async def test_another_payments_message_proves_nothing(shop: Any) -> None:
    _, cheap_attempt = await shop.begin(100)
    payment_id, attempt_id = await shop.begin(3400)
    await shop.notify(attempt_id, shop.bank.message(str(new_id()), 3400))
    await shop.notify(cheap_attempt, shop.bank.message(payment_id, 100))
    assert await shop.verdicts(attempt_id) == ["reference-mismatch"]
    assert await shop.verdicts(cheap_attempt) == ["reference-mismatch"]
    assert await shop.status(payment_id) == "in_progress"


@pytest.mark.parametrize("tampering", ["appended", "twice", "amount", "unsigned", "noise", "empty"])
async def test_tampered_messages_answer_200_and_change_nothing(shop: Any, tampering: str) -> None:
    payment_id, attempt_id = await shop.begin()
    genuine = shop.bank.message(payment_id, 3400)
    tampered = {
        "appended": genuine + "&montant=3400",
        "twice": "montant=3400&" + genuine,
        "amount": shop.bank.message(payment_id, 100).replace("montant=100", "montant=3400"),
        "unsigned": genuine.partition("&sign=")[0],
        "noise": "\x00\x01",
        "empty": "",
    }[tampering]
    answer = await shop.notify(attempt_id, tampered)
    assert (answer.status_code, answer.content) == (200, b"")
    assert set(await shop.verdicts(attempt_id)) <= {"bad-signature", "malformed"}
    assert await shop.status(payment_id) == "in_progress"
    assert await shop.published(payment_id) == []


async def test_a_re_encoded_message_settles(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    message = f"montant=3400&reference={payment_id}&auto=123456&trans={shop.bank.transaction()}&erreur=00000&heure="
    await shop.notify(attempt_id, shop.bank.seal(message + "09:30:12", signed_as=message + "09%3A30%3A12"))
    assert await shop.status(payment_id) == "succeeded"
    (row,) = await harness.query("select encoding from bank_message where attempt_id = $1", UUID(attempt_id))
    assert row["encoding"] == "reencoded"


async def test_a_message_encoded_on_the_way_settles(shop: Any, harness: Harness) -> None:
    """Signed with its colons as they are, sent as a form."""
    payment_id, attempt_id = await shop.begin()
    message = f"montant=3400&reference={payment_id}&auto=123456&trans={shop.bank.transaction()}&erreur=00000&heure="
    await shop.notify(attempt_id, shop.bank.seal(message + "09%3A30%3A12", signed_as=message + "09:30:12"))
    assert await shop.status(payment_id) == "succeeded"
    (row,) = await harness.query("select encoding from bank_message where attempt_id = $1", UUID(attempt_id))
    assert row["encoding"] == "decoded"


async def test_unknown_commune_and_attempt(shop: Any, harness: Harness) -> None:
    unknown = str(new_id())
    assert (await shop.notify(unknown, "montant=1&sign=AAAA")).status_code == 404
    assert (await shop.notify(unknown, "montant=1&sign=AAAA", slug="nowhere")).status_code == 404
    assert (await shop.come_back(unknown, "")).status_code == 404
    signed = shop.bank.message("lost", 100)
    for attempt in (unknown, str(new_id())):
        assert (await shop.notify(attempt, signed)).status_code == 200
    rows = await harness.query("select * from bank_message where raw = $1", signed.encode())
    assert [(row["attempt_id"], row["verdict"], row["receptions"]) for row in rows] == [(None, "unknown-attempt", 2)]


async def test_a_payer_cannot_fill_the_table(shop: Any, harness: Harness) -> None:
    payment_id, attempt_id = await shop.begin()
    answers = [(await shop.notify(attempt_id, f"n={n}&sign=AAAA")).status_code for n in range(45)]
    assert answers == [200] * 40 + [404] * 5
    assert (await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))).status_code == 200
    assert await shop.status(payment_id) == "succeeded"


async def test_an_enormous_message_is_not_read(shop: Any) -> None:
    _, attempt_id = await shop.begin()
    assert (await shop.notify(attempt_id, "a=" + "b" * 65_536)).status_code == 413
    assert await shop.verdicts(attempt_id) == []
