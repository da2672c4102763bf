"""The page «Contrôles»: for whom it is, what it says, and the button."""

import pytest
from fake_api.controls import dead_letter, difference
from fake_api.world import STAFF_USER, World

pytestmark = pytest.mark.integration

PAGE = "/mairie/controles"
MENDED = "La réservation de Louis du 12/09/2022 manquait à la facturation : elle a été ajoutée."
OPEN = "La réservation de Louis du 13/09/2022 est comptée 9,90 € à la facturation, et 5,00 € au planning."


class TestForWhom:
    async def test_the_regisseur_has_it_in_the_menu(self, regisseur) -> None:
        assert f'href="{PAGE}"' in (await regisseur.get("/mairie")).text

    async def test_an_agent_is_told_whom_it_is_for(self, visitor, world: World) -> None:
        await visitor.log_in(user=STAFF_USER)
        assert f'href="{PAGE}"' not in (await visitor.get("/mairie")).text
        answer = await visitor.get(PAGE)
        assert answer.status_code == 403
        assert "réservée au régisseur" in answer.text
        assert (await visitor.submit(PAGE, seen_on="/mairie")).status_code == 403
        assert not world.town_hall.books.asked

    async def test_a_parent_and_a_visitor_do_not_see_it(self, parent) -> None:
        assert (await parent.get(PAGE)).status_code == 403
        parent.cookies.clear()
        assert (await parent.get(PAGE)).status_code == 303


class TestDifferences:
    async def test_all_agrees(self, regisseur, world: World) -> None:
        page = (await regisseur.get(PAGE)).text
        assert "Pas encore vérifié" in page
        assert "Tout concorde" not in page, "nothing was compared yet"
        await regisseur.submit(PAGE, seen_on=PAGE)
        page = (await regisseur.get(PAGE)).text
        assert "Tout concorde." in page
        assert "1\u00a0240 réservations comparées" in page
        assert "Vérifié le 4 juillet 2022 à 09:00" in page
        assert "À examiner" not in page

    async def test_what_differs_and_what_was_mended(self, regisseur, world: World) -> None:
        world.town_hall.books.differences = [
            difference("billing", MENDED),
            difference("billing", OPEN, "Vérifiez le <tarif> de la famille."),
            difference("enrolment", "Le paiement ne correspond à aucune commande.", "Comparez avec le relevé."),
        ]
        page = (await regisseur.get(PAGE)).text
        assert "Tout concorde" not in page
        for said in (MENDED, OPEN, "Vérifiez le &lt;tarif&gt; de la famille.", "Comparez avec le relevé."):
            assert said in page
        assert page.index(OPEN) < page.index(MENDED), "what a person must see comes first"
        assert "version 1, cents 990" in page

    @pytest.mark.parametrize("away", ["billing", "enrolment"])
    async def test_survives_a_service_away_and_does_not_say_that_all_agrees(
        self, regisseur, world: World, away: str
    ) -> None:
        await regisseur.submit(PAGE, seen_on=PAGE)
        world.down = {away}
        page = await regisseur.get(PAGE)
        assert page.status_code == 200
        assert "Tout concorde" not in page.text
        assert "momentanément indisponible" in page.text


class TestTheButton:
    async def test_shows_the_result(self, regisseur, world: World) -> None:
        sent = await regisseur.submit(PAGE, seen_on=PAGE)
        assert sorted(world.town_hall.books.asked) == ["payment-gateway", "planning"]
        assert "La vérification est faite" in (await regisseur.get(sent.headers["location"])).text

    async def test_says_when_it_takes_longer(self, regisseur, world: World) -> None:
        world.town_hall.books.slow = True
        sent = await regisseur.submit(PAGE, seen_on=PAGE)
        page = (await regisseur.get(sent.headers["location"])).text
        assert "La vérification est lancée." in page
        assert "Afficher le résultat" in page

    async def test_pressed_twice_asks_once(self, regisseur, world: World) -> None:
        for _time in range(2):
            await regisseur.submit(PAGE, {"idempotency_key": "une-clef"}, seen_on=PAGE)
        assert len(world.town_hall.books.asked) == 2, "each owner once"

    async def test_a_form_without_its_token_asks_nothing(self, regisseur, world: World) -> None:
        answer = await regisseur.post(PAGE, headers={"Origin": "http://alixan.localhost"})
        assert answer.status_code == 403
        assert not world.town_hall.books.asked


class TestDeadLetters:
    async def test_none(self, regisseur) -> None:
        assert "Aucun message n'est en échec." in (await regisseur.get(PAGE)).text

    async def test_what_is_late_is_told_in_plain_words(self, regisseur, world: World) -> None:
        first, second = "2022-07-04T08:00:00+02:00", "2022-07-04T08:30:00+02:00"
        event, queue = "planning.reservations_committed.v1", "billing.reservations"
        world.town_hall.books.dead = {
            "billing": [dead_letter(event, queue, "KeyError: 'day'", at) for at in (second, first)],
            "identity": [dead_letter("something.new.v1", "identity.families", "unknown type")],
        }
        page = (await regisseur.get(PAGE)).text
        assert "<h3>Des réservations en retard à la facturation</h3>" in page
        assert "2 messages attendent, le premier depuis le 4 juillet 2022 à 08:00." in page
        assert "<h3>Des informations en retard pour la connexion</h3>" in page
        assert "rien n'est perdu" in page
        first_details = page.index("<details>")
        assert "KeyError" not in page[:first_details]
        assert "KeyError: &#39;day&#39;" in page[first_details:]

    async def test_a_service_away_says_so(self, regisseur, world: World) -> None:
        world.down = {"communication"}
        page = (await regisseur.get(PAGE)).text
        assert "Momentanément indisponible" in page
        assert "Aucun message n'est en échec." not in page
