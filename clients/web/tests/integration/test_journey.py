"""The guide's journey, without JavaScript: adhesion, payment, planning, recap, invoices."""

import re
from datetime import date

import pytest
from fake_api.world import CANTEEN, ESTELLE, LOUIS, THEO, World, invoice
from reading import words

pytestmark = pytest.mark.integration

_IMMEDIATE = "/inscriptions/paiement-immediat"
_SEPTEMBER = {"enfant": LOUIS, "debut": "2022-09-01", "vue": "mensuel", "activite": CANTEEN}
_DAYS = ["2022-09-01", "2022-09-02", "2022-09-05", "2022-09-06"]


async def order(parent, members: list[str]) -> str:
    """Orders the canteen; the address of the recap."""
    answer = await parent.submit(_IMMEDIATE, {"activity": CANTEEN, "membre": members}, seen_on=_IMMEDIATE)
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"]


class TestAdhesions:
    async def test_recap_has_the_guide_s_figures(self, parent) -> None:
        recap = words(await parent.get(await order(parent, [LOUIS, ESTELLE])))
        assert "Cantine d'Alixan 2022/2023 - Louis : 17,00 €" in recap
        assert "2 inscriptions pour un montant total de 34,00 €" in recap

    async def test_a_member_who_cannot_is_told_why(self, parent) -> None:
        page = await parent.get(_IMMEDIATE)
        assert "Théo aura 3 ans le 02/11/2022" in words(page)
        answer = await parent.submit(_IMMEDIATE, {"activity": CANTEEN, "membre": [THEO]}, seen_on=_IMMEDIATE)
        assert answer.status_code == 409
        assert "pas encore l'âge" in words(answer)

    async def test_nobody_ticked(self, parent) -> None:
        answer = await parent.submit(_IMMEDIATE, {"activity": CANTEEN}, seen_on=_IMMEDIATE)
        assert answer.status_code == 422
        assert "Cochez au moins une personne" in words(answer)

    async def test_sent_twice_orders_once(self, parent, world: World) -> None:
        fields = {"activity": CANTEEN, "membre": [LOUIS], "idempotency_key": "rendered-once"}
        first = await parent.submit(_IMMEDIATE, fields, seen_on=_IMMEDIATE)
        second = await parent.submit(_IMMEDIATE, fields, seen_on=_IMMEDIATE)
        assert first.headers["location"] == second.headers["location"]
        other = await parent.submit(_IMMEDIATE, fields | {"membre": [ESTELLE]}, seen_on=_IMMEDIATE)
        assert other.headers["location"] != first.headers["location"]
        assert len(world.orders) == 2

    async def test_given_up(self, parent, world: World) -> None:
        recap = await order(parent, [LOUIS])
        await parent.submit(f"{recap}/annuler", seen_on=recap)
        assert [one["status"] for one in world.orders.values()] == ["cancelled"]
        assert "Rien n'a été payé" in words(await parent.get(recap))

    async def test_an_unpaid_order_is_found_again(self, parent) -> None:
        recap = await order(parent, [LOUIS])
        assert f'href="{recap}"' in (await parent.get("/inscriptions")).text


class TestPayment:
    async def test_the_page_to_the_bank_may_post_to_the_bank_only(self, parent, world: World) -> None:
        recap = await order(parent, [LOUIS, ESTELLE])
        page = await parent.submit(f"{recap}/payer", seen_on=recap)
        assert page.status_code == 200
        assert f'action="{world.bank_address}"' in page.text
        assert 'name="PBX_TOTAL" value="3400"' in page.text
        assert "csrf_token" not in page.text.split("data-auto-submit")[1].split("</form>")[0]
        assert "form-action 'self' http://bank.localhost:12799;" in page.headers["content-security-policy"]

    async def test_a_payment_still_on_its_way_is_waited_for(self, parent, world: World) -> None:
        world.payment_known_after = 2
        recap = await order(parent, [LOUIS])
        page = await parent.submit(f"{recap}/payer", seen_on=recap)
        assert "PBX_HMAC" in page.text

    async def test_one_too_long_on_its_way_has_a_waiting_page(self, parent, world: World) -> None:
        world.payment_known_after = 1000
        recap = await order(parent, [LOUIS])
        answer = await parent.submit(f"{recap}/payer", seen_on=recap)
        waiting = await parent.get(answer.headers["location"])
        assert "Votre paiement se prépare" in words(waiting)
        assert 'http-equiv="refresh"' in waiting.text
        assert (await parent.get(f"{answer.headers['location']}?essai=20")).status_code == 404

    @pytest.mark.parametrize(
        ("status", "said", "offered"),
        [
            ("in_progress", "en cours de confirmation", "Recommencer le paiement"),
            ("succeeded", "Paiement confirmé", "Réserver des jours"),
            ("refused", "Provision insuffisante.", "Réessayer avec une autre carte"),
            ("cancelled", "Paiement annulé", "Reprendre le paiement"),
            ("expired", "Paiement abandonné", "Reprendre le paiement"),
            ("to_review", "Ne payez pas une seconde fois", "Écrire à la mairie"),
        ],
    )
    async def test_each_state_is_told_with_a_way_on(self, parent, world: World, status, said, offered) -> None:
        recap = await order(parent, [LOUIS])
        await parent.submit(f"{recap}/payer", seen_on=recap)
        (payment_id,) = world.payments
        world.settle(payment_id, status, "Provision insuffisante." if status == "refused" else None)
        page = await parent.get(f"/paiement/{payment_id}")
        assert said in words(page)
        assert offered in words(page)
        assert ('http-equiv="refresh"' in page.text) == (status == "in_progress")
        assert (await parent.get(f"/paiement/{payment_id}/etat")).json() == {"status": status}

    async def test_starting_again_meanwhile_is_warned_against(self, parent, world: World) -> None:
        recap = await order(parent, [LOUIS])
        await parent.submit(f"{recap}/payer", seen_on=recap)
        (payment_id,) = world.payments
        page = f"/paiement/{payment_id}"
        told = await parent.submit(f"{page}/banque", seen_on=page)
        assert told.headers["location"] == f"{page}?autre=true"
        assert world.payments[payment_id]["attempts"] == 1
        assert "vous paierez deux fois" in words(await parent.get(page))
        assert "PBX_HMAC" in (await parent.submit(f"{page}/banque", {"confirme": "true"}, seen_on=page)).text

    async def test_a_payment_of_what_another_one_may_pay_is_warned_against(self, parent, world: World) -> None:
        recap = await order(parent, [LOUIS])
        await parent.submit(f"{recap}/payer", seen_on=recap)
        (payment_id,) = world.payments
        world.payments[payment_id] |= {"status": "requested", "may_be_twice": True}
        page = f"/paiement/{payment_id}"
        assert "confirme" not in (await parent.get(page)).text
        told = await parent.submit(f"{page}/banque", seen_on=page)
        warned = await parent.get(told.headers["location"])
        assert "déjà dans un autre paiement" in words(warned)
        assert "vous paierez deux fois" in words(warned)
        assert 'name="confirme" value="true"' in warned.text
        assert "PBX_HMAC" in (await parent.submit(f"{page}/banque", {"confirme": "true"}, seen_on=page)).text

    async def test_another_card_is_another_payment(self, parent, world: World) -> None:
        recap = await order(parent, [LOUIS])
        await parent.submit(f"{recap}/payer", seen_on=recap)
        (refused,) = world.payments
        world.settle(refused, "refused")
        page = await parent.submit(f"/paiement/{refused}/reessayer", seen_on=f"/paiement/{refused}")
        assert "PBX_HMAC" in page.text
        assert len(world.payments) == 2

    async def test_a_paid_order_is_not_paid_again(self, parent, world: World) -> None:
        recap = await order(parent, [LOUIS])
        await parent.submit(f"{recap}/payer", seen_on=recap)
        (payment_id,) = world.payments
        world.settle(payment_id, "succeeded")
        answer = await parent.submit(f"{recap}/payer", seen_on="/accueil")
        assert answer.headers["location"] == recap
        assert "Ces inscriptions sont payées" in words(await parent.get(recap))
        again = await parent.submit(f"/paiement/{payment_id}/banque", seen_on="/accueil")
        assert again.headers["location"] == f"/paiement/{payment_id}"


@pytest.fixture
def enrolled(world: World) -> World:
    world.paid |= {(CANTEEN, LOUIS), (CANTEEN, ESTELLE)}
    return world


class TestPlanning:
    async def test_stays_closed_without_payment_and_says_why(self, parent) -> None:
        await order(parent, [LOUIS])
        page = await parent.get(f"/planning?enfant={LOUIS}&debut=2022-09-01&modifier=1")
        said = "Pas encore ouvert pour Louis Cantine d'Alixan 2022/2023 L'inscription n'est pas encore payée"
        assert said in words(page)
        assert words(page).count("L'inscription n'est pas encore payée") == 1, "told once"
        assert "planning-days" not in page.text, "not a month of locks"
        assert "Valider et terminer" not in words(page)

    async def test_opens_on_the_current_month_read_only(self, parent, enrolled) -> None:
        page = await parent.get("/planning")
        assert "Louis : Juillet 2022" in words(page)
        assert "Cette activité est ouverte à partir du 01/09/2022" in words(page)
        assert 'type="checkbox"' not in page.text

    async def test_can_be_changed_when_asked(self, parent, enrolled) -> None:
        page = await parent.get(f"/planning?enfant={LOUIS}&debut=2022-09-01&modifier=1")
        assert page.text.count(f'name="jours.{CANTEEN}"') == 18
        assert "jeudi 1er septembre 2022 : Libre, 5,00 €" in words(page)
        assert "La cantine n'ouvre pas ce jour de la semaine. (les 3, 4, 7" in words(page)

    async def test_days_wait_loudly_until_finished(self, parent, enrolled) -> None:
        fields = _SEPTEMBER | {f"jours.{CANTEEN}": _DAYS, "suite": "terminer"}
        answer = await parent.submit("/planning", fields, seen_on="/planning")
        assert answer.headers["location"] == "/planning/recapitulatif"
        assert not enrolled.booked
        for path in ("/accueil", "/dossier", "/factures"):
            assert "Pas encore réservé : 4 jours attendent votre validation." in words(await parent.get(path))
        recap = words(await parent.get("/planning/recapitulatif"))
        assert "01/09/2022 Louis - Cantine d'Alixan 2022/2023 - Cantine d'Alixan à l'unité 5,00 €" in recap
        assert "Total de vos modifications : 20,00 €" in recap
        done = await parent.submit("/planning/recapitulatif/terminer", seen_on="/planning/recapitulatif")
        assert "4 jours sont enregistrés" in words(done)
        assert enrolled.booked == {(LOUIS, date.fromisoformat(day)) for day in _DAYS}
        assert "Pas encore réservé" not in words(await parent.get("/accueil"))

    async def test_validating_goes_on_to_the_next_child(self, parent, enrolled) -> None:
        fields = _SEPTEMBER | {f"jours.{CANTEEN}": _DAYS, "suite": "rester"}
        answer = await parent.submit("/planning", fields, seen_on="/planning")
        assert f"enfant={ESTELLE}" in answer.headers["location"]
        assert "modifier=1" in answer.headers["location"]

    async def test_the_whole_month_without_javascript(self, parent, enrolled) -> None:
        await parent.submit("/planning", _SEPTEMBER | {f"tout.{CANTEEN}": "1"}, seen_on="/planning")
        assert len(enrolled.draft) == 18

    async def test_a_booked_day_unticked_is_a_cancellation(self, parent, enrolled) -> None:
        enrolled.booked.add((LOUIS, date(2022, 9, 8)))
        await parent.submit("/planning", _SEPTEMBER, seen_on="/planning")
        recap = words(await parent.get("/planning/recapitulatif"))
        assert "Annulation" in recap
        assert "Total de vos modifications : -5,00 €" in recap

    async def test_days_made_up_are_ignored(self, parent, enrolled) -> None:
        days = ["2022-09-03", "2022-10-01", "rubbish", "2022-09-01"]
        await parent.submit("/planning", _SEPTEMBER | {f"jours.{CANTEEN}": days}, seen_on="/planning")
        assert set(enrolled.draft) == {(LOUIS, date(2022, 9, 1))}

    async def test_what_can_no_longer_be_booked_is_named_and_can_be_left_out(self, parent, enrolled) -> None:
        await parent.submit("/planning", _SEPTEMBER | {f"jours.{CANTEEN}": _DAYS}, seen_on="/planning")
        enrolled.refused[date(2022, 9, 5)] = "Le délai est passé."
        refused = await parent.submit("/planning/recapitulatif/terminer", seen_on="/accueil")
        assert refused.status_code == 409
        assert "Le délai est passé." in words(refused)
        assert not enrolled.booked
        await parent.submit("/planning/recapitulatif/sans-impossibles", seen_on="/planning/recapitulatif")
        await parent.submit("/planning/recapitulatif/terminer", seen_on="/planning/recapitulatif")
        assert len(enrolled.booked) == 3

    async def test_all_or_one_line_is_dropped(self, parent, enrolled) -> None:
        await parent.submit("/planning", _SEPTEMBER | {f"jours.{CANTEEN}": _DAYS}, seen_on="/planning")
        recap = "/planning/recapitulatif"
        path = re.search(r'action="(/planning/recapitulatif/lignes/[^"]+)"', (await parent.get(recap)).text)
        assert path
        await parent.submit(path.group(1), seen_on=recap)
        assert len(enrolled.draft) == 3
        await parent.submit(f"{recap}/supprimer", seen_on=recap)
        assert not enrolled.draft
        assert "Aucun jour n'attend votre validation" in words(await parent.get(recap))

    async def test_finishing_twice_says_it_is_done(self, parent, enrolled) -> None:
        again = await parent.submit("/planning/recapitulatif/terminer", seen_on="/accueil")
        assert again.status_code == 409
        assert "Ce que vous avez terminé est réservé" in words(again)

    @pytest.mark.parametrize("query", ["enfant=x", f"enfant={CANTEEN}", "debut=hier", "vue=siecle"])
    async def test_wrong_addresses_are_kindly_refused(self, parent, enrolled, query) -> None:
        answer = await parent.get(f"/planning?{query}")
        assert answer.status_code in {404, 422}
        assert "Retour à l'accueil" in words(answer)


class TestInvoices:
    @pytest.fixture(autouse=True)
    def _issued(self, world: World) -> None:
        world.invoices += [invoice("2209001", 1200), invoice("2209002", 800), invoice("2208001", 500, "paid")]

    async def test_are_listed_as_in_the_guide(self, parent) -> None:
        tiles = words(await parent.get("/accueil"))
        assert "Régie Périscolaire d'Alixan : 2 factures en attente" in tiles
        page = words(await parent.get("/factures"))
        assert "SEPTEMBRE 2022" in page
        assert "01/09/2022 - Facture NUM 2209001" in page
        assert "(PDF - 106 Ko)" in page
        assert "À payer 12,00 €" in page
        assert "2208001" not in page

    async def test_one_is_taken_out_then_the_other_paid(self, parent, world: World) -> None:
        first, second, _ = (one["invoice_id"] for one in world.invoices)
        both = f"/factures/recapitulatif?facture={first}&facture={second}"
        assert "2 factures pour un montant total de 20,00 €" in words(await parent.get(both))
        without = f"{both}&retirer={second}"
        assert "1 facture pour un montant total de 12,00 €" in words(await parent.get(without))
        page = await parent.submit("/factures/payer", {"facture": [first]}, seen_on=without)
        assert 'name="PBX_TOTAL" value="1200"' in page.text
        (payment_id,) = world.payments
        world.settle(payment_id, "succeeded")
        assert "Revenir à mes factures" in words(await parent.get(f"/paiement/{payment_id}"))
        assert "2209001" in words(await parent.get("/factures/historique"))

    async def test_a_credit_is_deducted_first(self, parent, world: World) -> None:
        world.credit_cents = 500
        chosen = world.invoices[0]["invoice_id"]
        recap = f"/factures/recapitulatif?facture={chosen}"
        page = words(await parent.get(recap))
        assert "Avoir déduit : − 5,00 €" in page
        assert "Reste à payer : 7,00 €" in page
        page = await parent.submit("/factures/payer", {"facture": [chosen]}, seen_on=recap)
        assert 'name="PBX_TOTAL" value="700"' in page.text

    async def test_a_credit_that_covers_everything_needs_no_bank(self, parent, world: World) -> None:
        world.credit_cents = 5000
        chosen = world.invoices[0]["invoice_id"]
        recap = f"/factures/recapitulatif?facture={chosen}"
        assert "Votre avoir couvre tout" in words(await parent.get(recap))
        answer = await parent.submit("/factures/payer", {"facture": [chosen]}, seen_on=recap)
        assert "C'est réglé par votre avoir" in words(await parent.get(answer.headers["location"]))
        assert world.payments == {}

    async def test_a_refused_card_pays_the_same_invoices_again(self, parent, world: World) -> None:
        chosen = world.invoices[0]["invoice_id"]
        await parent.submit("/factures/payer", {"facture": [chosen]}, seen_on="/accueil")
        (refused,) = world.payments
        world.settle(refused, "refused")
        page = await parent.submit(f"/paiement/{refused}/reessayer", seen_on=f"/paiement/{refused}")
        assert 'name="PBX_TOTAL" value="1200"' in page.text

    async def test_nothing_chosen_or_already_paid(self, parent, world: World) -> None:
        assert "Choisissez au moins une facture" in words(await parent.get("/factures/recapitulatif"))
        paid = world.invoices[2]["invoice_id"]
        answer = await parent.submit("/factures/payer", {"facture": [paid]}, seen_on="/accueil")
        assert answer.status_code == 409
        assert "déjà payée" in words(answer)

    async def test_the_pdf_is_passed_on(self, parent, world: World) -> None:
        answer = await parent.get(f"/factures/{world.invoices[0]['invoice_id']}/pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert "Facture-2209001.pdf" in answer.headers["content-disposition"]
        assert (await parent.get("/factures/00000000-0000-0000-0000-000000000009/pdf")).status_code == 404

    async def test_the_account_shows_every_movement(self, parent) -> None:
        assert "Facture NUM 2209001" in words(await parent.get("/factures/compte"))
