"""Every button of the web client that commits something, clicked twice at the same instant: one effect, and whichever
answer the browser shows is one that a person understands.
"""

import re

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, expect

from driver import Mailbox, Portal, System
from driver.pages import PortalPages
from faults import (  # noqa: F401 - they fill SCENARIOS
    absence_buttons,
    family_buttons,
    for_family_buttons,
    homes_buttons,
    money_buttons,
    planning_buttons,
    presence_buttons,
    refund_buttons,
    town_hall_buttons,
    waiting_buttons,
)
from faults.buttons import SCENARIOS, World
from faults.databases import Databases
from faults.family_buttons import RECAP
from faults.figures import Figures
from web import family, town_hall


def unsafe_routes() -> list[str]:
    """Every route of the application that changes something."""
    return sorted(
        route.path
        for router in (*family.ROUTERS, *town_hall.ROUTERS)
        for route in router.routes
        if isinstance(route, APIRoute) and route.methods - {"GET", "HEAD", "OPTIONS"}
    )


@pytest.fixture(scope="module")
def world(running_portal: Portal, system: System, mailbox: Mailbox, databases: Databases) -> World:
    return World(running_portal, system, system.bank(), mailbox, databases)


def test_no_button_is_forgotten() -> None:
    assert sorted(SCENARIOS) == unsafe_routes()


@pytest.mark.parametrize("path", SCENARIOS)
def test_a_double_click_has_one_effect(world: World, figures: Figures, path: str) -> None:
    click = SCENARIOS[path](world)
    pages = click.browser.send_at_once(click.form)
    understood = [page.status == 200 and re.search(click.tells, page.text) is not None for page in pages]
    figures.check(
        f"double click {path}",
        injected="the same form twice at once",
        expected={"effects": 1, "understood": 2},
        found={"effects": click.effects(pages), "understood": sum(understood)},
    )


REAL = {
    "/connexion": "Se connecter",
    "/premier-mot-de-passe": "Enregistrer et continuer",
    "/messagerie": "Envoyer",
    "/inscriptions/commandes/{order_id}/payer": "Payer",
    "/planning/recapitulatif/terminer": "Terminer",
    "/mairie/actualites/nouvelle": "Publier",
}
"""Buttons of which a person's hand is most impatient, and what is written on them."""


@pytest.mark.parametrize(
    ("path", "scripts"), [("/messagerie", True), (f"{RECAP}/terminer", True), *((path, False) for path in REAL)]
)
def test_a_real_double_click(browser: Browser, world: World, figures: Figures, path: str, scripts: bool) -> None:
    """In Chromium: the second click comes while the first is on its way."""
    click, url = SCENARIOS[path](world), world.portal.url("numerian").rstrip("/")
    context = browser.new_context(java_script_enabled=scripts)
    try:
        tab = context.new_page()
        if click.browser.credentials:
            pages = PortalPages(tab, url)
            pages.go("/")
            pages.log_in(*click.browser.credentials)
            expect(tab).not_to_have_url(f"{url}/")
        tab.goto(url + click.form.page)
        form = tab.locator(f"form[action='{click.form.action}']")
        for name, value in click.form.typed:
            for field in form.locator(f"input[name='{name}'], textarea[name='{name}']").all():
                field.fill(value)
        form.get_by_role("button", name=REAL[path], exact=True).dblclick()
        expect(tab.locator("main")).to_contain_text(re.compile(click.tells))
        click.browser.cookies = {each["name"]: each["value"] for each in context.cookies(url)}
    finally:
        context.close()
    figures.check(
        f"in Chromium {path}",
        injected=f"a double click {'with' if scripts else 'without'} scripts",
        expected={"effects": 1},
        found={"effects": click.effects([])},
    )
