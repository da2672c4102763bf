"""The town hall closes booked days, without scripts: tried, published, cancelled; the family reads why in a mail."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from driver import Mailbox, Parent, Portal, System, TownHall, until
from driver.pages import Camera, PortalPages
from faults.crowd import Crowd
from faults.databases import Databases
from faults.waiting_scene import WaitedFor, waited_for

MONDAY, TUESDAY, FAIR = date(2022, 9, 5), date(2022, 9, 6), date(2022, 9, 27)


@pytest.fixture(scope="module")
def scene(running_portal: Portal, system: System, numerian: TownHall) -> WaitedFor:
    crowd = Crowd(system.gateway_url, numerian, Databases(running_portal).signer())
    return waited_for(system, "numerian", numerian, crowd, MONDAY, TUESDAY, FAIR)


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
    assert invoice["amount_cents"] == 1000, "the days that take place"


@pytest.fixture
def holidays(numerian: TownHall) -> Iterator[None]:
    """Of the year, as they were before."""
    path = "/holidays/2022"
    before = numerian.api.get("planning", path)
    yield
    numerian.api.put("planning", path, {name: before[name] for name in ("school", "public")})


@pytest.mark.usefixtures("holidays")
def test_a_new_public_holiday_says_what_it_closes_until_it_is_cancelled(
    desk: PortalPages, scene: WaitedFor, mailbox: Mailbox
) -> None:
    camera, page = Camera(desk.page), desk.page
    closes = "mardi 27 septembre 2022 – Jour férié : Foire du village – 1 réservation, 1 famille"
    desk.go("/mairie/vacances/2022")
    page.locator("summary", has_text="Jours fériés").click()
    row = page.get_by_role("group", name="Jour férié, ligne").last
    row.get_by_label("Nom").fill("Foire du village")
    row.get_by_label("Jour", exact=True).fill("2022-09-27")
    desk.press("Enregistrer")
    desk.expect_text("Des jours déjà réservés seraient fermés")
    desk.expect_text(closes)
    camera.take("holidays-preview")
    desk.press("Enregistrer")
    desk.expect_text("Les dates sont enregistrées")
    desk.expect_text(closes)
    camera.take("holidays-saved")
    desk.go("/mairie")
    desk.expect_text("Jours fermés encore réservés")
    camera.take("dashboard-closed-days")
    page.get_by_role("link", name="Jours fermés encore réservés").click()
    camera.take("calendars-closed-days")
    page.get_by_role("link", name="Atelier très demandé").filter(has_text="1 jour fermé encore réservé").click()
    desk.press("Annuler ces réservations et prévenir les familles")
    desk.expect_text("Les réservations des jours fermés sont annulées")
    email = scene.holder.family.email
    until(lambda: any("Foire du village" in mail.text for mail in mailbox.wait_for(email, "annulé par la mairie")))
    desk.go("/mairie/vacances")
    expect(page.get_by_text(closes)).to_have_count(0)


def test_the_week_of_school_is_written_beside_the_holidays(desk: PortalPages) -> None:
    desk.go("/mairie/vacances")
    wednesday = desk.page.get_by_role("checkbox", name="mercredi")
    wednesday.check()
    desk.press("Enregistrer la semaine")
    desk.expect_text("La semaine d'école est enregistrée")
    expect(wednesday).to_be_checked()
    wednesday.uncheck()
    desk.press("Enregistrer la semaine")
    expect(wednesday).not_to_be_checked()
