"""The town hall closes a booked day, without scripts: tried, published, cancelled; the family reads why in a mail."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from driver import Mailbox, Parent, Portal, System, TownHall
from driver.pages import Camera, PortalPages
from faults.crowd import Crowd
from faults.databases import Databases
from faults.waiting_scene import WaitedFor, waited_for

MONDAY, TUESDAY = date(2022, 9, 5), date(2022, 9, 6)


@pytest.fixture(scope="module")
def scene(running_portal: Portal, system: System, numerian: TownHall) -> WaitedFor:
    crowd = Crowd(system.gateway_url, numerian, Databases(running_portal).signer())
    return waited_for(system, "numerian", numerian, crowd, MONDAY, TUESDAY)


@pytest.fixture
def desk(browser: Browser, running_portal: Portal) -> Iterator[PortalPages]:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    tab = PortalPages(context.new_page(), running_portal.url("numerian"))
    tab.enter_town_hall("numerian")
    yield tab
    context.close()


def charged(parent: Parent) -> list[str]:
    return [each["day"] for each in parent.reservations(MONDAY, date(2022, 9, 7)) if each["status"] == "booked"]


def test_a_strike_is_published_with_its_cancellations(
    desk: PortalPages, scene: WaitedFor, mailbox: Mailbox, numerian: TownHall
) -> None:
    camera = Camera(desk.page)
    desk.go(f"/mairie/calendriers/{scene.activity_id}")
    desk.page.locator("summary", has_text="Fermetures").click()
    desk.page.locator('input[name="fermeture.0.du"]').fill("2022-09-06")
    desk.page.locator('input[name="fermeture.0.motif"]').fill("Grève du personnel")
    desk.press("Aperçu")
    desk.expect_text("Des jours déjà réservés seraient fermés")
    desk.expect_text("mardi 6 septembre 2022 – Grève du personnel – 1 réservation, 1 famille")
    camera.take("closing-preview")
    assert charged(scene.holder) == ["2022-09-05", "2022-09-06"], "nothing is published yet"
    desk.page.get_by_role("checkbox", name="En publiant, annuler les réservations").check()
    desk.press("Publier")
    desk.expect_text("Les réservations des jours fermés sont annulées")
    expect(desk.page.get_by_text("Des jours fermés sont encore réservés")).to_have_count(0)
    assert charged(scene.holder) == ["2022-09-05"]
    mail = mailbox.wait_for(scene.holder.family.email, "annulé par la mairie")[0]
    assert "mardi 6 septembre 2022, Tenant, Atelier très demandé : Grève du personnel" in mail.text
    invoice = numerian.invoice_of(scene.holder, "2022-09")
    assert invoice["amount_cents"] == 500, "the day that takes place"
