"""A family comes to the town hall, too late: the agent books and cancels for it with a reason, without scripts; the
family reads it, is told, and its child is on the lists.
"""

import re
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from driver import OWN_PASSWORD, Mailbox, Parent, Portal, System, TownHall, until
from driver.accessibility import problems_of
from driver.pages import Camera, PortalPages
from faults.crowd import Crowd, calendar
from faults.databases import Databases

ACTIVITY, ELEMENT = "Atelier du guichet 2022/2023", "Atelier du guichet"
SEPTEMBER = (date(2022, 9, 1), date(2022, 10, 1))
MONDAY, TUESDAY = date(2022, 9, 5), date(2022, 9, 6)
_LONG_BEFORE = {"kind": "days_before", "days": 90, "time": "12:00", "counting": "calendar"}


@pytest.fixture(scope="module")
def late(running_portal: Portal, system: System, numerian: TownHall) -> tuple[Parent, str]:
    """Zoé, booked on Monday 5 September; today all of September can no longer be changed."""
    crowd = Crowd(system.gateway_url, numerian, Databases(running_portal).signer())
    activity_id = crowd.activity(ELEMENT)
    parent = system.parent("numerian", numerian.register_family(("Zoé",)))
    order = parent.order(activity_id, "Zoé")
    parent.api.post("enrolment", f"/adhesion-orders/{order['order_id']}/payment")
    parent.wait_until_open("Zoé")
    parent.draft("Zoé", activity_id, [MONDAY], *SEPTEMBER)
    parent.commit()
    closed = calendar(None) | {"booking_rule": {"default": _LONG_BEFORE}, "cancelling_rule": {"default": _LONG_BEFORE}}
    numerian.api.put("planning", f"/activities/{activity_id}/calendar", closed)
    return parent, activity_id


def test_late_days_are_granted_with_a_reason(
    tabs: list[PortalPages], late: tuple[Parent, str], mailbox: Mailbox, numerian: TownHall
) -> None:
    desk, home = tabs
    parent, activity_id = late
    camera = Camera(desk.page)
    desk.enter_town_hall("numerian")
    desk.go(f"/mairie/familles/{parent.family.family_id}")
    camera.take("family-file")
    desk.follow("Réserver ou annuler")
    desk.expect_title(re.compile(r"^Zoé\s: Juillet 2022"))
    for _ in range(2):
        desk.page.get_by_role("link", name="Mois suivant").click()
    desk.expect_title(re.compile(r"^Zoé\s: Septembre 2022"))
    camera.take("for-family")
    row = desk.page.locator("section", has_text=ACTIVITY)
    row.get_by_role("checkbox", name=re.compile("mardi 6 septembre")).check()
    row.get_by_role("checkbox", name=re.compile("lundi 5 septembre")).uncheck()
    desk.press("Enregistrer pour la famille")
    desk.expect_text("Certains jours ne peuvent pas être changés")
    desk.expect_text("Un délai passé peut être accordé")
    camera.take("for-family-refused")
    assert [each["day"] for each in parent.reservations(*SEPTEMBER) if each["status"] == "booked"] == [str(MONDAY)]
    desk.page.get_by_role("checkbox", name="Accorder hors délai").check()
    desk.page.get_by_label("Motif").fill("Changement d'horaires de travail")
    desk.press("Enregistrer pour la famille")
    desk.expect_text("1 jour réservé et 1 jour annulé.")
    camera.take("for-family-done")

    home.go("/")
    home.log_in(parent.family.user_name, OWN_PASSWORD)
    home.expect_title(re.compile("^Bonjour"))
    home.go(f"/planning?enfant={parent.family.members['Zoé']}&debut=2022-09-01")
    days = home.page.locator("section", has_text=ACTIVITY).get_by_role("listitem")
    expect(days.filter(has_text="mardi 6 septembre 2022 : Réservé")).to_have_count(1)
    expect(days.filter(has_text="lundi 5 septembre 2022 : Délai passé")).to_have_count(1)
    home.go("/planning/historique")
    home.expect_text("réservé par la mairie")
    home.expect_text("Motif : Hors délai : Changement d'horaires de travail")
    Camera(home.page).take("for-family-trail")
    mail = mailbox.wait_for(parent.family.email, "changement fait par la mairie")[0]
    assert "- mardi 6 septembre 2022, Zoé, Atelier du guichet" in mail.text
    assert "(Hors délai : Changement d'horaires de travail)" in mail.text

    desk.go(f"/mairie/reservations?jour={TUESDAY}&activite={activity_id}")
    expect(desk.page.get_by_role("table").filter(has_text="Zoé")).to_have_count(1)
    desk.go(f"/mairie/cuisine?du={TUESDAY}&activite={activity_id}")
    expect(desk.page.get_by_role("table").filter(has_text=ELEMENT)).to_have_count(1)
    invoice = numerian.invoice_of(parent, "2022-09")
    assert invoice["amount_cents"] == 500, "the day that is booked"


def test_an_absence_is_announced_for_the_family(tabs: list[PortalPages], late: tuple[Parent, str]) -> None:
    desk, _home = tabs
    parent, _activity_id = late
    desk.enter_town_hall("numerian")
    desk.go(f"/mairie/familles/{parent.family.family_id}/absences")
    box = desk.page.get_by_role("checkbox", name=re.compile("septembre 2022"))
    until(box.count)
    box.first.check()
    desk.page.get_by_label("Raison").select_option(label="Maladie")
    Camera(desk.page).take("for-family-absence")
    desk.press("Annoncer l'absence")
    desk.expect_text("L'absence est annoncée")
    entry = parent.api.get("planning", "/trail")["items"][0]
    assert (entry["actor"], entry["action"]) == ("town_hall", "absence")


def test_the_pages_are_usable_by_everybody(browser: Browser, running_portal: Portal, late: tuple[Parent, str]) -> None:
    """With scripts the cost follows the ticks, and the keyboard is enough."""
    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    desk = PortalPages(context.new_page(), running_portal.url("numerian"))
    desk.enter_town_hall("numerian")
    parent, _activity_id = late
    member = parent.family.members["Zoé"]
    desk.go(f"/mairie/familles/{parent.family.family_id}/planning?membre={member}&mois=2022-10")
    cost = desk.page.get_by_text("Coût du mois :")
    expect(cost).to_contain_text("0,00")
    day = desk.page.get_by_role("checkbox", name=re.compile("mardi 4 octobre"))
    day.focus()
    desk.page.keyboard.press("Space")
    expect(day).to_be_checked()
    expect(cost).to_contain_text("5,00")
    desk.page.keyboard.press("ArrowRight")
    expect(desk.page.get_by_role("checkbox", name=re.compile("mercredi 5 octobre"))).to_be_focused()
    assert problems_of(desk.page) == []
    desk.go(f"/mairie/familles/{parent.family.family_id}/absences")
    assert problems_of(desk.page) == []
    context.close()
