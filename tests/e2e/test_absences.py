"""An absence that can no longer be cancelled: announced without scripts, decided by the town hall, not invoiced."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from driver import OWN_PASSWORD, Mailbox, Parent, Portal, System, TownHall, until
from driver.accessibility import problems_of
from driver.pages import Camera, PortalPages
from faults.absence_scene import cannot_cancel
from faults.crowd import Crowd
from faults.databases import Databases

MONDAY, TUESDAY, THURSDAY = date(2022, 9, 5), date(2022, 9, 6), date(2022, 9, 8)


@pytest.fixture(scope="module")
def home(running_portal: Portal, system: System, numerian: TownHall) -> Parent:
    crowd = Crowd(system.gateway_url, numerian, Databases(running_portal).signer())
    parent = system.parent("numerian", numerian.register_family(("Zoé",)))
    cannot_cancel(numerian, crowd, parent, "Zoé", MONDAY, TUESDAY, THURSDAY)
    return parent


@pytest.fixture
def plain_tab(browser: Browser, running_portal: Portal, home: Parent) -> Iterator[PortalPages]:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    tab = PortalPages(context.new_page(), running_portal.url("numerian"))
    tab.go("/")
    tab.log_in(home.family.user_name, OWN_PASSWORD)
    tab.expect_title(re.compile("^Bonjour"))
    yield tab
    context.close()


HOSTILE = "=1+1&lt;img src=x onerror=stolen()>{{7*7}}"
SHOWN = "=1+1&ltimg src=x onerror=stolen(){{77}}.pdf"
"""Without what no name of a file has."""
PDF = b"%PDF-1.7 certificat"


def _announce(tab: PortalPages, day: str, reason: str, camera: Camera, *files: FilePayload) -> None:
    tab.go("/planning/absences")
    tab.page.get_by_role("checkbox", name=day).check()
    tab.page.get_by_label("Raison").select_option(label=reason)
    tab.page.get_by_label("Justificatif (facultatif)").set_input_files(files)
    camera.take("absence-form")
    tab.press("Annoncer l'absence")


def _file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def _absence(numerian: TownHall, home: Parent, day: date) -> dict[str, Any]:
    """The only one that a family announced of a day."""
    period = {"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()}
    listed = numerian.api.get("planning", "/town-hall/absences", **period)
    (found,) = (each for each in listed if each["family_id"] == home.family.family_id)
    return dict(found)


def _tick_present(numerian: TownHall, home: Parent, day: date) -> None:
    absent = _absence(numerian, home, day)
    mark = {"mark_id": str(uuid4()), "member_id": absent["member_id"], "present": True}
    body = {"activity_id": absent["activity_id"], "day": day.isoformat(), "marks": [mark]}
    numerian.api.post("planning", "/presence/marks", body)


def test_the_page_is_accessible(browser: Browser, running_portal: Portal, home: Parent) -> None:
    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    tab = PortalPages(context.new_page(), running_portal.url("numerian"))
    tab.go("/")
    tab.log_in(home.family.user_name, OWN_PASSWORD)
    tab.expect_title(re.compile("^Bonjour"))
    tab.go("/planning/absences")
    assert problems_of(tab.page) == []
    context.close()


def test_announced_decided_not_invoiced(
    plain_tab: PortalPages,
    home: Parent,
    browser: Browser,
    running_portal: Portal,
    numerian: TownHall,
    mailbox: Mailbox,
) -> None:
    camera = Camera(plain_tab.page)
    _announce(plain_tab, "Lundi 5 septembre 2022", "Grève", camera)
    plain_tab.expect_text("L'absence est annoncée.")
    plain_tab.expect_text("Absence justifiée : jour non facturé.")
    _announce(plain_tab, "Mardi 6 septembre 2022", "Maladie", camera, _file("mot.pdf", b"PK"))
    plain_tab.expect_text("n'est ni un PDF, ni une image JPEG ou PNG")
    camera.take("absence-refused")
    plain_tab.page.get_by_label("Justificatif (facultatif)").set_input_files(_file(HOSTILE, PDF))
    plain_tab.press("Annoncer l'absence")
    plain_tab.expect_text("La mairie décidera au vu du justificatif")
    camera.take("absence-announced")

    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    desk = PortalPages(context.new_page(), running_portal.url("numerian"))
    desk.enter_town_hall("numerian")
    desk.go("/mairie/absences?du=2022-08-15")
    Camera(desk.page).take("absence-office")
    assert desk.page.locator("[onerror]").count() == 0
    assert problems_of(desk.page) == []
    with desk.page.expect_download() as download:
        desk.page.get_by_role("link", name=SHOWN).click()
    assert Path(download.value.path()).read_bytes() == PDF
    justified = desk.page.get_by_role("button", name=re.compile("^Justifiée.*Zoé"))
    _tick_present(numerian, home, TUESDAY)
    desk.page.reload()
    desk.expect_text("Pointé présent ce jour-là.")
    expect(justified).to_be_hidden()
    Camera(desk.page).take("absence-office-present")
    assert problems_of(desk.page) == []
    desk.page.get_by_role("link", name=re.compile("^Voir la liste du jour")).click()
    desk.page.get_by_role("button", name=re.compile("^Absent.*Zoé")).click()
    until(lambda: _absence(numerian, home, TUESDAY)["present"] is False)
    desk.go("/mairie/absences?du=2022-08-15")
    desk.expect_text("Pointé absent ce jour-là.")
    justified.click()
    expect(desk.page.get_by_text("L'absence est décidée")).to_be_visible()
    context.close()
    mail = mailbox.wait_for(home.family.email, "Absence de Zoé le mardi 6 septembre 2022 : la mairie a décidé")[0]
    assert "Justificatif accepté : jour non facturé." in mail.text

    plain_tab.go(f"/planning?enfant={home.family.members['Zoé']}&debut=2022-09-05&vue=semaine")
    camera.take("absence-planning")
    plain_tab.expect_text("Absence justifiée")
    plain_tab.go("/planning/historique")
    plain_tab.expect_text("Justificatif accepté : jour non facturé.")
    invoice = numerian.invoice_of(home, "2022-09")
    assert invoice["amount_cents"] == 500, "Thursday alone"
