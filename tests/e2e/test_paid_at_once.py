"""«À payer dans l'heure», without scripts: said before and after booking, invoiced on the spot, paid or given up."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from driver import OWN_PASSWORD, Bank, Mailbox, Parent, Portal, System, TownHall, until
from driver.pages import Camera, PortalPages
from faults.crowd import Crowd, calendar
from faults.databases import Databases

MONDAY, TUESDAY = date(2022, 9, 5), date(2022, 9, 6)
SEPTEMBER = (date(2022, 9, 1), date(2022, 10, 1))


@pytest.fixture(scope="module")
def databases(running_portal: Portal) -> Databases:
    return Databases(running_portal)


@pytest.fixture(scope="module")
def activity_id(system: System, numerian: TownHall, databases: Databases) -> str:
    """To be paid within the hour."""
    activity_id = Crowd(system.gateway_url, numerian, databases.signer()).activity("Stage à payer")
    numerian.api.put("planning", f"/activities/{activity_id}/calendar", {**calendar(1), "pay_within_minutes": 60})
    return activity_id


@pytest.fixture
def parent(system: System, numerian: TownHall, bank: Bank, activity_id: str) -> Parent:
    return enrolled(system.parent("numerian", numerian.register_family(("Zoé",)), bank), activity_id)


def enrolled(parent: Parent, activity_id: str) -> Parent:
    order = parent.order(activity_id, "Zoé")
    parent.api.post("enrolment", f"/adhesion-orders/{order['order_id']}/payment")
    until(lambda: any(each["open"] for each in parent.planning_activities("Zoé")))
    return parent


@pytest.fixture
def tab(browser: Browser, running_portal: Portal, parent: Parent) -> Iterator[PortalPages]:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    tab = PortalPages(context.new_page(), running_portal.url("numerian"))
    tab.go("/")
    tab.log_in(parent.family.user_name, OWN_PASSWORD)
    tab.expect_title(re.compile("^Bonjour"))
    yield tab
    context.close()


def booked(parent: Parent) -> list[str]:
    return [each["day"] for each in parent.reservations(*SEPTEMBER) if each["status"] == "booked"]


def test_booked_and_paid(tab: PortalPages, parent: Parent, activity_id: str, mailbox: Mailbox) -> None:
    camera = Camera(tab.page)
    parent.draft("Zoé", activity_id, [MONDAY], *SEPTEMBER)
    tab.go("/planning/recapitulatif")
    tab.expect_text("À payer en ligne dans l'heure après la réservation, sinon elle est annulée.")
    camera.take("at-once-recap")
    tab.press("Terminer")
    expect(tab.page.get_by_text(re.compile("C'est réservé, et à payer avant le"))).to_be_visible()
    camera.take("at-once-booked")
    invoice = until(parent.invoices)[0]
    assert (invoice["amount_cents"], invoice["status"]) == (500, "pending")
    tab.go("/factures")
    expect(tab.page.get_by_text(re.compile("sinon vos réservations sont annulées"))).to_be_visible()
    camera.take("at-once-invoice")
    assert "À payer avant le : " in mailbox.wait_for(parent.family.email, "À payer avant")[0].text
    planning = f"/planning?enfant={parent.family.members['Zoé']}&debut=2022-09-05&vue=semaine"
    tab.go(planning)
    expect(tab.page.get_by_text(re.compile("À payer avant le .* sinon ce jour est annulé")).first).to_be_visible()
    camera.take("at-once-planning")
    parent.pay_invoices(invoice["invoice_id"])

    def is_settled() -> bool:
        tab.go(planning)
        return tab.page.get_by_text("sinon ce jour est annulé").count() == 0

    until(is_settled)
    assert booked(parent) == [MONDAY.isoformat()]


def test_booked_and_not_paid(
    tab: PortalPages,
    parent: Parent,
    activity_id: str,
    mailbox: Mailbox,
    databases: Databases,
    system: System,
    numerian: TownHall,
) -> None:
    parent.draft("Zoé", activity_id, [TUESDAY], *SEPTEMBER)
    parent.commit()
    invoice = until(parent.invoices)[0]
    databases.query(
        "billing",
        "update prompt_invoice set pay_until = pay_until - interval '2 hours' where invoice_id = $1",
        invoice["invoice_id"],
    )
    until(lambda: booked(parent) == [])
    assert mailbox.wait_for(parent.family.email, "Réservations annulées")
    tab.go("/factures/historique")
    tab.expect_text("Annulée : pas payée à temps, rien n'est dû")
    Camera(tab.page).take("at-once-lapsed")
    tab.go("/planning/historique")
    tab.expect_text(f"Non payé dans le délai (facture {invoice['number']})")
    assert parent.account()["balance_cents"] == 0
    other = enrolled(system.parent("numerian", numerian.register_family(("Zoé",))), activity_id)
    other.draft("Zoé", activity_id, [TUESDAY], *SEPTEMBER)
    assert other.commit()["count"] == 1, "the only place is free again"
