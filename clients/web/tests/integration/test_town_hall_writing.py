"""What the town hall writes: news, welcome text, documents, messages."""

import re

import pytest
from fake_api.world import FAMILY, STAFF_USER, World, an_id

pytestmark = pytest.mark.integration

NEW = "/mairie/actualites/nouvelle"
ITEM = f"/mairie/actualites/{an_id('news')}"
DOCUMENTS = "/mairie/documents"
THREAD = f"/mairie/messages/{FAMILY}"


@pytest.fixture
async def agent(visitor):
    """An agent logged in."""
    await visitor.log_in(user=STAFF_USER)
    return visitor


async def upload(agent, title: str, name: str, content: bytes, key: str = "une-clef"):
    page = await agent.get(DOCUMENTS)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    fields = {"csrf_token": token.group(1), "idempotency_key": key, "title": title}
    return await agent.post(DOCUMENTS, data=fields, files={"file": (name, content, "application/pdf")})


class TestNews:
    async def test_is_published(self, agent, world: World) -> None:
        sent = await agent.submit(NEW, {"title": " Fête ", "body": "Samedi\r\nsoir."}, seen_on=NEW)
        assert "L&#39;actualité est publiée." in (await agent.get(sent.headers["location"])).text
        assert (world.town_hall.news[0]["title"], world.town_hall.news[0]["body"]) == ("Fête", "Samedi\nsoir.")

    async def test_is_seen_before_it_is_published(self, agent, world: World) -> None:
        fields = {"title": "Fête", "body": "Le **samedi**.\n\n<script>x</script>", "geste": "apercu"}
        page = await agent.submit(NEW, fields, seen_on=NEW)
        assert "<strong>samedi</strong>" in page.text
        assert "<script>x" not in page.text
        assert 'value="Fête"' in page.text
        assert len(world.town_hall.news) == 1

    async def test_what_is_missing_is_told_and_the_rest_kept(self, agent) -> None:
        answer = await agent.submit(NEW, {"title": "Fête", "body": " "}, seen_on=NEW)
        assert answer.status_code == 422
        assert "Il faut un titre et un texte." in answer.text
        assert 'value="Fête"' in answer.text

    async def test_a_refusal_of_the_service_is_told_and_the_text_kept(self, agent) -> None:
        answer = await agent.submit(NEW, {"title": "x" * 151, "body": "Samedi."}, seen_on=NEW)
        assert answer.status_code == 422
        assert "absentes ou mal formées" in answer.text
        assert "String should" not in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert "Samedi." in answer.text

    async def test_sent_twice_is_published_once(self, agent, world: World) -> None:
        fields = {"title": "Fête", "body": "Samedi.", "idempotency_key": "une-clef"}
        for _time in range(2):
            await agent.submit(NEW, fields, seen_on=NEW)
        assert len(world.town_hall.news) == 2

    async def test_is_corrected(self, agent, world: World) -> None:
        assert "**jeudi 12h**" in (await agent.get(ITEM)).text
        await agent.submit(ITEM, {"title": "Cantine", "body": "Ouverte."}, seen_on=ITEM)
        assert world.town_hall.news[0]["title"] == "Cantine"

    async def test_is_withdrawn_after_a_question(self, agent, world: World) -> None:
        assert "Retirer «Les inscriptions" in (await agent.get(f"{ITEM}/retirer")).text
        sent = await agent.submit(f"{ITEM}/retirer", seen_on=f"{ITEM}/retirer")
        assert "retirée du portail" in (await agent.get(sent.headers["location"])).text
        assert not world.town_hall.news
        assert (await agent.get(ITEM)).status_code == 404


class TestWelcome:
    async def test_is_replaced(self, agent, world: World) -> None:
        page = "/mairie/accueil"
        sent = await agent.submit(page, {"title": "Bonjour", "body": "Bienvenue."}, seen_on=page)
        assert "Le texte d&#39;accueil est publié." in (await agent.get(sent.headers["location"])).text
        assert world.town_hall.home["body"] == "Bienvenue."


class TestDocuments:
    async def test_is_passed_on_as_it_is(self, agent, world: World) -> None:
        content = b"%PDF-1.7 " + b"x" * 600_000
        sent = await upload(agent, "Menus d'été", "menus été.pdf", content)
        assert "Le document est publié." in (await agent.get(sent.headers["location"])).text
        assert world.town_hall.uploaded == [("menus été.pdf", content)]

    async def test_sent_twice_is_published_once(self, agent, world: World) -> None:
        for _time in range(2):
            assert (await upload(agent, "Menus", "menus.pdf", b"%PDF-1.7")).status_code == 303
        assert len(world.town_hall.uploaded) == 1

    async def test_a_refused_file_is_told_and_its_title_kept(self, agent) -> None:
        answer = await upload(agent, "Menus", "menus.pdf", b"MZ")
        assert answer.status_code == 422
        assert "pas d&#39;un format accepté" in answer.text
        assert 'value="Menus"' in answer.text

    @pytest.mark.parametrize(("title", "name", "content"), [("Menus", "", b""), (" ", "menus.pdf", b"%PDF-")])
    async def test_what_is_missing_is_told(self, agent, world: World, title, name, content) -> None:
        answer = await upload(agent, title, name, content)
        assert answer.status_code == 422
        assert "Il faut un titre et un fichier." in answer.text
        assert not world.town_hall.uploaded

    async def test_is_withdrawn_after_a_question(self, agent, world: World) -> None:
        path = f"{DOCUMENTS}/{an_id('document')}/retirer"
        await agent.submit(path, seen_on=path)
        assert not world.town_hall.documents
        assert (await agent.get(path)).status_code == 404


class TestMessages:
    @pytest.fixture
    def written(self, world: World) -> World:
        message = {"message_id": an_id("m"), "from": "family", "author": "Camille Martin", "subject": "Absence"}
        world.messages = [message | {"body": "Demain.", "sent_at": "2022-07-04T08:00:00+02:00", "read": False}]
        return world

    async def test_unread_ones_are_marked_until_seen(self, agent, written: World) -> None:
        assert "1 non lu" in (await agent.get("/mairie/messages")).text
        assert "Demain." in (await agent.get(THREAD)).text
        assert "non lu" not in (await agent.get("/mairie/messages")).text

    async def test_an_answer_reaches_the_family(self, agent, written: World) -> None:
        assert 'value="Re : Absence"' in (await agent.get(THREAD)).text
        await agent.submit(THREAD, {"subject": "Re : Absence", "body": "Noté."}, seen_on=THREAD)
        assert written.messages[-1]["from"] == "town_hall"
        assert written.messages[-1]["body"] == "Noté."

    async def test_an_empty_answer_keeps_its_subject(self, agent, written: World) -> None:
        answer = await agent.submit(THREAD, {"subject": "Autre", "body": ""}, seen_on=THREAD)
        assert answer.status_code == 422
        assert 'value="Autre"' in answer.text

    async def test_of_an_unknown_family(self, agent) -> None:
        assert (await agent.get(f"/mairie/messages/{an_id('nobody')}")).status_code == 404

    async def test_are_read_while_enrolment_is_away(self, agent, written: World) -> None:
        written.down = {"enrolment"}
        assert "Demain." in (await agent.get(THREAD)).text
