"""A button that commits something: how it comes to be clicked, what it tells, what it has done."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from driver import OWN_PASSWORD, Bank, Mailbox, Parent, Portal, System
from driver.plain_browser import Form, Page, PlainBrowser
from faults.absence_scene import cannot_cancel
from faults.crowd import Crowd
from faults.databases import Databases
from faults.waiting_scene import WaitedFor, waited_for

SEPTEMBER, OCTOBER = date(2022, 9, 1), date(2022, 10, 1)


@dataclass(frozen=True)
class Click:
    """A form about to be sent. Each sending must lead to a page that says ``tells``; ``effects`` counts what happened
    and must find one.
    """

    browser: PlainBrowser
    form: Form
    tells: str
    effects: Callable[[list[Page]], int]


class World:
    """Numérian: its town hall, a family with an activity, and what the tests see below."""

    def __init__(self, portal: Portal, system: System, bank: Bank, mailbox: Mailbox, databases: Databases) -> None:
        self.portal, self.system, self.bank, self.mailbox, self.databases = portal, system, bank, mailbox, databases
        self.town_hall = system.town_hall("numerian")
        self.free_days = iter([f"2022-09-{day:02}" for day in (19, 20, 21, 22, 23, 26, 27, 28)])
        self._waited_for: WaitedFor | None = None
        self._kept_activity = ""
        self._crowd = Crowd(system.gateway_url, self.town_hall, databases.signer())
        self.workshop = self._crowd.activity("Atelier")
        self.paid_activity = self._crowd.activity("Stage", fee_cents=1000)
        self.parent = self.new_parent()
        order = self.parent.order(self.workshop, *self.parent.family.members)
        self.parent.api.post("enrolment", f"/adhesion-orders/{order['order_id']}/payment")
        for name in self.parent.family.members:
            self.parent.wait_until_open(name)
        self.tab = self.browser()
        self.tab.log_in(self.parent.family.user_name, OWN_PASSWORD)
        self.desk = self.browser()
        self.desk.log_in("mairie.numerian", "demonstration-numerian")

    def browser(self) -> PlainBrowser:
        return PlainBrowser(self.portal.gateway_url, f"numerian.localhost:{self.portal.ports.gateway}")

    def new_parent(self, *children: str) -> Parent:
        record = self.town_hall.register_family(children or ("Louis", "Estelle", "Louane", "Théo"))
        return self.system.parent("numerian", record, self.bank)

    def logged_in(self, parent: Parent) -> PlainBrowser:
        browser = self.browser()
        browser.log_in(parent.family.user_name, OWN_PASSWORD)
        return browser

    def draft(self, name: str, *days: str) -> None:
        wanted = [date.fromisoformat(day) for day in days]
        self.parent.draft(name, self.workshop, wanted, SEPTEMBER, OCTOBER)

    def waited_for(self, child: str, *days: date) -> WaitedFor:
        """An activity that is full on these days, for which a child of the family may wait; made once."""
        if self._waited_for is None:
            self._waited_for = waited_for(self.system, "numerian", self.town_hall, self._crowd, *days)
            self._waited_for.enrol(self.parent, child)
        return self._waited_for

    def cannot_cancel(self, child: str, *days: date) -> str:
        """An activity of which a child of the family can no longer cancel these days; made once."""
        if not self._kept_activity:
            self._kept_activity = cannot_cancel(self.town_hall, self._crowd, self.parent, child, *days)
        return self._kept_activity

    def count(self, service: str, table: str, condition: str, *values: object) -> int:
        return self.databases.count(service, f"select count(*) from {table} where {condition}", *values)

    def staged(self, name: str) -> str:
        """An order of the activity that costs something; its id."""
        return str(self.parent.order(self.paid_activity, name)["order_id"])

    def reset_link(self, parent: Parent) -> str:
        self.system.api("numerian").post("identity", "/password-resets", {"user_name": parent.family.user_name})
        mail = self.mailbox.wait_for(parent.family.email, "mot de passe")[0]
        found = re.search(r"(/mot-de-passe/\S+)", mail.text)
        assert found, mail.text
        return found[1]


Scenario = Callable[[World], Click]
SCENARIOS: dict[str, Scenario] = {}


def button(path: str) -> Callable[[Scenario], Scenario]:
    """The scenario of the route that answers to ``path``."""

    def keep(scenario: Scenario) -> Scenario:
        SCENARIOS[path] = scenario
        return scenario

    return keep


def workshop_changed(world: World, page: str, tells: str, service: str, row: str, **typed: str) -> Click:
    """The town hall types something about the workshop on its page. ``row``: table and condition of how it then is."""
    path, (table, _, then) = f"{page}/{world.workshop}", row.partition(" where ")
    return Click(
        world.desk,
        world.desk.go(path).form(path).filled(**typed),
        tells,
        lambda _pages: world.count(service, table, f"activity_id = $1 and {then}", world.workshop),
    )


def booked(world: World, name: str, day: date) -> None:
    world.parent.api.delete("planning", "/draft")
    world.parent.draft(name, world.workshop, [day], day.replace(day=1), day.replace(day=28))
    world.parent.commit()
