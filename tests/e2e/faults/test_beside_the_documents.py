"""What the documents do not name: pages without a session, ids written from another commune, events on their way."""

import re
from collections import Counter
from datetime import date

import pytest
from fastapi.routing import APIRoute

from driver import OWN_PASSWORD, Parent, Portal, System, until
from driver.plain_browser import PlainBrowser
from faults.events import overhearing
from faults.figures import Figures
from web import family, town_hall

PUBLIC = {
    "/",
    "/theme.css",
    "/mot-de-passe-oublie",
    "/mot-de-passe/{token}",
    "/actualites",
    "/actualites/{news_id}",
    "/documents/{document_id}",
    "/accessibilite",
    "/mentions-legales",
}
"""Pages for everyone; any other wants a session."""


def pages(*packages: object) -> list[str]:
    """Paths of the application's pages, with ids that nothing has."""
    return sorted(
        route.path
        for package in packages
        for router in package.ROUTERS  # type: ignore[attr-defined]
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    )


def address(path: str) -> str:
    return re.sub(r"{\w+}", "0198a0b2-0000-7000-8000-000000000000", path)


@pytest.fixture(scope="module")
def stranger(running_portal: Portal) -> PlainBrowser:
    return PlainBrowser(running_portal.gateway_url, f"alixan.localhost:{running_portal.ports.gateway}")


def test_no_page_opens_without_a_session(stranger: PlainBrowser, figures: Figures) -> None:
    wanted = [path for path in pages(family, town_hall) if path not in PUBLIC]
    opened = [path for path in wanted if stranger.go(address(path)).path != "/"]
    figures.check(
        "pages without a session",
        injected=f"{len(wanted)} pages",
        expected={"opened": 0},
        found={"opened": len(opened)},
    )
    assert len(wanted) > 20


def test_no_page_of_the_town_hall_opens_to_a_parent(running_portal: Portal, system: System, figures: Figures) -> None:
    parent = system.parent("alixan", system.town_hall("alixan").register_family(("Zoé",)))
    browser = PlainBrowser(running_portal.gateway_url, f"alixan.localhost:{running_portal.ports.gateway}")
    browser.log_in(parent.family.user_name, OWN_PASSWORD)
    wanted = pages(town_hall)
    answers = Counter(browser.go(address(path)).status for path in wanted)
    figures.check(
        "a parent on the town hall's pages",
        injected=f"{len(wanted)} pages",
        expected={"403": len(wanted)},
        found={str(status): count for status, count in answers.items()},
    )


def test_a_family_registered_twice_is_two_families(system: System) -> None:
    """Veyras writes under an id of Alixan: whatever it answers, Alixan's family stays what it was."""
    parent = system.parent("alixan", system.town_hall("alixan").register_family(("Zoé",)))
    record, before = parent.family, parent.api.get("enrolment", "/family")
    guardian = {"guardian_id": record.guardian_id, "first_name": "X", "last_name": "Y", "email": None, "phone": None}
    intruder = {
        "name": "Intruse",
        "address": {"line": "1 rue", "postal_code": "07000", "city": "Veyras"},
        "quotient_familial": 1,
        "guardians": [guardian],
        "members": [],
    }
    path = f"/api/enrolment/v1/families/{record.family_id}"
    written = system.town_hall("veyras").api.send("PUT", path, json=intruder)
    assert written.status_code < 500, written.text
    assert parent.api.get("enrolment", "/family") == before
    assert system.api("alixan").log_in(record.user_name, OWN_PASSWORD).account["family_id"] == record.family_id


def test_every_event_carries_its_commune(running_portal: Portal, system: System, figures: Figures) -> None:
    """Two families do the same in two communes at once; who hears it all can tell them apart by the envelope alone."""
    with overhearing(running_portal, "#") as overheard:
        parents = {slug: _lives(system, slug) for slug in ("alixan", "veyras")}
        tenants = {
            parent.family.family_id: parent.api.get("identity", "/commune")["tenant_id"] for parent in parents.values()
        }
        heard = [event for event in overheard.heard() if _family(event.body) in tenants]
    figures.check(
        "events",
        injected=f"{len(heard)} of two communes",
        expected={"of another commune": 0, "kinds": 7},
        found={
            "of another commune": sum(event.tenant != tenants[_family(event.body)] for event in heard),
            "kinds": len({event.type for event in heard}),
        },
    )


def _family(body: dict[str, object]) -> str:
    families = body.get("family_ids")
    return str(families[0] if isinstance(families, list) and families else body.get("family_id"))


def _lives(system: System, slug: str) -> Parent:
    """Registers, enrols, pays, books."""
    parent = system.parent(slug, system.town_hall(slug).register_family(("Zoé",)), system.bank())
    offered = until(lambda: parent.api.get("enrolment", "/activities"))
    activity = next(each["activity_id"] for each in offered if each["immediate_payment"] and each["adhesion_fee_cents"])
    parent.pay_adhesion(activity, "Zoé")
    rows = parent.planning("Zoé", date(2022, 9, 1), date(2022, 10, 1))["activities"]
    cells = next(row["cells"] for row in rows if row["activity_id"] == activity)
    day = date.fromisoformat(next(cell["day"] for cell in cells if cell["changeable"]))
    parent.draft("Zoé", activity, [day], date(2022, 9, 1), date(2022, 10, 1))
    parent.commit()
    until(lambda: parent.account()["movements"])
    return parent
