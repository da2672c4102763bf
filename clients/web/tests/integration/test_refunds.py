"""The régie's pages: giving money back, deciding on what came too much."""

from typing import Any

import pytest
from fake_api.world import FAMILY, NOW, REGIE, STAFF_USER, World, an_id

pytestmark = pytest.mark.integration

TO_DECIDE = "/mairie/paiements/a-decider"


@pytest.fixture
def payment(world: World) -> str:
    """Invoices of 20 €, paid."""
    payment_id: str = world.request_payment("invoices", REGIE, 2000, "Facture 2209001")
    world.payments[payment_id]["status"] = "succeeded"
    return payment_id


@pytest.fixture
def surplus(world: World, payment: str) -> dict[str, Any]:
    found = {
        "movement_id": an_id("surplus"),
        "payment_id": payment,
        "family_id": FAMILY,
        "label": "Facture 2209001",
        "amount_cents": 2000,
        "currency": "978",
        "due_cents": 2000,
        "sentence": "Second encaissement du même paiement : à rembourser.",
        "decision": "to_decide",
        "received_at": NOW,
    }
    world.town_hall.surpluses.append(found)
    return found


def refund(regisseur, payment: str, gesture: str, **changed: str):
    path = f"/mairie/paiements/{payment}/rembourser"
    fields = {"somme": an_id("taken"), "montant": "12,5", "motif": "Repas annulé", "suite": "credit_note", **changed}
    return regisseur.submit(path, {**fields, "geste": gesture}, seen_on=path)


async def test_an_agent_is_told_that_it_is_not_theirs(visitor, payment: str, surplus: dict[str, Any]) -> None:
    await visitor.log_in(user=STAFF_USER)
    page = await visitor.get(f"/mairie/paiements/{payment}")
    assert (page.status_code, "Rembourser" in page.text) == (200, False)
    assert "À décider" not in (await visitor.get("/mairie/paiements")).text
    for path in (
        TO_DECIDE,
        f"/mairie/paiements/{payment}/rembourser",
        f"/mairie/sommes/{surplus['movement_id']}/credited",
    ):
        refused = await visitor.get(path)
        assert (refused.status_code, "réservée au régisseur" in refused.text) == (403, True), path


async def test_the_form_proposes_what_is_left(regisseur, payment: str) -> None:
    page = await regisseur.get(f"/mairie/paiements/{payment}/rembourser")
    assert 'value="20,00"' in page.text
    assert "Que deviennent les factures" in page.text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"montant": "douze"}, "Écrivez le montant à rembourser en euros"),
        ({"montant": "0"}, "Écrivez le montant à rembourser en euros"),
        ({"motif": " "}, "Écrivez en quelques mots pourquoi"),
        ({"suite": ""}, "Dites ce que deviennent les factures"),
    ],
)
async def test_what_is_missing_is_told_and_the_rest_kept(
    regisseur, world: World, payment: str, changed: dict[str, str], sentence: str
) -> None:
    page = await refund(regisseur, payment, "verifier", **changed)
    assert sentence in page.text
    assert ("Repas annulé" in page.text) is ("motif" not in changed)
    assert world.town_hall.refunds == []


async def test_nothing_is_done_before_it_is_confirmed(regisseur, world: World, payment: str) -> None:
    page = await refund(regisseur, payment, "verifier")
    assert "Rien n'est encore fait" in page.text
    assert "12,50\xa0€" in page.text
    assert "un avoir couvre cette somme" in page.text
    assert world.town_hall.refunds == []
    assert 'value="12,5"' in (await refund(regisseur, payment, "corriger")).text


async def test_confirmed_twice_it_is_done_once(regisseur, world: World, payment: str) -> None:
    sent = [await refund(regisseur, payment, "confirmer", idempotency_key="clef") for _ in range(2)]
    assert {answer.status_code for answer in sent} == {303}
    (made,) = world.town_hall.refunds
    assert (made["amount_cents"], made["reason"], made["consequence"]) == (1250, "Repas annulé", "credit_note")
    page = await regisseur.get(sent[0].headers["location"])
    assert "sont rendus. La famille est prévenue" in page.text
    assert "Motif : Repas annulé." in page.text


async def test_what_the_bank_did_not_pay_out_is_told(regisseur, world: World, payment: str) -> None:
    await refund(regisseur, payment, "confirmer")
    why = "La banque a dit ensuite que ce remboursement n'a pas pu être versé (code CAPTURE_FAILED)."
    world.town_hall.refunds[0].update(status="undone", sentence=why)
    page = (
        await regisseur.get(f"/mairie/paiements/{payment}?rembourse={world.town_hall.refunds[0]['refund_id']}")
    ).text
    assert ("pas versé</span>" in page, "n&#39;ont pas été rendus" in page or "n'ont pas été rendus" in page) == (
        True,
        True,
    )
    assert "code CAPTURE_FAILED" in page


async def test_by_hand_it_waits_for_its_end(regisseur, world: World, payment: str) -> None:
    world.town_hall.refunds_by_bank = False
    assert "Faites le virement" in (await refund(regisseur, payment, "verifier")).text
    await refund(regisseur, payment, "confirmer")
    refund_id = world.town_hall.refunds[0]["refund_id"]
    assert f"/mairie/remboursements/{refund_id}" in (await regisseur.get(TO_DECIDE)).text
    path = f"/mairie/remboursements/{refund_id}"
    ended = await regisseur.submit(path, {"fin": "fait"}, seen_on=path)
    assert ended.headers["location"] == f"/mairie/paiements/{payment}?rembourse={refund_id}"
    assert world.town_hall.refunds[0]["status"] == "done"


@pytest.mark.parametrize("choice", ["credited", "refunded"])
async def test_a_surplus_is_decided(regisseur, world: World, surplus: dict[str, Any], choice: str) -> None:
    path = f"/mairie/sommes/{surplus['movement_id']}/{choice}"
    assert path in (await regisseur.get(TO_DECIDE)).text
    assert "la raison de votre choix" in (await regisseur.submit(path, {"motif": ""}, seen_on=path)).text
    sent = await regisseur.submit(path, {"motif": "Payé deux fois"}, seen_on=path)
    assert sent.headers["location"] == f"{TO_DECIDE}?fait={choice}"
    assert world.town_hall.decisions == [(surplus["movement_id"], choice)]
    assert "n'attend plus de décision" in (await regisseur.get(path)).text


async def test_other_money_is_not_credited(regisseur, surplus: dict[str, Any]) -> None:
    surplus["currency"] = "840"
    page = (await regisseur.get(TO_DECIDE)).text
    assert "Mettre au crédit" not in page
    assert "2000 centièmes de la monnaie 840" in page


async def test_credits_of_families_can_be_given_back(regisseur, world: World, payment: str) -> None:
    held = {"payment_id": payment, "family_id": FAMILY, "family_name": "Martin", "label": "Facture 1", "cents": 1200}
    world.town_hall.credits.append(held)
    page = (await regisseur.get(TO_DECIDE)).text
    assert "12,00\xa0€ – " in page
    assert f"/mairie/paiements/{payment}/rembourser" in page


async def test_adhesions_whose_money_is_back_are_shown(regisseur, world: World) -> None:
    returned = {"family_id": FAMILY, "family_name": "Martin", "activity_name": "Cantine", "first_names": ["Louis"]}
    world.town_hall.returned.append(returned | {"amount_cents": 1700, "returned_cents": 1700, "money_back": "rejected"})
    page = (await regisseur.get(TO_DECIDE)).text
    assert "n'ont pas été versés par la banque de la famille." in page
    assert "restent ouverts tant que vous ne décidez rien" in page


@pytest.fixture
def to_review(world: World, payment: str) -> str:
    world.payments[payment]["status"] = "to_review"
    return payment


async def test_a_review_without_money_is_ended_by_the_regie(regisseur, to_review: str) -> None:
    page = f"/mairie/paiements/{to_review}"
    assert "demandez-lui de renvoyer son message" in (await regisseur.get(page)).text
    sent = [await regisseur.submit(f"{page}/verification", {"idempotency_key": "clef"}, seen_on=page) for _ in range(2)]
    assert {answer.headers["location"] for answer in sent} == {f"{page}?fait=verification"}
    ended = (await regisseur.get(sent[0].headers["location"])).text
    assert "La vérification est terminée. La famille est prévenue" in ended
    assert "Rien n'a été encaissé : terminer" not in ended


async def test_a_review_with_money_is_decided_first(regisseur, world: World, to_review: str) -> None:
    world.town_hall.taken.append(
        {
            "movement_id": an_id("taken"),
            "outcome": "to_review",
            "decision": "to_decide",
            "amount_cents": 1900,
            "left_cents": 1900,
            "currency": "978",
            "accepted_at": NOW,
        }
    )
    page = (await regisseur.get(f"/mairie/paiements/{to_review}")).text
    assert "Décidez d'abord ce qu'elle devient" in page
    assert f"/mairie/paiements/{to_review}/verification" not in page


async def test_a_review_that_is_over_says_so(regisseur, world: World, to_review: str) -> None:
    page = f"/mairie/paiements/{to_review}"
    world.payments[to_review]["status"] = "succeeded"
    sent = await regisseur.submit(f"{page}/verification", seen_on=f"{page}/rembourser")
    assert (sent.status_code, "est plus, à vérifier" in sent.text) == (409, True)


async def test_a_review_is_not_the_agents(visitor, to_review: str) -> None:
    await visitor.log_in(user=STAFF_USER)
    page = f"/mairie/paiements/{to_review}"
    assert "Terminer la vérification" not in (await visitor.get(page)).text
    assert (await visitor.submit(f"{page}/verification", seen_on="/mairie")).status_code == 403


async def test_announced_money_that_is_nowhere_is_shown(regisseur, world: World, payment: str) -> None:
    announced = {"received_at": NOW, "sentence": "La banque annonce un encaissement.", "transaction_id": "7001"}
    world.town_hall.unplaced = [
        {**announced, "message_id": an_id("one"), "amount_cents": 3400, "payment_id": payment, "label": "Cantine"},
        {**announced, "message_id": an_id("other"), "amount_cents": None, "payment_id": None, "label": None},
    ]
    page = (await regisseur.get("/mairie/controles")).text
    assert "rangés nulle part" in page
    assert "34,00\xa0€ – Cantine" in page
    assert "paiement inconnu" in page
    assert f'href="/mairie/paiements/{payment}"' in page
    assert "Tout concorde" not in page


async def test_broken_accounts_are_told(regisseur, world: World, payment: str) -> None:
    world.town_hall.differences.append(
        {
            "sentence": "Les écritures ne s'accordent pas.",
            "label": "Cantine",
            "payment_id": payment,
            "family_id": FAMILY,
        }
    )
    assert "Les comptes ne s'accordent pas" in (await regisseur.get("/mairie/controles")).text


async def test_a_part_that_is_away_hides_nothing_else(regisseur, world: World, payment: str) -> None:
    world.down = {"enrolment"}
    page = await regisseur.get(TO_DECIDE)
    assert (page.status_code, "Momentanément indisponible" in page.text) == (200, True)
