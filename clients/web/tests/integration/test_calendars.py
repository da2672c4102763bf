"""«Calendriers»: tried on, then published; for administrators."""

import re

import pytest
from fake_api.activities import described
from fake_api.world import ADMINISTRATOR_USER, CANTEEN, REGISSEUR_USER, World
from reading import words

pytestmark = pytest.mark.integration

PAGE = f"/mairie/calendriers/{CANTEEN}"
FIELDS = {
    "jours": ["0", "1"],
    "periode": "term",
    "places": "40",
    "dernieres": "5",
    "reserver.genre": "days_before",
    "reserver.nombre": "2",
    "reserver.heure": "12:00",
    "reserver.compte": "working",
    "annuler.genre": "hours_before",
    "annuler.nombre": "72",
    "annuler.heure": "11:30",
    "fermeture.0.du": "2022-09-12",
    "fermeture.0.motif": "Grève",
}


@pytest.fixture
async def administrator(visitor):
    """The administrator logged in."""
    await visitor.log_in(user=ADMINISTRATOR_USER)
    return visitor


async def test_a_first_calendar_is_published(administrator, world: World) -> None:
    assert "pas encore de calendrier" in (await administrator.get(PAGE)).text
    answer = await administrator.submit(PAGE, FIELDS | {"suite": "publier"}, seen_on=PAGE)
    assert answer.headers["location"] == f"{PAGE}?fait=publie"
    assert world.town_hall.calendar["week_days"] == [0, 1]
    assert world.town_hall.calendar["booking_rule"]["default"] == {
        "kind": "days_before",
        "days": 2,
        "time": "12:00",
        "counting": "working",
    }
    shown = (await administrator.get(f"{PAGE}?fait=publie")).text
    assert "Le calendrier est publié" in shown
    assert 'value="Grève"' in shown


async def test_what_somebody_else_published_meanwhile_is_shown_before_it_is_replaced(administrator, world) -> None:
    def version(page: str) -> str:
        return re.search(r'name="version" value="(\w*)"', page)[1]

    await administrator.submit(PAGE, FIELDS | {"suite": "publier"}, seen_on=PAGE)
    read = {"suite": "publier", "version": version((await administrator.get(PAGE)).text)}
    tried = await administrator.submit(PAGE, FIELDS | read | {"suite": "apercu"}, seen_on=PAGE)
    assert version(tried.text) == read["version"], "still the one that was read"
    await administrator.submit(PAGE, FIELDS | read | {"places": "12"}, seen_on=PAGE)
    late = await administrator.submit(PAGE, FIELDS | read | {"places": "55"}, seen_on=PAGE)
    assert late.status_code == 409
    assert "modifié entre-temps" in late.text
    assert re.search(r'name="places"[^>]*value="55"', late.text), "what was typed is still there"
    assert world.town_hall.calendar["capacity"] == 12
    seen = {"places": "55", "version": version(late.text)}
    answer = await administrator.submit(PAGE, FIELDS | read | seen, seen_on=PAGE)
    assert answer.status_code == 303
    assert world.town_hall.calendar["capacity"] == 55


async def test_a_slot_has_places_and_days_of_its_own(administrator, world: World) -> None:
    assert "Places et jours de chaque créneau" not in (await administrator.get(PAGE)).text
    slot = {"code": "soir", "name": "Soir", "from_time": "16:30", "until_time": "18:30"}
    world.town_hall.activities = {CANTEEN: described("Garderie", slots=[slot])}
    typed = {"creneau.0.code": "soir", "creneau.0.places": "12", "creneau.0.jour.4": "4"}
    await administrator.submit(PAGE, FIELDS | typed | {"suite": "publier"}, seen_on=PAGE)
    assert world.town_hall.calendar["slots"] == {"soir": {"week_days": [4], "capacity": 12}}
    shown = (await administrator.get(PAGE)).text
    assert re.search(r'name="creneau.0.places"[^>]*value="12"', shown)
    assert re.search(r'name="creneau.0.jour.4" value="4" checked', shown)


async def test_a_closure_may_name_slots(administrator, world: World) -> None:
    names = ("Matin", "Après-midi")
    slots = [
        {"code": code, "name": name, "from_time": "08:30", "until_time": "12:00"}
        for code, name in zip("ma", names, strict=True)
    ]
    world.town_hall.activities = {CANTEEN: described("Centre", slots=slots)}
    assert "fermeture.0.creneau.a" in (await administrator.get(PAGE)).text
    answer = await administrator.submit(PAGE, FIELDS | {"fermeture.0.creneau.a": "a", "suite": "publier"}, seen_on=PAGE)
    assert answer.status_code == 303
    assert world.town_hall.calendar["closures"][0]["slots"] == ["a"]
    shown = (await administrator.get(PAGE)).text
    assert re.search(r'name="fermeture.0.creneau.a" value="a" checked', shown)
    assert not re.search(r'name="fermeture.0.creneau.m" value="m" checked', shown)
    world.town_hall.activities = {CANTEEN: described("Centre", slots=slots[:1])}
    shown = (await administrator.get(PAGE)).text
    assert re.search(r'name="fermeture.0.creneau.a" value="a" checked>a \(n.+est plus proposé\)', shown), (
        "not the whole day"
    )


async def test_places_that_slots_share_are_tried_then_published(administrator, world: World) -> None:
    question = "Créneaux qui se chevauchent"
    assert question not in (await administrator.get(PAGE)).text, "the activity has no slots"
    times = {"journee": ("08:00", "18:00"), "matin": ("08:00", "12:00")}
    offered = [
        {"code": code, "name": code.title(), "from_time": begins, "until_time": ends}
        for code, (begins, ends) in times.items()
    ]
    world.town_hall.activities = {CANTEEN: described("Centre", slots=offered)}
    assert question in (await administrator.get(PAGE)).text
    tried = (await administrator.submit(PAGE, FIELDS | {"partage": "oui", "suite": "apercu"}, seen_on=PAGE)).text
    assert "Les créneaux qui se chevauchent partagent les places." in tried
    assert "Des jours auraient plus de réservations que de places" in tried
    assert re.search(r"45 réservations\s+pour 40 places", tried)
    assert 'name="partage" value="oui" checked' in tried
    alone = (await administrator.submit(PAGE, FIELDS | {"partage": "non", "suite": "apercu"}, seen_on=PAGE)).text
    assert "plus de réservations que de places" not in alone
    await administrator.submit(PAGE, FIELDS | {"partage": "oui", "suite": "publier"}, seen_on=PAGE)
    assert world.town_hall.calendar["shared_places"] is True
    shown = (await administrator.get(PAGE)).text
    assert "Les créneaux qui se chevauchent partagent les places." in shown
    assert 'name="partage" value="oui" checked' in shown


async def test_what_must_be_done_first_is_tried_then_published(administrator, world: World) -> None:
    decided = {"dossier_complet": "1", "impayes": "30"}
    tried = words(await administrator.submit(PAGE, FIELDS | decided | {"suite": "apercu"}, seen_on=PAGE))
    assert "fermée 30 jours après l'échéance. Aujourd'hui, 2 familles inscrites ne pourraient rien réserver." in tried
    await administrator.submit(PAGE, FIELDS | decided | {"suite": "publier"}, seen_on=PAGE)
    calendar = world.town_hall.calendar
    assert calendar
    assert (calendar["needs_complete_file"], calendar["arrears_after_days"]) == (True, 30)
    page = await administrator.get(PAGE)
    assert re.search(r'name="dossier_complet"[^>]* checked', page.text)
    assert "Réservation fermée 30 jours après l&#39;échéance." in page.text
    await administrator.submit(PAGE, FIELDS | {"impayes": "", "suite": "publier"}, seen_on=PAGE)
    assert world.town_hall.calendar
    assert (world.town_hall.calendar["needs_complete_file"], world.town_hall.calendar["arrears_after_days"]) == (
        False,
        None,
    )


async def test_a_preview_publishes_nothing_and_says_what_is_booked(administrator, world: World) -> None:
    shown = (await administrator.submit(PAGE, FIELDS | {"suite": "apercu"}, seen_on=PAGE)).text
    assert "Aperçu – rien n'est publié" in shown
    assert "Des jours déjà réservés seraient fermés" in shown
    assert "3 réservations" in shown
    assert 'value="Grève"' in shown, "what was typed is still there"
    assert world.town_hall.calendar is None


async def test_days_left_above_fewer_places_are_told(administrator, world: World) -> None:
    shown = words(await administrator.submit(PAGE, FIELDS | {"places": "2", "suite": "apercu"}, seen_on=PAGE))
    assert "Des jours auraient plus de réservations que de places" in shown
    assert "3 réservations pour 2 places" in shown
    assert "Publier n'annule rien : ces réservations restent." in shown
    group = {"groupe.0.code": "petits", "groupe.0.nom": "Petits", "groupe.0.age_a": "5", "groupe.0.places": "2"}
    little = words(await administrator.submit(PAGE, FIELDS | group | {"places": "2", "suite": "apercu"}, seen_on=PAGE))
    assert "3 réservations pour le groupe « 3–5 ans », pour 2 places" in little
    enough = words(await administrator.submit(PAGE, FIELDS | {"suite": "apercu"}, seen_on=PAGE))
    assert "plus de réservations que de places" not in enough


async def test_a_wrong_field_is_named_and_nothing_is_lost(administrator, world: World) -> None:
    wrong = FIELDS | {"reserver.nombre": "deux", "suite": "publier"}
    answer = await administrator.submit(PAGE, wrong, seen_on=PAGE)
    assert answer.status_code == 422
    assert "les règles de réservation" in answer.text
    assert 'value="Grève"' in answer.text
    assert world.town_hall.calendar is None


async def test_what_is_booked_on_closed_days_is_cancelled_when_asked(administrator, world: World) -> None:
    tried = (await administrator.submit(PAGE, FIELDS | {"suite": "apercu"}, seen_on=PAGE)).text
    assert 'name="annuler_reservations"' in tried
    ticked = FIELDS | {"suite": "publier", "annuler_reservations": "1"}
    answer = await administrator.submit(PAGE, ticked, seen_on=PAGE)
    assert answer.headers["location"] == f"{PAGE}?fait=publie-annule"
    assert world.town_hall.withdrawn == ["2022-09-12"]
    assert "un courriel prévient chaque famille" in (await administrator.get(answer.headers["location"])).text


async def test_what_stayed_booked_can_be_cancelled_later(administrator, world: World) -> None:
    await administrator.submit(PAGE, FIELDS | {"suite": "publier"}, seen_on=PAGE)
    assert world.town_hall.withdrawn == []
    assert "Des jours fermés sont encore réservés" in (await administrator.get(PAGE)).text
    answer = await administrator.submit(f"{PAGE}/reservations", seen_on=PAGE)
    assert answer.headers["location"] == f"{PAGE}?fait=annule"
    assert world.town_hall.withdrawn == ["2022-09-12"]
    assert "encore réservés" not in (await administrator.get(PAGE)).text


async def test_groups_and_schools_are_written_on_the_page(administrator, world: World) -> None:
    group = {"groupe.0.nom": "3–5 ans", "groupe.0.age_de": "3", "groupe.0.age_a": "5", "groupe.0.reservees": "8"}
    fields = FIELDS | group | {"groupe.0.ecole.1": "Pasteur", "fermeture.0.ecole.0": "Jules Ferry"}
    answer = await administrator.submit(PAGE, fields | {"suite": "publier"}, seen_on=PAGE)
    assert answer.headers["location"] == f"{PAGE}?fait=publie"
    (written,) = world.town_hall.calendar["groups"]
    assert written == {
        "code": "3-5-ans",
        "name": "3–5 ans",
        "from_age": 3,
        "to_age": 5,
        "schools": ["Pasteur"],
        "capacity": None,
        "reserved": 8,
    }
    assert world.town_hall.calendar["closures"][0]["schools"] == ["Jules Ferry"]
    shown = (await administrator.get(PAGE)).text
    assert 'name="fermeture.0.ecole.0" value="Jules Ferry" checked' in shown
    assert 'name="groupe.0.ecole.1" value="Pasteur" checked' in shown


async def test_groups_that_do_not_fit_are_told_why_and_stay_as_typed(administrator, world: World) -> None:
    group = {"groupe.0.nom": "3–5 ans", "groupe.0.age_de": "3", "groupe.0.reservees": "41"}
    for pressed in ("apercu", "publier"):
        answer = await administrator.submit(PAGE, FIELDS | group | {"suite": pressed}, seen_on=PAGE)
        assert answer.status_code == 422
        assert "Les places réservées dépassent la capacité." in answer.text
        assert 'value="3–5 ans"' in answer.text
        assert 'value="41"' in answer.text
    assert world.town_hall.calendar is None


async def test_only_an_administrator_sees_calendars(visitor) -> None:
    await visitor.log_in(user=REGISSEUR_USER)
    assert (await visitor.get(PAGE)).status_code == 403
    assert "/mairie/calendriers" not in (await visitor.get("/mairie")).text
