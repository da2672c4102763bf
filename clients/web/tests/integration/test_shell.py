"""Every page of the shell: reached, forbidden, kind when something is away."""

import pytest
from fake_api.world import OWN_PASSWORD, PASSWORD, STAFF_USER, World

pytestmark = pytest.mark.integration


class TestLogin:
    async def test_leads_to_the_tiles(self, visitor) -> None:
        answer = await visitor.log_in()
        assert (answer.status_code, answer.headers["location"]) == (303, "/accueil")
        tiles = await visitor.get("/accueil")
        assert "Planning des enfants" in tiles.text
        assert "Camille Martin" in tiles.text

    async def test_wrong_password_is_told_beside_the_form(self, visitor) -> None:
        answer = await visitor.log_in(password="faux")
        assert answer.status_code == 401
        assert "n&#39;est pas le bon" in answer.text
        assert 'value="camille.martin"' in answer.text

    async def test_too_many_attempts_are_told(self, visitor) -> None:
        answer = await visitor.log_in(user="trop.vite")
        assert answer.status_code == 429
        assert "Réessayez dans 30 secondes" in answer.text

    async def test_staff_go_to_the_town_hall(self, visitor) -> None:
        answer = await visitor.log_in(user=STAFF_USER)
        assert answer.headers["location"] == "/mairie"
        assert (await visitor.get("/accueil")).headers["location"] == "/mairie"

    async def test_names_the_visitor_to_the_api(self, visitor, world: World) -> None:
        await visitor.get("/", headers={"x-forwarded-for": "198.51.100.7"})
        assert {headers.get("x-forwarded-for") for _, _, headers in world.requests} == {"198.51.100.7"}

    async def test_comes_back_to_the_page_asked_for(self, visitor) -> None:
        refused = await visitor.get("/dossier?x=1")
        assert refused.headers["location"] == "/?suite=%2Fdossier%3Fx%3D1"
        answer = await visitor.log_in(suite="/dossier?x=1")
        assert answer.headers["location"] == "/dossier?x=1"

    @pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "/\tx", "x"])
    async def test_never_leads_to_another_site(self, visitor, elsewhere) -> None:
        assert (await visitor.log_in(suite=elsewhere)).headers["location"] == "/accueil"

    async def test_logging_out_ends_the_session_everywhere(self, parent, world: World) -> None:
        answer = await parent.submit("/deconnexion", seen_on="/accueil")
        assert answer.headers["location"] == "/?fait=deconnexion"
        assert not world.refresh
        assert (await parent.get("/accueil")).headers["location"].startswith("/?suite=")


class TestPasswords:
    async def test_first_login_asks_for_an_own_password(self, visitor, world: World) -> None:
        world.must_change = True
        answer = await visitor.log_in()
        assert answer.headers["location"] == "/premier-mot-de-passe"
        assert (await visitor.get("/accueil")).headers["location"] == "/premier-mot-de-passe"
        fields = {"current_password": PASSWORD, "new_password": OWN_PASSWORD, "again": OWN_PASSWORD}
        changed = await visitor.submit("/premier-mot-de-passe", fields, seen_on="/premier-mot-de-passe")
        assert changed.headers["location"] == "/accueil"
        assert (await visitor.get("/accueil")).status_code == 200

    async def test_a_weak_password_says_why(self, visitor, world: World) -> None:
        world.must_change = True
        await visitor.log_in()
        fields = {"current_password": PASSWORD, "new_password": "court", "again": "court"}
        answer = await visitor.submit("/premier-mot-de-passe", fields, seen_on="/premier-mot-de-passe")
        assert answer.status_code == 422
        assert "au moins 12 caractères" in answer.text

    async def test_a_forgotten_password_is_replaced_by_mail(self, visitor, world: World) -> None:
        asked = await visitor.submit("/mot-de-passe-oublie", {"user_name": "x@y.fr"}, seen_on="/mot-de-passe-oublie")
        assert "un lien vient de partir" in asked.text
        assert world.resets == ["x@y.fr"]
        page = "/mot-de-passe/bon-jeton-123"
        answer = await visitor.submit(page, {"new_password": OWN_PASSWORD, "again": OWN_PASSWORD}, seen_on=page)
        assert answer.headers["location"] == "/?fait=mot-de-passe"
        assert world.password == OWN_PASSWORD

    async def test_an_expired_link_offers_another(self, visitor) -> None:
        page = "/mot-de-passe/vieux-jeton"
        answer = await visitor.submit(page, {"new_password": OWN_PASSWORD, "again": OWN_PASSWORD}, seen_on=page)
        assert answer.status_code == 409
        assert "Demander un nouveau lien" in answer.text


class TestTrouble:
    async def test_a_service_away_is_told_on_its_tile_only(self, parent, world: World) -> None:
        world.down = {"billing"}
        tiles = await parent.get("/accueil")
        assert tiles.status_code == 200
        assert "Momentanément indisponible" in tiles.text
        assert "Famille Martin" in tiles.text

    async def test_a_page_that_needs_it_says_so_kindly(self, parent, world: World) -> None:
        world.down = {"enrolment"}
        answer = await parent.get("/dossier")
        assert answer.status_code == 503
        assert "Les autres pages du portail continuent" in answer.text

    async def test_the_home_page_survives_without_communication(self, visitor, world: World) -> None:
        world.down = {"communication"}
        answer = await visitor.get("/")
        assert answer.status_code == 200
        assert "Se connecter" in answer.text

    @pytest.mark.parametrize("path", ["/nulle-part", "/actualites/pas-un-identifiant", f"/actualites/{'0' * 32}"])
    async def test_unknown_pages(self, visitor, path) -> None:
        answer = await visitor.get(path)
        assert answer.status_code == 404
        assert "Alixan" in answer.text

    async def test_a_host_without_commune(self, visitor) -> None:
        answer = await visitor.get("/", headers={"Host": "autre.localhost"})
        assert answer.status_code == 404
        assert "Commune inconnue" in answer.text

    async def test_everything_away(self, visitor, world: World) -> None:
        world.down = {"identity", "communication"}
        answer = await visitor.get("/")
        assert answer.status_code == 503
        assert "Réessayer" in answer.text

    async def test_who_waits_at_the_entrance_sees_rank_and_time_and_is_let_in(self, parent, world: World) -> None:
        world.rank = 81
        answer = await parent.get("/planning?vue=semaine")
        assert answer.status_code == 429
        assert "80 familles passent avant vous" in answer.text
        assert (answer.headers["retry-after"], answer.headers["refresh"]) == ("40", "20; url=/planning?vue=semaine")
        world.rank = 5
        form = await parent.submit("/planning/recapitulatif/terminer", seen_on="/accueil")
        assert form.headers["refresh"] == "2; url=/planning"
        assert (await parent.get("/accueil")).status_code == 200
        world.rank = 0
        assert (await parent.get("/planning?vue=semaine")).status_code == 200

    async def test_an_ended_session_leads_to_the_login(self, parent, world: World) -> None:
        world.access.clear()
        answer = await parent.get("/dossier")
        assert answer.headers["location"] == "/?suite=%2Fdossier"
        assert "__Host-session" not in parent.cookies


class TestPublicPages:
    @pytest.mark.parametrize("path", ["/", "/actualites", "/accessibilite", "/mentions-legales", "/theme.css"])
    async def test_answer(self, visitor, path) -> None:
        assert (await visitor.get(path)).status_code == 200

    async def test_a_document_is_passed_on_as_a_download(self, visitor) -> None:
        home = await visitor.get("/")
        path = home.text.split('href="/documents/')[1].split('"')[0]
        answer = await visitor.get(f"/documents/{path}")
        assert answer.content.startswith(b"%PDF")
        assert answer.headers["content-disposition"].startswith("attachment")


class TestFile:
    async def test_coordinates_are_changed(self, parent, world: World) -> None:
        fields = {"email": "nouveau@exemple.fr", "phone": "07"}
        answer = await parent.submit("/dossier/coordonnees", fields, seen_on="/dossier")
        assert answer.status_code == 303
        assert (world.email, world.phone) == ("nouveau@exemple.fr", "07")

    async def test_own_band_is_marked(self, parent) -> None:
        assert "votre tranche" in (await parent.get("/activites")).text

    async def test_a_message_reaches_the_town_hall(self, parent, world: World) -> None:
        await parent.submit("/messagerie", {"subject": "Absence", "body": "Demain."}, seen_on="/messagerie")
        assert world.messages[0]["subject"] == "Absence"
        assert "Absence" in (await parent.get("/messagerie")).text
