"""An activity with slots and bands is made on a page without scripts, refused where it is wrong, seen by a family."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from driver import Portal, System, TownHall, until
from driver.pages import Camera, PortalPages

NAME = "Accueil du soir 2022/2023"


@pytest.fixture
def desk(browser: Browser, running_portal: Portal) -> Iterator[PortalPages]:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    tab = PortalPages(context.new_page(), running_portal.url("numerian"))
    tab.go("/")
    tab.log_in("mairie.numerian", "demonstration-numerian")
    tab.expect_title(re.compile("juillet 2022"))
    yield tab
    context.close()


def fill(tab: PortalPages, **typed: str) -> None:
    for name, value in typed.items():
        tab.page.locator(f'[name="{name}"]').fill(value)


def test_an_activity_is_made_on_the_page(desk: PortalPages, system: System, numerian: TownHall) -> None:
    page, camera = desk.page, Camera(desk.page)
    desk.go("/mairie/activites")
    desk.follow("Nouvelle activité")
    fill(desk, nom=NAME, element="Accueil du soir", saison="2022/2023", ouvre="2022-09-01", ferme="2023-07-07")
    page.locator('[name="regie"]').select_option(index=1)
    page.locator('[name="tarif.genre"]').select_option("bands")
    page.locator("summary", has_text="Tranches de quotient familial").first.click()
    fill(desk, **{"tarif.tranche.0.jusqua": "900", "tarif.tranche.0.prix": "1,20", "tarif.tranche.1.jusqua": "1500"})
    page.locator("summary", has_text="Créneaux d'une journée").click()
    fill(desk, **{"creneau.0.nom": "Goûter", "creneau.0.de": "17:30", "creneau.0.a": "16:30"})
    desk.press("Enregistrer")
    for field, sentence in (
        ("tarif.tranche.1.prix", "Un montant en euros"),
        ("creneau.0.a", "Un créneau finit après avoir commencé."),
    ):
        expect(page.locator(f'[id="{field}-error"]')).to_contain_text(sentence)
    expect(page.locator('[name="nom"]')).to_have_value(NAME)

    fill(desk, **{"tarif.tranche.1.jusqua": "", "tarif.tranche.1.prix": "1,80", "creneau.0.a": "18:30"})
    desk.press("Aperçu")
    expect(page.get_by_role("listitem").filter(has_text="QF au-delà de 900")).to_contain_text("1,80")
    camera.take("activity-preview")
    desk.press("Enregistrer")
    desk.expect_text("L'activité est enregistrée.")

    parent = system.parent("numerian", numerian.register_family(("Aline",)))
    (made,) = [each for each in parent.api.get("enrolment", "/activities") if each["name"] == NAME]
    assert [slot["name"] for slot in made["slots"]] == ["Goûter"]
    until(lambda: NAME in str(parent.api.get("planning", "/planning", **_first_week(parent.family.members["Aline"]))))


def _first_week(member_id: str) -> dict[str, str]:
    return {"member_id": member_id, "from": "2022-09-05", "to": "2022-09-12"}
