"""The town hall's pages: who may see them, what they show, what they change."""

from datetime import date

import pytest
from fake_api.world import (
    CANTEEN,
    ESTELLE,
    FAMILY,
    LOUIS,
    REGIE,
    STAFF_USER,
    USER,
    World,
    an_id,
    invoice,
)
from reading import words

pytestmark = pytest.mark.integration

FILE = f"/mairie/familles/{FAMILY}"
PAGES = [
    "/mairie",
    "/mairie/familles",
    FILE,
    "/mairie/adhesions",
    "/mairie/reservations",
    "/mairie/factures",
    "/mairie/facturation",
    "/mairie/paiements",
    "/mairie/actualites",
    "/mairie/actualites/nouvelle",
    f"/mairie/actualites/{an_id('news')}",
    f"/mairie/actualites/{an_id('news')}/retirer",
    "/mairie/documents",
    f"/mairie/documents/{an_id('document')}/retirer",
    "/mairie/accueil",
    "/mairie/messages",
    f"/mairie/messages/{FAMILY}",
    "/mairie/courriels",
]


@pytest.fixture
async def agent(visitor):
    """An agent logged in."""
    await visitor.log_in(user=STAFF_USER)
    return visitor


@pytest.fixture
def september(world: World) -> World:
    """Louis and Estelle enrolled and paid; Louis has four days, Estelle one; one invoice."""
    world.orders["1"] = {
        "status": "paid",
        "payment_id": None,
        "lines": [
            {
                "adhesion_id": an_id(f"adhesion {member}"),
                "member_id": member,
                "first_name": name,
                "activity_id": CANTEEN,
                "activity_name": "Cantine d'Alixan 2022/2023",
                "amount_cents": 1700,
            }
            for member, name in ((LOUIS, "Louis"), (ESTELLE, "Estelle"))
        ],
    }
    world.paid = {(CANTEEN, LOUIS)}
    world.booked = {(LOUIS, date(2022, 9, day)) for day in (1, 2, 5, 6)} | {(ESTELLE, date(2022, 9, 1))}
    world.invoices = [invoice("2209001", 2000)]
    return world


class TestWhoMayEnter:
    @pytest.mark.parametrize("path", PAGES)
    async def test_staff(self, agent, path) -> None:
        answer = await agent.get(path)
        assert answer.status_code == 200
        assert "Menu de la mairie" in answer.text

    @pytest.mark.parametrize("path", PAGES)
    async def test_a_parent_is_told_kindly(self, parent, world: World, path) -> None:
        world.requests.clear()
        answer = await parent.get(path)
        assert answer.status_code == 403
        assert "réservée à la mairie" in answer.text
        assert "Retour à l'accueil" in answer.text
        services = {request[1].split("/")[2] for request in world.requests}
        assert services <= {"planning", "identity"}, "only the shell's own questions may be asked"

    @pytest.mark.parametrize("path", PAGES)
    async def test_a_visitor_logs_in_first(self, visitor, path) -> None:
        answer = await visitor.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/?suite=%2Fmairie")

    async def test_a_parent_changes_nothing(self, parent, world: World) -> None:
        answer = await parent.submit("/mairie/accueil", {"title": "x", "body": "y"}, seen_on="/messagerie")
        assert answer.status_code == 403
        assert world.town_hall.home["title"] == "Chers parents,"

    @pytest.mark.parametrize("path", ["/mairie/accueil", "/mairie/facturation", f"/mairie/messages/{FAMILY}"])
    async def test_a_form_without_its_token_changes_nothing(self, regisseur, world: World, path) -> None:
        world.town_hall.chargeable_cents = {"2022-09": 500}
        fields = {"title": "x", "subject": "x", "body": "y", "mois": "2022-09"}
        answer = await regisseur.post(path, data=fields, headers={"Origin": "http://alixan.localhost"})
        assert answer.status_code == 403
        assert not world.town_hall.runs
        assert not world.messages


class TestDashboard:
    async def test_shows_the_day_and_what_waits(self, agent, september: World) -> None:
        september.booked.add((LOUIS, date(2022, 7, 5)))
        page = await agent.get("/mairie")
        assert "Lundi 4 juillet 2022" in page.text
        assert "<strong>1</strong> / 80" in page.text
        assert "Adhésions à payer" in page.text

    @pytest.mark.parametrize("away", ["planning", "enrolment", "billing", "payment-gateway", "communication"])
    async def test_survives_any_service_away(self, agent, world: World, away) -> None:
        world.down = {away}
        page = await agent.get("/mairie")
        assert page.status_code == 200
        assert "Momentanément indisponible" in page.text


class TestFamilies:
    async def test_found_by_name(self, agent) -> None:
        page = await agent.get("/mairie/familles", params={"recherche": "martin"})
        assert "Famille Martin" in page.text
        assert "Voisin" not in page.text
        assert "<em>" not in (await agent.get("/mairie/familles", params={"recherche": "<em>x"})).text

    async def test_the_list_goes_on_with_the_same_words(self, agent) -> None:
        first = await agent.get("/mairie/familles", params={"recherche": "famille"})
        assert "Famille Voisin 59" not in first.text
        following = first.text.split('href="?recherche=famille&amp;cursor=')[1].split('"')[0]
        second = await agent.get("/mairie/familles", params={"recherche": "famille", "cursor": following})
        assert "Famille Voisin 59" in second.text
        assert "Revenir au début" in second.text

    async def test_a_file_has_all_that_concerns_the_family(self, agent, september: World) -> None:
        page = (await agent.get(f"{FILE}?du=2022-09-01&au=2022-09-30")).text
        for shown in ("3 rue des Écoles", "980", "camille.martin", "Estelle Martin", "01, 02, 05, 06", "2209001"):
            assert shown in page
        assert "20,00\u00a0€" in page

    async def test_a_file_survives_the_other_services_away(self, agent, september: World) -> None:
        september.down = {"planning", "billing", "payment-gateway"}
        page = await agent.get(FILE)
        assert page.status_code == 200
        assert page.text.count("Momentanément indisponible") == 3

    @pytest.mark.parametrize("family_id", ["pas-un-id", an_id("another commune's")])
    async def test_unknown_families(self, agent, family_id) -> None:
        assert (await agent.get(f"/mairie/familles/{family_id}")).status_code == 404

    @pytest.mark.parametrize("period", ["du=2022-13-01", "du=hier", "du=0001-01-01", "au=9999-12-31"])
    async def test_days_out_of_any_calendar(self, agent, period) -> None:
        assert (await agent.get(f"{FILE}?{period}")).status_code == 422


class TestFirstPassword:
    PATH = f"{FILE}/comptes/{an_id(USER)}/premier-mot-de-passe"

    async def test_is_asked_then_printed_once(self, agent, world: World) -> None:
        asking = await agent.get(self.PATH)
        assert "ne fonctionnera plus" in asking.text
        assert not world.town_hall.first_passwords
        letter = await agent.submit(self.PATH, seen_on=self.PATH)
        assert "cerise-tambour-1947" in letter.text
        assert "alixan.localhost" in letter.text
        assert letter.headers["cache-control"] == "no-store"

    async def test_only_for_an_account_of_the_family(self, agent, world: World) -> None:
        path = f"{FILE}/comptes/{an_id(STAFF_USER)}/premier-mot-de-passe"
        assert (await agent.get(path)).status_code == 404
        assert (await agent.submit(path, seen_on=self.PATH)).status_code == 404
        assert not world.town_hall.first_passwords


class TestLists:
    async def test_adhesions_by_status(self, agent, september: World) -> None:
        everything = await agent.get("/mairie/adhesions?activite=&etat=&recherche=")
        assert "Louis" in everything.text
        assert "Estelle" in everything.text
        waiting = await agent.get("/mairie/adhesions?etat=awaiting_payment")
        assert "Louis" not in waiting.text
        assert (await agent.get("/mairie/adhesions?etat=x")).status_code == 422

    async def test_who_is_expected(self, agent, september: World) -> None:
        page = await agent.get("/mairie/reservations?jour=2022-09-01")
        assert "2 attendus" in page.text
        assert "Estelle" in page.text
        quiet = await agent.get("/mairie/reservations?jour=2022-09-02")
        assert "Estelle" not in quiet.text
        assert "Aucune activité ce jour-là" in (await agent.get("/mairie/reservations?jour=2022-07-09")).text

    async def test_slots_that_share_a_room_are_told_with_its_places(self, agent, september: World) -> None:
        september.town_hall.room = {"expected": 32, "places": 40}
        september.booked.add((LOUIS, date(2022, 7, 5)))
        for path in ("/mairie", "/mairie/reservations?jour=2022-09-01"):
            assert "· 32 / 40 ensemble" in words(await agent.get(path)), path
        page = words(await agent.get("/mairie/reservations?jour=2022-09-01"))
        told = "32 au plus au même moment, avec les créneaux qui se chevauchent, pour 40 places partagées"
        assert f"– 2 attendus, {told}" in page

    async def test_invoices_by_month_and_family(self, agent, september: World) -> None:
        september.invoices.append(invoice("2210001", 500, month="2022-10-01"))
        page = await agent.get(f"/mairie/factures?mois=2022-10&etat=&famille={FAMILY}")
        assert "2210001" in page.text
        assert "2209001" not in page.text
        assert "Seulement les factures de" in page.text

    async def test_an_invoice_is_downloaded(self, agent, september: World) -> None:
        answer = await agent.get(f"/mairie/factures/{an_id('2209001')}/pdf")
        assert answer.content.startswith(b"%PDF")
        assert answer.headers["content-disposition"] == 'attachment; filename="Facture-2209001.pdf"'

    async def test_a_payment_tells_its_story(self, agent, world: World) -> None:
        payment_id = world.request_payment("invoices", REGIE, 2000, "Régie Périscolaire d'Alixan")
        assert payment_id in (await agent.get("/mairie/paiements?etat=requested")).text
        assert payment_id not in (await agent.get("/mairie/paiements?etat=refused")).text
        assert "La banque accepte le paiement." in (await agent.get(f"/mairie/paiements/{payment_id}")).text

    async def test_mails_and_their_state(self, agent, world: World) -> None:
        mail = {"mail_id": an_id("mail"), "recipient_name": "Camille Martin", "subject": "Facture disponible"}
        world.town_hall.mails = [mail | {"state": "failed", "created_at": "2022-07-04T09:00:00Z", "sent_at": None}]
        page = await agent.get("/mairie/courriels")
        assert "Facture disponible" in page.text
        assert "échec" in page.text
        assert "4 juillet 2022 à 11:00" in page.text, "told in the commune's time"


class TestInvoicing:
    async def test_a_month_is_shown_then_invoiced(self, regisseur, world: World) -> None:
        world.town_hall.chargeable_cents = {"2022-09": 2000}
        page = "/mairie/facturation?mois=2022-09"
        preview = (await regisseur.get(page)).text
        assert "Ce mois n'est pas terminé" in preview
        assert "Facturer septembre 2022" in preview
        sent = await regisseur.submit("/mairie/facturation", {"mois": "2022-09"}, seen_on=page)
        done = (await regisseur.get(sent.headers["location"])).text
        assert "numéro 2209001, pour un total de 20,00\u00a0€" in done
        assert world.invoices[0]["number"] == "2209001"

    async def test_nothing_to_invoice_is_told(self, regisseur) -> None:
        sent = await regisseur.submit("/mairie/facturation", {"mois": "2022-06"}, seen_on="/mairie/facturation")
        assert "rien de plus à facturer" in (await regisseur.get(sent.headers["location"])).text

    async def test_an_agent_sees_why_not(self, agent, world: World) -> None:
        world.town_hall.chargeable_cents = {"2022-09": 2000}
        page = await agent.get("/mairie/facturation?mois=2022-09")
        assert "réservée au régisseur" in page.text
        assert "Facturer septembre 2022" not in page.text
        refused = await agent.submit("/mairie/facturation", {"mois": "2022-09"}, seen_on="/mairie/facturation")
        assert refused.status_code == 403
        assert not world.town_hall.runs

    @pytest.mark.parametrize("month", ["", "septembre", "2022-13", "0001-01"])
    async def test_no_month(self, regisseur, month) -> None:
        answer = await regisseur.submit("/mairie/facturation", {"mois": month}, seen_on="/mairie/facturation")
        assert answer.status_code == 422
