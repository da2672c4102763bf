"""Families from the letter of the town hall to the paid invoice, each step noted when it was acknowledged."""

import random
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from driver.api import Refused
from driver.bank import Bank, PaymentForm
from driver.crashes.card import Cards
from driver.crashes.ledger import Kind, Ledger
from driver.crashes.patience import PATIENCE_SECONDS, PatientApi, Tab
from driver.parent import Parent
from driver.portal import Portal
from driver.system import OWN_PASSWORD
from driver.town_hall import TownHall
from driver.waiting import until

CANTEENS = {"alixan": "Cantine d'Alixan", "veyras": "Restaurant scolaire"}
_MONTHS = tuple(date(2022, month, 1) for month in (9, 10, 11, 12))
_DAYS_BOOKED = (3, 6)


@dataclass(frozen=True)
class World:
    """What all journeys share."""

    portal: Portal
    ledger: Ledger
    cards: Cards
    bank: Bank

    def host(self, commune: str) -> str:
        return f"{commune}.localhost"

    def api(self, commune: str) -> PatientApi:
        return PatientApi(self.portal.gateway_url, self.host(commune), self.ledger)

    def tab(self, commune: str) -> Tab:
        return Tab(self.portal.gateway_url, f"{self.host(commune)}:{self.portal.ports.gateway}", self.ledger)

    def town_hall(self, commune: str) -> TownHall:
        api = self.api(commune)
        api.log_in(f"mairie.{commune}", f"demonstration-{commune}")
        return TownHall(api, patience=PATIENCE_SECONDS)


_BANK_PAGES = ("/php/", "/vads-payment/")
"""Ends of the addresses of Paybox's page and of PayZen's."""


class Journey:
    """One family. ``steps`` are done in order, each needs its services; with ``by_pages`` what commits goes through
    the web client.
    """

    def __init__(self, world: World, commune: str, town_hall: TownHall, seed: int) -> None:
        self._world = world
        self._ledger = world.ledger
        self._commune = commune
        self._town_hall = town_hall
        self._random = random.Random(seed)
        self._by_pages = self._random.random() < 0.35
        self._month = self._random.choice(_MONTHS)
        self._opened = ExitStack()
        self.steps = [(self.enrol, "enrolment"), (self.book, "planning"), (self.pay_the_month, "billing")]

    def end(self) -> None:
        """Closes what the family had open."""
        self._opened.close()

    def enrol(self) -> None:
        """From the family's registration to the adhesions in force."""
        family = self._town_hall.register_family(("Louis", "Estelle")[: self._random.randint(1, 2)])
        self._ledger.acknowledge(Kind.FAMILY, family.family_id)
        api = self._world.api(self._commune)
        self._opened.callback(api.close)
        api.choose_password(family.user_name, family.first_password, OWN_PASSWORD)
        self._parent = parent = Parent(api, self._world.bank, family, patience=PATIENCE_SECONDS)
        self._activity = parent.activity(CANTEENS[self._commune])["activity_id"]
        order = parent.order(self._activity, *family.members)
        order_id, cents = order["order_id"], order["total_cents"]
        self._ledger.acknowledge(Kind.ORDER, order_id, cents)
        payment_id = self._pay_order(order_id)
        self._ledger.acknowledge(Kind.ADHESION_PAYMENT, payment_id, cents)
        for line in parent.wait_for_order(order_id, "paid")["lines"]:
            self._ledger.acknowledge(Kind.ADHESION, line["adhesion_id"], line["amount_cents"])

    def book(self) -> None:
        """Some days of a month for one child, as soon as the planning is open; other days where one is full."""
        parent = self._parent
        child = next(iter(parent.family.members))
        parent.wait_until_open(child)
        start, end = self._month, _following(self._month)
        while True:
            shown = parent.planning(child, start, end)["activities"]
            (cells,) = [each["cells"] for each in shown if each["activity_id"] == self._activity]
            open_days = [date.fromisoformat(cell["day"]) for cell in cells if cell["changeable"]]
            days = self._random.sample(open_days, self._random.randint(*_DAYS_BOOKED))
            try:
                total = parent.draft(child, self._activity, sorted(days), start, end)["total_cents"]
                self._commit()
            except Refused as refused:
                if refused.slug != "lines-refused":
                    raise
                self._ledger.trouble("a day was full")
                continue
            break
        self._ledger.acknowledge(Kind.BASKET, parent.family.family_id, total)

    def pay_the_month(self) -> None:
        """The town hall runs the month until the family has its invoice, which is paid."""
        parent = self._parent
        invoice = until(self._ask_for_the_invoice, seconds=PATIENCE_SECONDS)[0]
        invoice_id, cents = invoice["invoice_id"], invoice["amount_cents"]
        self._ledger.acknowledge(Kind.INVOICE, invoice_id, cents)
        payment_id = self._pay_invoice(invoice_id)
        self._ledger.acknowledge(Kind.INVOICE_PAYMENT, payment_id, cents)
        until(lambda: parent.invoices()[0], lambda seen: seen["status"] == "paid", seconds=PATIENCE_SECONDS)
        self._ledger.acknowledge(Kind.INVOICE_PAID, invoice_id, cents)

    def _ask_for_the_invoice(self) -> list[dict[str, Any]]:
        """Another family's run of a later month may have invoiced these days already."""
        if not (found := self._parent.invoices()):
            self._town_hall.run_month(f"{self._month:%Y-%m}")
            found = self._parent.invoices()
        return found

    def _pay_order(self, order_id: str) -> str:
        if self._by_pages:
            self._open_tab(f"/inscriptions/commandes/{order_id}")
            return self._pay_by_pages("/payer", lambda: self._parent.ask_to_pay_order(order_id))
        return self._pay(self._parent.ask_to_pay_order(order_id))

    def _pay_invoice(self, invoice_id: str) -> str:
        if self._by_pages:
            self._open_tab(f"/factures/recapitulatif?facture={invoice_id}")
            return self._pay_by_pages("/factures/payer", lambda: self._parent.ask_to_pay_invoices(invoice_id))
        return self._pay(self._parent.ask_to_pay_invoices(invoice_id))

    def _pay(self, payment_id: str) -> str:
        form = self._parent.payment_form(payment_id)
        self._parent.come_back(self._world.cards.pay(form, lambda: self._form_once_more(payment_id)))
        return payment_id

    def _form_once_more(self, payment_id: str) -> PaymentForm:
        return self._parent.payment_form(payment_id, confirmed=True)

    def _pay_by_pages(self, action: str, ask_again: Callable[[], str]) -> str:
        tab = self._tab
        tab.submit(action)
        while not (bank := next((path for path in _BANK_PAGES if path in tab.shown), None)):  # the payment's page
            tab.open(tab.path)
            if f'action="{tab.path.partition("?")[0]}/banque"' in tab.shown:
                tab.submit("/banque")
        address, fields = tab.form(bank)
        form = PaymentForm(address, tuple(fields))
        back = self._world.cards.pay(form, lambda: self._form_once_more(ask_again()))
        path = self._parent.come_back(back)
        tab.open(path)
        return path.rpartition("/")[2]

    def _commit(self) -> None:
        if self._by_pages:
            self._open_tab("/planning/recapitulatif")
            page = self._tab.submit("/terminer")
            if "Terminer" in page:
                raise AssertionError(f"not booked: {page[:2000]}")
        else:
            self._parent.commit(key=str(uuid.uuid4()))

    def _open_tab(self, path: str) -> None:
        """A browser opened for this, so that each commitment begins with a login."""
        self._tab = self._world.tab(self._commune)
        self._opened.callback(self._tab.close)
        self._tab.log_in(self._parent.family.user_name, OWN_PASSWORD)
        self._tab.open(path)


def _following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
