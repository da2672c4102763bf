"""«Modification avancée», the trail and the calendars' addresses, without JavaScript."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from fake_api import advanced as fake_advanced
from fake_api import planning as fake_planning
from fake_api.world import CANTEEN, ESTELLE, FAMILY, LOUIS, STAFF_USER, World
from reading import words

pytestmark = pytest.mark.integration

_FORM = "/planning/avance"
_MONDAYS = {
    "enfant": [LOUIS, ESTELLE],
    "activite": CANTEEN,
    "methode": "semaine",
    "jour": ["0", "2"],
    "semaines": "toutes",
    "action": "ajouter",
    "du": "2022-09-01",
    "au": "2022-09-30",
}
_NOTHING = {
    "action": "book",
    "proposals": [],
    "count": 0,
    "refused_count": 0,
    "amount_cents": 0,
    "period_cost_cents": 0,
    "draft_count": 0,
}
HOSTILE = "<script>stolen()</script>"


def preview(**changes: Any) -> str:
    return f"{_FORM}/apercu?{urlencode(_MONDAYS | changes, doseq=True)}"


@pytest.fixture
def enrolled(world: World) -> World:
    world.paid |= {(CANTEEN, LOUIS), (CANTEEN, ESTELLE)}
    return world


class TestAdvancedChange:
    async def test_opens_with_what_the_planning_showed(self, parent, enrolled) -> None:
        page = await parent.get(f"/planning?enfant={LOUIS}&debut=2022-09-01&modifier=1")
        link = re.search(r'href="(/planning/avance[^"]+)"', page.text)
        assert link
        form = await parent.get(link[1].replace("&amp;", "&"))
        assert f'name="enfant" value="{LOUIS}" checked' in form.text
        assert f'name="enfant" value="{ESTELLE}" checked' not in form.text
        assert 'type="date" value="2022-09-01"' in form.text
        assert 'type="date" value="2022-09-30"' in form.text

    async def test_previewed_then_in_the_recap_then_booked(self, parent, enrolled) -> None:
        page = await parent.get(preview())
        text = words(page)
        assert "8 jours à ajouter" in text
        assert "Coût de la période ensuite 40,00 €" in text.replace("\xa0", " ")
        assert "4 jours de septembre 2022 (5, 12, 19 et 26)" in text
        assert "4 jours : La cantine n'ouvre pas ce jour de la semaine." in text
        assert not enrolled.draft
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text):
            if name not in {"csrf_token", "idempotency_key"}:
                fields.setdefault(name, []).append(value)
        answer = await parent.submit(_FORM, fields, seen_on=preview())
        assert answer.headers["location"] == "/planning/recapitulatif"
        assert len(enrolled.draft) == 8
        assert not enrolled.booked

    async def test_days_are_removed(self, parent, enrolled) -> None:
        enrolled.booked |= {(LOUIS, date(2022, 9, 5)), (LOUIS, date(2022, 9, 6))}
        text = words(await parent.get(preview(action="retirer", enfant=LOUIS)))
        assert "1 jour à retirer" in text
        assert "le 5 septembre 2022" in text

    async def test_copied_from_a_sibling_and_from_last_month(self, parent, enrolled) -> None:
        enrolled.booked |= {(LOUIS, date(2022, 9, 5)), (LOUIS, date(2022, 9, 6))}
        copied = words(await parent.get(preview(methode="enfant", modele=LOUIS, enfant=ESTELLE, jour=[])))
        assert "2 jours de septembre 2022 (5 et 6)" in copied
        month = preview(methode="mois", enfant=LOUIS, jour=[], du="2022-10-01", au="2022-10-31", action="retirer")
        assert "2 jours d'octobre 2022 (3 et 4)" in words(await parent.get(month))

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"enfant": []}, "Cochez au moins un enfant."),
            ({"activite": []}, "Cochez au moins une activité."),
            ({"jour": []}, "Cochez au moins un jour de la semaine."),
            ({"du": ""}, "Indiquez une période"),
            ({"au": "2022-08-31"}, "Indiquez une période"),
            ({"au": "2023-09-02"}, "Indiquez une période"),
            ({"methode": "enfant"}, "Choisissez l'enfant dont les jours sont copiés."),
        ],
    )
    async def test_what_is_missing_is_said_and_the_rest_kept(self, parent, enrolled, changes, sentence) -> None:
        page = await parent.get(preview(**changes))
        assert page.status_code == 422
        assert sentence in words(page)
        if changes != {"jour": []}:
            assert 'name="jour" value="2" checked' in page.text

    async def test_a_foreign_child_and_hostile_values(self, parent, enrolled) -> None:
        assert (await parent.get(preview(enfant=CANTEEN))).status_code == 404
        for name in _MONDAYS:
            page = await parent.get(preview(**{name: HOSTILE}))
            assert page.status_code in {200, 422}
            assert HOSTILE not in page.text

    async def test_nothing_left_to_change_is_said(self, parent, enrolled) -> None:
        enrolled.booked |= {(LOUIS, date(2022, 9, 5))}
        only = _MONDAYS | {"enfant": LOUIS, "jour": "0", "du": "2022-09-05", "au": "2022-09-05"}
        answer = await parent.submit(_FORM, only, seen_on=_FORM)
        assert answer.status_code == 409
        assert "rien n'a changé" in words(answer)

    async def test_slots_are_proposed_and_asked_for(self, parent, enrolled, monkeypatch) -> None:
        asked: list[dict[str, Any]] = []
        monkeypatch.setattr(fake_planning, "SLOTS", [{"code": "matin", "name": "Matin"}])
        monkeypatch.setattr(fake_advanced, "_outcome", lambda _world, body: asked.append(body) or _NOTHING)
        form = await parent.get(f"{_FORM}?{urlencode(_MONDAYS | {'creneau': 'matin'}, doseq=True)}")
        assert 'name="creneau" value="matin" checked' in form.text
        await parent.get(preview(creneau=["matin", HOSTILE]))
        assert asked[0]["days"]["slots"] == ["matin"]

    async def test_nobody_enrolled_is_led_to_enrolment(self, parent) -> None:
        assert "Inscrire aux activités" in words(await parent.get(_FORM))


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "happened_at": "2022-09-12T09:58:00Z",
        "actor": "family",
        "actor_first_name": "Camille",
        "actor_last_name": "Dupont",
        "action": "book",
        "first_name": "Louis",
        "element_name": "Cantine",
        "days": ["2022-09-15", "2022-09-16", "2022-09-19", "2022-10-03"],
        "reason": None,
    } | changes


class TestTrail:
    async def test_who_did_what_and_when(self, parent, world: World) -> None:
        world.trail = [entry(), entry(first_name="Estelle", days=["2022-09-15"]), entry(actor="portal")]
        text = words(await parent.get("/planning/historique"))
        assert (
            "12 septembre 2022 à 11:58 , réservé par Camille Dupont : "
            "Cantine, Louis, 3 jours de septembre 2022 (15, 16 et 19), le 3 octobre 2022 "
            "Cantine, Estelle, le 15 septembre 2022"
        ) in text
        assert "réservé par le portail" not in text
        assert "réservé par le portail" in words(await parent.get("/planning/historique?cursor=2"))

    async def test_the_town_hall_is_called_so_and_says_why(self, parent, world: World) -> None:
        nobody = {"actor_first_name": None, "actor_last_name": None}
        world.trail = [
            entry(actor="town_hall", action="cancel", reason="Grève", days=["2022-10-01"], **nobody),
            entry(**nobody),
        ]
        text = words(await parent.get("/planning/historique"))
        assert "annulé par la mairie : Cantine, Louis, le 1er octobre 2022 Motif : Grève" in text
        assert "réservé par un responsable de la famille" in text

    async def test_the_town_hall_reads_the_same(self, visitor, world: World) -> None:
        world.trail = [entry()]
        await visitor.log_in(user=STAFF_USER)
        file = await visitor.get(f"/mairie/familles/{FAMILY}")
        assert f'href="/mairie/familles/{FAMILY}/historique"' in file.text
        assert "réservé par Camille Dupont" in words(await visitor.get(f"/mairie/familles/{FAMILY}/historique"))
        assert (await visitor.get(f"/mairie/familles/{LOUIS}/historique")).status_code == 404

    async def test_nothing_yet(self, parent) -> None:
        assert "Rien n'a encore été réservé" in words(await parent.get("/planning/historique"))


class TestAgenda:
    async def test_an_address_is_shown_once(self, parent, enrolled) -> None:
        made = await parent.submit("/planning/agenda", {"membre": ""}, seen_on="/planning/agenda")
        path = "alixan.localhost/api/planning/v1/agendas/secret0.ics"
        assert f'value="http://{path}"' in made.text, "as the browser calls us"
        assert f'href="webcal://{path}"' in made.text
        again = await parent.get("/planning/agenda")
        assert "secret0" not in again.text
        assert "Adresse créée le 4 juillet 2022 à 09:00." in words(again)

    async def test_a_childs_address_is_renewed_and_revoked(self, parent, enrolled) -> None:
        for _time in range(2):
            await parent.submit("/planning/agenda", {"membre": LOUIS}, seen_on="/planning/agenda")
        assert enrolled.agendas == {LOUIS: "secret1"}
        page = await parent.get("/planning/agenda")
        found = re.search(r'name="adresse" value="([^"]+)"', page.text)
        assert found
        for _time in range(2):
            answer = await parent.submit("/planning/agenda/revoquer", {"adresse": found[1]}, seen_on="/planning/agenda")
            assert answer.status_code == 303
        assert not enrolled.agendas
        assert "Cette adresse ne répond plus." in words(await parent.get(answer.headers["location"]))
