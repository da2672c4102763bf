"""The régie answers for money that its bank announced and does not confirm."""

from typing import Any

import pytest
from fake_api.world import FAMILY, NOW, REGIE, STAFF_USER, World, an_id

pytestmark = pytest.mark.integration

CONTROLS = "/mairie/controles"
SENTENCE = "La banque a signé un message de paiement accepté, mais, interrogée, elle ne le trouve pas."


@pytest.fixture
def money(world: World) -> dict[str, Any]:
    payment_id: str = world.request_payment("invoices", REGIE, 2000, "Facture <2209001>")
    found = {
        "movement_id": an_id("unconfirmed"),
        "payment_id": payment_id,
        "family_id": FAMILY,
        "label": "Facture <2209001>",
        "amount_cents": 2000,
        "left_cents": 1500,
        "settles": True,
        "currency": "978",
        "transaction_id": "77",
        "reference": payment_id,
        "sentence": SENTENCE,
        "accepted_at": NOW,
        "found_at": NOW,
    }
    world.town_hall.unconfirmed.append(found)
    return found


@pytest.fixture
def path(money: dict[str, Any]) -> str:
    return f"{CONTROLS}/encaissements/{money['movement_id']}"


async def test_it_is_listed_and_nothing_agrees_meanwhile(regisseur, world: World, money: dict[str, Any], path: str):
    await regisseur.submit(CONTROLS, seen_on=CONTROLS)
    page = (await regisseur.get(CONTROLS)).text
    assert "Tout concorde" not in page
    assert "20,00\xa0€ – Facture &lt;2209001&gt;" in page
    assert (SENTENCE in page, f'href="{path}"' in page, "transaction 77" in page) == (True, True, True)
    world.town_hall.unconfirmed.clear()
    page = (await regisseur.get(CONTROLS)).text
    assert ("Tout concorde" in page, "ne confirme pas" in page) == (True, False)


async def test_what_each_answer_does_is_told_first(regisseur, money: dict[str, Any], path: str) -> None:
    page = (await regisseur.get(path)).text
    assert "rien ne change, le paiement reste réglé." in page
    assert "15,00\xa0€ sont de nouveau dus, et la famille reçoit un courriel. Cela ne s'annule pas." in page
    assert " checked" not in page, "neither answer is proposed"
    money["settles"] = False
    page = (await regisseur.get(path)).text
    assert ("de nouveau dus" in page, "ni à rendre ni à mettre au crédit" in page) == (False, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"motif": "Absent du relevé"}, "Dites si la somme est arrivée."),
        ({"reponse": "not_received", "motif": " no "}, "Écrivez en quelques mots ce que vous avez regardé."),
    ],
)
async def test_what_is_missing_is_told_and_the_rest_kept(
    regisseur, money: dict[str, Any], path: str, typed: dict[str, str], sentence: str
) -> None:
    page = await regisseur.submit(path, typed, seen_on=path)
    assert (page.status_code, sentence in page.text) == (422, True)
    assert ("Absent du relevé" in page.text) is (typed["motif"] == "Absent du relevé")
    assert ('value="not_received" checked' in page.text) is ("reponse" in typed)
    assert "decision" not in money


@pytest.mark.parametrize(
    ("answer", "told"), [("received", "est arrivée"), ("not_received", "plus comptée comme encaissée")]
)
async def test_it_is_answered(regisseur, money: dict[str, Any], path: str, answer: str, told: str) -> None:
    sent = await regisseur.submit(path, {"reponse": answer, "motif": " Absent du relevé "}, seen_on=path)
    assert sent.headers["location"] == f"{CONTROLS}?fait={answer}"
    assert (money["decision"], money["reason"]) == (answer, "Absent du relevé")
    page = (await regisseur.get(sent.headers["location"])).text
    assert (told in page, f'href="{path}"' in page) == (True, False)
    assert "n'attend plus de réponse" in (await regisseur.get(path)).text


async def test_who_comes_second_is_told(regisseur, money: dict[str, Any], path: str) -> None:
    form = await regisseur.get(path)
    assert form.status_code == 200
    money["decision"] = "received"
    answer = await regisseur.submit(path, {"reponse": "not_received", "motif": "Absent"}, seen_on=CONTROLS)
    assert (answer.status_code, "a déjà répondu pour cet encaissement" in answer.text) == (409, True)
    assert money["decision"] == "received"


async def test_an_agent_is_told_that_it_is_not_theirs(visitor, path: str) -> None:
    await visitor.log_in(user=STAFF_USER)
    refused = await visitor.get(path)
    assert (refused.status_code, "réservée au régisseur" in refused.text) == (403, True)
