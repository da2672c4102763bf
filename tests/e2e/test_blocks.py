"""A piece is missing from a child's file: nothing can be booked until it is handed in, but what the town hall grants.
Without scripts. What is owed of an invoice reaches the planning too.
"""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from driver import OWN_PASSWORD, Parent, Portal, System, TownHall, until
from driver.accessibility import problems_of
from driver.pages import Camera, PortalPages
from faults.crowd import Crowd, calendar
from faults.databases import Databases

ACTIVITY, ELEMENT = "Atelier des pièces 2022/2023", "Atelier des pièces"
MISSING = "Attestation d'assurance 2022/2023"
SEPTEMBER = (date(2022, 9, 1), date(2022, 10, 1))


@pytest.fixture(scope="module")
def enrolled(running_portal: Portal, system: System, numerian: TownHall) -> tuple[Parent, str]:
    """Zoé, who can book September."""
    crowd = Crowd(system.gateway_url, numerian, Databases(running_portal).signer())
    activity_id = crowd.activity(ELEMENT)
    parent = system.parent("numerian", numerian.register_family(("Zoé",)))
    order = parent.order(activity_id, "Zoé")
    parent.api.post("enrolment", f"/adhesion-orders/{order['order_id']}/payment")
    parent.wait_until_open("Zoé")
    numerian.api.put("planning", f"/activities/{activity_id}/calendar", calendar(None))
    return parent, activity_id


def _problems(tab: PortalPages, urls: list[str]) -> list[str]:
    """What is wrong with pages as the tab's person sees them, for somebody who cannot see or use a mouse."""
    browser = tab.page.context.browser
    assert browser
    context = browser.new_context(locale="fr-FR", bypass_csp=True, storage_state=tab.page.context.storage_state())
    page, found = context.new_page(), []
    for url in urls:
        page.goto(url)
        found += problems_of(page)
    context.close()
    return found


def test_a_missing_piece_closes_booking_until_it_is_handed_in(
    tabs: list[PortalPages], enrolled: tuple[Parent, str], numerian: TownHall, running_portal: Portal
) -> None:
    desk, home = tabs
    parent, activity_id = enrolled
    camera = Camera(desk.page)
    member = parent.family.members["Zoé"]
    september = f"/planning?enfant={member}&debut=2022-09-01"
    file = f"/mairie/familles/{parent.family.family_id}"

    desk.enter_town_hall("numerian")
    desk.go(f"/mairie/calendriers/{activity_id}")
    desk.page.get_by_role("checkbox", name="Remettre les pièces qui manquent à son dossier").check()
    desk.page.get_by_label("Payer ses factures, au plus tard").fill("30")
    desk.press("Aperçu")
    desk.expect_text("Aucune famille inscrite n'est concernée aujourd'hui.")
    camera.take("blocks-calendar-tried")
    desk.press("Publier")
    desk.expect_text("Réservation fermée aux familles dont il manque une pièce au dossier")

    desk.go(f"{file}/modifier")
    desk.page.locator('[name="membre.0.manque"]').fill(f"{MISSING}\nVaccinations")
    camera.take("blocks-file-edited")
    desk.press("Enregistrer")
    desk.expect_text(f"Il manque : {MISSING}, Vaccinations")
    camera.take("blocks-file")

    home.go("/")
    home.log_in(parent.family.user_name, OWN_PASSWORD)
    home.expect_title(re.compile("^Bonjour"))
    home.go("/dossier")
    home.expect_text(f"Pour Zoé : {MISSING}, Vaccinations")
    Camera(home.page).take("blocks-dossier")
    days = home.page.locator("section", has_text=ACTIVITY).get_by_role("listitem")
    shut = days.filter(
        has_text="mardi 6 septembre 2022 : Pas ouvert pour l'instant. Le dossier de Zoé n'est pas complet"
    )

    def is_shut() -> int:
        home.go(september)
        return shut.count()

    until(is_shut)
    Camera(home.page).take("blocks-planning")

    desk.go(f"{file}/planning?membre={member}&mois=2022-09")
    row = desk.page.locator("section", has_text=ACTIVITY)
    row.get_by_role("checkbox", name=re.compile("lundi 5 septembre")).check()
    desk.press("Enregistrer pour la famille")
    desk.expect_text("cochez « Accorder malgré le dossier ou la facture »")
    camera.take("blocks-for-family-refused")
    desk.page.get_by_role("checkbox", name="Accorder malgré le dossier ou la facture").check()
    desk.page.get_by_label("Motif").fill("Attestation promise pour lundi")
    desk.press("Enregistrer pour la famille")
    desk.expect_text("1 jour réservé.")
    shown = (f"/mairie/calendriers/{activity_id}", f"{file}/modifier", f"{file}/planning?membre={member}&mois=2022-09")
    assert _problems(desk, [running_portal.url("numerian", path) for path in shown]) == []
    assert _problems(home, [running_portal.url("numerian", path) for path in ("/dossier", september)]) == []
    home.go("/planning/historique")
    home.expect_text("Motif : Dossier incomplet : Attestation promise pour lundi")

    desk.go(f"{file}/modifier")
    desk.page.locator('[name="membre.0.manque"]').fill("")
    desk.press("Enregistrer")
    until(lambda: not is_shut())
    expect(days.filter(has_text="lundi 5 septembre 2022 : Réservé")).to_have_count(1)
    expect(days.filter(has_text="mardi 6 septembre 2022 : Libre")).to_have_count(1)

    invoice = numerian.invoice_of(parent, "2022-09")
    owed = "select due_on::text, left_cents from owed_invoice where invoice_id = $1"
    rows = until(lambda: Databases(running_portal).query("planning", owed, invoice["invoice_id"]))
    assert [tuple(each) for each in rows] == [(invoice["due_on"], invoice["amount_cents"])]
