"""«Modification avancée», «Historique» and «Mon agenda», in a browser: with scripts and without, wide and narrow."""

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from driver import OWN_PASSWORD, Parent, Portal, System, TownHall
from driver.accessibility import problems_of
from driver.pages import Camera, PortalPages

CANTEEN = "Cantine d'Alixan 2022/2023"
MOST_TABS = 80


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def tab(browser: Browser, running_portal: Portal, scripts: bool) -> Iterator[PortalPages]:
    # The policies of the pages would keep axe out.
    context = browser.new_context(java_script_enabled=scripts, locale="fr-FR", bypass_csp=scripts)
    yield PortalPages(context.new_page(), running_portal.url("alixan"))
    context.close()


@pytest.fixture
def enrolled(parent: Parent) -> Parent:
    """Louis and Estelle may go to the canteen."""
    parent.pay_adhesion(parent.activity(CANTEEN)["activity_id"], "Louis", "Estelle")
    return parent


def look(tab: PortalPages, camera: Camera, name: str, scripts: bool) -> None:
    """A picture, and nothing serious for axe nor wider than a telephone."""
    camera.take(name)
    if scripts:
        assert problems_of(tab.page) == [], name


def enter(tab: PortalPages, parent: Parent) -> None:
    tab.go("/")
    tab.log_in(parent.family.user_name, OWN_PASSWORD)
    tab.expect_title(re.compile("^Bonjour"))


def choose_weeks(page: Page, *week_days: str, weeks: str = "toutes les semaines") -> None:
    for week_day in ("lundi", "mardi", "mercredi", "jeudi", "vendredi"):
        page.get_by_label(week_day, exact=True).set_checked(week_day in week_days)
    page.get_by_label(weeks, exact=True).check()


def test_many_days_at_once(tab: PortalPages, enrolled: Parent, scripts: bool, system: System, browser: Browser) -> None:
    page, camera = tab.page, Camera(tab.page)
    enter(tab, enrolled)
    tab.open_planning_of("Louis")
    tab.show_month("Septembre 2022")
    tab.follow("Modifier")
    tab.follow("Modification avancée")
    tab.expect_title("Modification avancée")
    expect(page.get_by_label("Louis", exact=True)).to_be_checked()
    expect(page.get_by_label("Premier jour")).to_have_value("2022-09-01")
    tab.press("Voir ce que cela donne")
    expect(page.get_by_role("alert")).to_have_text("Cochez au moins un jour de la semaine.")
    page.get_by_label("Estelle", exact=True).check()
    choose_weeks(page, "lundi", "mercredi", weeks="semaines impaires")
    look(tab, camera, "modification-avancee", scripts)
    tab.press("Voir ce que cela donne")

    tab.expect_title("Aperçu")
    tab.expect_text("4 jours à ajouter")
    for name in ("Louis", "Estelle"):
        proposal = page.get_by_role("region", name=f"{name} – Cantine d'Alixan")
        expect(proposal).to_contain_text("2 jours de septembre 2022 (12 et 26)")
        expect(proposal).to_contain_text("2 mercredis : Cette activité n'a pas lieu le mercredi.")
    look(tab, camera, "apercu", scripts)
    assert enrolled.api.get("planning", "/draft")["count"] == 0
    tab.follow("Modifier ma demande")
    expect(page.get_by_label("semaines impaires")).to_be_checked()
    choose_weeks(page, "lundi", "jeudi", weeks="semaines impaires")
    tab.press("Voir ce que cela donne")
    tab.press("Mettre dans le récapitulatif")
    tab.expect_title("Validation des modifications")
    assert enrolled.reservations(date(2022, 9, 1), date(2022, 10, 1)) == []
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(12)
    tab.press("Terminer")
    tab.expect_text("10 jours sont enregistrés.")
    _copy_october_from_september(tab, camera, scripts)
    _read_the_trail(tab, camera, enrolled, scripts)


def _copy_october_from_september(tab: PortalPages, camera: Camera, scripts: bool) -> None:
    page = tab.page
    tab.go("/planning/avance")
    page.get_by_label("Premier jour").fill("2022-10-01")
    page.get_by_label("Dernier jour compris").fill("2022-10-31")
    page.get_by_label("Comme le mois précédent").check()
    tab.press("Voir ce que cela donne")
    louis = page.get_by_role("region", name="Louis – Cantine d'Alixan")
    expect(louis).to_contain_text("2 jours d'octobre 2022 (10 et 13)")
    expect(louis).to_contain_text(re.compile("Vacances"))
    look(tab, camera, "apercu-mois-precedent", scripts)
    tab.press("Mettre dans le récapitulatif")
    tab.press("Tout supprimer")


def _read_the_trail(tab: PortalPages, camera: Camera, parent: Parent, scripts: bool) -> None:
    tab.go("/planning")
    tab.follow("Historique")
    deed = tab.page.get_by_role("listitem").filter(has_text=f"réservé par Sophie {parent.family.name}")
    expect(deed.first).to_contain_text(re.compile(r"4 juillet 2022 à \d\d:\d\d"))
    expect(deed.first).to_contain_text("Cantine d'Alixan, Louis, 5 jours de septembre 2022 (1er, 12, 15, 26 et 29)")
    look(tab, camera, "historique", scripts)


def test_the_town_hall_reads_who_did_what(
    tab: PortalPages, enrolled: Parent, town_hall: TownHall, scripts: bool
) -> None:
    canteen = enrolled.activity(CANTEEN)["activity_id"]
    enrolled.draft("Louis", canteen, [date(2022, 9, 5)], date(2022, 9, 1), date(2022, 10, 1))
    enrolled.commit()
    tab.enter_town_hall("alixan")
    expect(tab.page).to_have_url(re.compile("/mairie"))
    tab.go(f"/mairie/familles/{enrolled.family.family_id}")
    tab.page.get_by_role("link", name="Historique : qui a réservé").click()
    tab.expect_title("Historique des réservations")
    tab.expect_text("Cantine d'Alixan, Louis, le 5 septembre 2022")
    look(tab, Camera(tab.page), "mairie-historique", scripts)
    trail = town_hall.api.get("planning", f"/families/{enrolled.family.family_id}/trail")
    assert [entry["actor_first_name"] for entry in trail["items"]] == ["Sophie"]


def test_a_calendar_program_needs_no_login(tab: PortalPages, enrolled: Parent, system: System, scripts: bool) -> None:
    page, camera = tab.page, Camera(tab.page)
    canteen = enrolled.activity(CANTEEN)["activity_id"]
    enrolled.draft("Louis", canteen, [date(2022, 9, 5)], date(2022, 9, 1), date(2022, 10, 1))
    enrolled.commit()
    enter(tab, enrolled)
    tab.go("/planning")
    tab.follow("Mon agenda")
    look(tab, camera, "agenda", scripts)
    page.get_by_role("button", name="Créer une adresse : Louis").click()
    shown = page.get_by_label("Adresse à copier dans votre agenda").input_value()
    look(tab, camera, "agenda-adresse", scripts)
    program = system.api("alixan")
    path = urlsplit(shown).path
    feed = program.send("GET", path)
    assert feed.status_code == 200, feed.text
    assert feed.headers["content-type"].startswith("text/calendar")
    assert "DTSTART;VALUE=DATE:20220905\r\n" in feed.text
    assert "SUMMARY:Cantine d'Alixan\r\n" in feed.text
    assert program.send("GET", path, headers={"If-None-Match": feed.headers["etag"]}).status_code == 304
    assert system.api("veyras").send("GET", path).status_code == 404
    page.get_by_role("button", name="Révoquer : Louis").click()
    tab.expect_text("Cette adresse ne répond plus.")
    assert program.send("GET", path).status_code == 404


def test_the_keyboard_is_enough(browser: Browser, running_portal: Portal, enrolled: Parent) -> None:
    context = browser.new_context(locale="fr-FR")
    tab = PortalPages(context.new_page(), running_portal.url("alixan"))
    enter(tab, enrolled)
    louis = enrolled.family.members["Louis"]
    tab.go(f"/planning/avance?enfant={louis}&debut=2022-09-01")
    keys = tab.page.keyboard
    for target in ("lundi", "mardi"):
        _tab_to(tab.page, tab.page.get_by_label(target, exact=True))
        keys.press("Space")
    keys.press("Enter")
    tab.expect_title("Aperçu")
    _tab_to(tab.page, tab.page.get_by_role("button", name="Mettre dans le récapitulatif"))
    keys.press("Enter")
    tab.expect_title("Validation des modifications")
    context.close()


def _tab_to(page: Page, target) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            expect(target).to_be_in_viewport()
            return
    raise AssertionError(f"{MOST_TABS} tabs do not reach {target}")
