"""A child of two homes: the town hall shares the days, each parent books own days at own price, sees nothing else."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from driver import OWN_PASSWORD, Parent, Portal, System, TownHall, until
from driver.accessibility import problems_of
from driver.pages import Camera, PortalPages
from faults.crowd import Crowd
from faults.databases import Databases

ACTIVITY = "Atelier des deux foyers"
SEPTEMBER = (date(2022, 9, 1), date(2022, 10, 1))


@pytest.fixture(scope="module")
def homes(running_portal: Portal, system: System, numerian: TownHall) -> tuple[Parent, Parent]:
    """Zoé's mother and father, both enrolled in one activity."""
    crowd = Crowd(system.gateway_url, numerian, Databases(running_portal).signer())
    activity_id = crowd.activity(ACTIVITY)
    mother, father = (
        system.parent("numerian", numerian.register_family(children)) for children in (("Zoé",), ("Paul",))
    )
    numerian.share("Zoé", mother.family, also_of=father.family)
    for parent in (mother, father):
        order = parent.order(activity_id, "Zoé")
        parent.api.post("enrolment", f"/adhesion-orders/{order['order_id']}/payment")
        parent.wait_until_open("Zoé")
    return mother, father


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def tabs(request: pytest.FixtureRequest, browser: Browser, running_portal: Portal) -> Iterator[list[PortalPages]]:
    contexts = [
        browser.new_context(locale="fr-FR", bypass_csp=True, java_script_enabled=request.param) for _ in range(3)
    ]
    opened = [PortalPages(context.new_page(), running_portal.url("numerian")) for context in contexts]
    yield opened
    if request.param:
        assert [problems_of(tab.page) for tab in opened] == [[], [], []]
    for context in contexts:
        context.close()


def test_each_home_books_its_own_days(tabs: list[PortalPages], homes: tuple[Parent, Parent]) -> None:
    desk, *families = tabs
    mother, _father = homes
    desk.enter_town_hall("numerian")
    desk.go(f"/mairie/familles/{mother.family.family_id}")
    desk.follow("Enfants de deux foyers : Zoé")
    if desk.page.get_by_text("Modifier le partage").count():
        desk.page.get_by_text("Modifier le partage").click()
    desk.page.get_by_label("Les semaines paires sont à").select_option(label=mother.family.name)
    camera = Camera(desk.page)
    camera.take("homes-form")
    desk.press("Enregistrer le partage")
    desk.expect_text("Le partage est enregistré")
    desk.expect_text(f"{mother.family.name} : les semaines paires, du lundi au dimanche.")
    camera.take("homes-shared")

    # Week 36 of 2022 begins on Monday 5 September.
    own, others = ("lundi 5", "lundi 12"), ("lundi 12", "lundi 5")
    for tab, parent, day, other in zip(families, homes, own, others, strict=True):
        tab.go("/")
        tab.log_in(parent.family.user_name, OWN_PASSWORD)
        tab.expect_title(re.compile("^Bonjour"))
        tab.go(f"/planning?enfant={parent.family.members['Zoé']}&debut=2022-09-01&modifier=1")
        parity = "paires" if parent is mother else "impaires"
        tab.expect_text(f"Vos jours : les semaines {parity}, du lundi au dimanche.")
        Camera(tab.page).take(f"homes-{parity}")
        days = tab.page.locator("section", has_text=ACTIVITY).get_by_role("listitem")
        expect(days.filter(has_text=f"{other} septembre 2022 : Jour de l'autre foyer")).to_have_count(1)
        expect(days.filter(has_text=f"{day} septembre 2022 : Libre")).to_have_count(1)


def test_what_one_home_books_the_other_does_not_see(homes: tuple[Parent, Parent], numerian: TownHall) -> None:
    mother, father = homes
    monday, next_monday = date(2022, 9, 5), date(2022, 9, 12)
    activity_id = next(each["activity_id"] for each in mother.planning_activities("Zoé") if each["open"])
    numerian.api.put(
        "planning",
        f"/members/{mother.family.members['Zoé']}/custody",
        {"homes": [mother.family.family_id, father.family.family_id], "even_weeks": mother.family.family_id},
    )
    for parent, day in ((mother, monday), (father, next_monday)):
        parent.draft("Zoé", activity_id, [day], *SEPTEMBER)
        parent.commit()
    for parent, day in ((mother, monday), (father, next_monday)):
        booked = until(lambda parent=parent: parent.reservations(*SEPTEMBER))
        assert [each["day"] for each in booked] == [day.isoformat()]
        invoice = numerian.invoice_of(parent, "2022-09")
        assert invoice["amount_cents"] == 500, "each pays its own day"
    told = mother.api.get("planning", "/trail")["items"]
    assert {tuple(entry["days"]) for entry in told} == {(monday.isoformat(),)}
