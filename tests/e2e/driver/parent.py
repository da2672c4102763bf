"""A parent: enrols children, pays, books days, pays invoices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from driver.api import Api, Refused
from driver.bank import Bank, BankPage, PaymentForm
from driver.waiting import PATIENCE_SECONDS, until

_IN_THE_END = frozenset({"succeeded", "refused", "cancelled", "expired", "to_review"})


@dataclass(frozen=True)
class FamilyRecord:
    """A family as the town hall registered it. ``members`` are ids by first name."""

    family_id: str
    name: str
    guardian_id: str
    members: dict[str, str]
    email: str
    user_name: str
    first_password: str


class Parent:
    """A parent logged in, in front of the portal and of the bank."""

    def __init__(self, api: Api, bank: Bank, family: FamilyRecord, *, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self.api = api
        self.bank = bank
        self.family = family

    def activity(self, name: str) -> dict[str, Any]:
        """By the beginning of its name."""
        activities = until(lambda: self.api.get("enrolment", "/activities"), seconds=self._patience)
        found: dict[str, Any] = next(each for each in activities if each["name"].startswith(name))
        return found

    def order(self, activity_id: str, *first_names: str) -> dict[str, Any]:
        body = {"activity_id": activity_id, "member_ids": [self.family.members[name] for name in first_names]}
        order: dict[str, Any] = self.api.post("enrolment", "/adhesion-orders", body)
        return order

    def read_order(self, order_id: str) -> dict[str, Any]:
        order: dict[str, Any] = self.api.get("enrolment", f"/adhesion-orders/{order_id}")
        return order

    def ask_to_pay_order(self, order_id: str) -> str:
        """Returns the payment's id."""
        return str(self.api.post("enrolment", f"/adhesion-orders/{order_id}/payment")["payment_id"])

    def ask_to_pay_invoices(self, *invoice_ids: str) -> str:
        return str(self.api.post("billing", "/invoice-payments", {"invoice_ids": list(invoice_ids)})["payment_id"])

    def payment(self, payment_id: str) -> dict[str, Any] | None:
        """None while the request is on its way."""
        try:
            found: dict[str, Any] = self.api.get("payment-gateway", f"/payments/{payment_id}")
        except Refused as refused:
            if refused.status == 404:
                return None
            raise
        return found

    def payment_form(self, payment_id: str, *, confirmed: bool = False) -> PaymentForm:
        """A new attempt; ``confirmed`` although another one may still succeed."""
        until(lambda: self.payment(payment_id), seconds=self._patience)
        path = f"/payments/{payment_id}/attempts"
        return PaymentForm.read(self.api.post("payment-gateway", path, {"confirmed": confirmed}))

    def at_the_bank(self, payment_id: str, *, confirmed: bool = False, **misbehaviour: Any) -> BankPage:
        """A new attempt, up to the bank's page, of a bank that misbehaves as told."""
        form = self.payment_form(payment_id, confirmed=confirmed)
        if misbehaviour:
            self.bank.misbehave(form.reference, **misbehaviour)
        return self.bank.open_page(form)

    def come_back(self, address: str) -> str:
        """Follows the bank's way back; returns the portal's path where the browser ends up."""
        parts = urlsplit(address)
        response = self.api.send("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        assert response.status_code == 303, response.text
        return urlsplit(response.headers["location"]).path

    def wait_for_payment(self, payment_id: str, status: str) -> dict[str, Any]:
        found = until(
            lambda: self.payment(payment_id),
            lambda payment: payment is not None and payment["status"] in {status} | (_IN_THE_END - {"refused"}),
        )
        assert found is not None
        assert found["status"] == status, found
        return found

    def wait_for_order(self, order_id: str, *statuses: str) -> dict[str, Any]:
        return until(
            lambda: self.read_order(order_id), lambda order: order["status"] in statuses, seconds=self._patience
        )

    def pay_adhesion(self, activity_id: str, *first_names: str) -> dict[str, Any]:
        """From ticking the children to the planning that is open: the order, paid."""
        order = self.order(activity_id, *first_names)
        payment_id = self.ask_to_pay_order(order["order_id"])
        self.at_the_bank(payment_id).pay()
        self.wait_for_payment(payment_id, "succeeded")
        for name in first_names:
            self.wait_until_open(name)
        return self.wait_for_order(order["order_id"], "paid")

    def planning_activities(self, first_name: str) -> list[dict[str, Any]]:
        """Activities of a child, with ``open`` and ``reason``."""
        members = self.api.get("planning", "/members")
        wanted = self.family.members[first_name]
        return next((member["activities"] for member in members if member["member_id"] == wanted), [])

    def wait_until_open(self, first_name: str) -> None:
        until(lambda: [each for each in self.planning_activities(first_name) if each["open"]], seconds=self._patience)

    def planning(self, first_name: str, start: date, end: date) -> dict[str, Any]:
        query = {"member_id": self.family.members[first_name], "from": start.isoformat(), "to": end.isoformat()}
        shown: dict[str, Any] = self.api.get("planning", "/planning", **query)
        return shown

    def draft(self, first_name: str, activity_id: str, days: Iterable[date], start: date, end: date) -> dict[str, Any]:
        """The days wanted of the activity in the half-open period."""
        body = {
            "from": start.isoformat(),
            "to": end.isoformat(),
            "activity_id": activity_id,
            "days": [day.isoformat() for day in days],
        }
        drafted: dict[str, Any] = self.api.put("planning", f"/draft/members/{self.family.members[first_name]}", body)
        return drafted

    def commit(self, key: str | None = None) -> dict[str, Any]:
        """«Terminer»."""
        committed: dict[str, Any] = self.api.post("planning", "/draft/commit", key=key)
        return committed

    def reservations(self, start: date, end: date) -> list[dict[str, Any]]:
        query = {"from": start.isoformat(), "to": end.isoformat()}
        found: list[dict[str, Any]] = self.api.get("planning", "/reservations", **query)
        return found

    def pay_invoices(self, *invoice_ids: str) -> None:
        """At the bank, to the end."""
        payment_id = self.ask_to_pay_invoices(*invoice_ids)
        self.at_the_bank(payment_id).pay()
        self.wait_for_payment(payment_id, "succeeded")

    def invoices(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.get("billing", "/invoices")["items"]
        return found

    def account(self) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get("billing", "/account")
        return found

    def payments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.get("billing", "/payments")
        return found
