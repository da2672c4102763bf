"""The bench's commune: one of the demonstration's, with a bank of ours, and a family at the bank's page."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from portail_bench.private import BenchError, PrivateSystem
from portail_demo.commune import CommuneLoader
from portail_demo.descriptions import Description, demo_id, descriptions
from portail_demo.portal import Portal
from portail_demo.settings import Settings

SLUG = "alixan"
PASSWORD = "une phrase assez longue"  # noqa: S105 - of a parent who lives as long as the bench
_PATIENCE_SECONDS = 30.0
_EVE = {"default": {"kind": "days_before", "days": 1, "time": "23:59", "counting": "calendar"}}
_SCHOOL_DAYS: dict[str, Any] = {
    "week_days": [0, 1, 3, 4],
    "during": "term",
    "last_places": 0,
    "booking_rule": _EVE,
    "cancelling_rule": _EVE,
}

Found = TypeVar("Found")


@dataclass(frozen=True)
class AtTheBank:
    """A payment in front of the bank: its ids and the form's fields."""

    order_id: str
    adhesion_id: str
    payment_id: str
    attempt_id: str
    fields: dict[str, str]
    family_id: str
    child_id: str
    parent: Portal
    user_name: str


class Town:
    """The commune, its administrator logged in."""

    def __init__(self, private: PrivateSystem, bank_key: str, slug: str = SLUG) -> None:
        settings = Settings.from_environment(private.system.demo_settings())
        self._api_url = settings.api_url
        self._described: Description = next(each for each in descriptions(settings.today) if each["slug"] == slug)
        self._slug = slug
        self.host: str = self._described["hostnames"][0]
        CommuneLoader(settings, self._described).load(bank_key)
        administrator = self._described["administrator"]
        self._town_hall = self.portal(self._log_in(administrator["user_name"], administrator["password"]))

    def publish_activity(self, name: str, capacity: int) -> str:
        """An activity like the commune's first one, of every school day, with so many places. Returns its id."""
        activity = dict(next(iter(self._described["activities"].values())))
        calendar = _SCHOOL_DAYS | {"capacity": capacity}
        regie_id = str(demo_id(self._slug, "regie", activity.pop("regie")))
        activity_id = str(uuid.uuid4())
        body = {key: value for key, value in activity.items() if key != "calendar"}
        body |= {"name": name, "regie_id": regie_id}
        self._town_hall.put("enrolment", f"/activities/{activity_id}", body)
        self._town_hall.put("planning", f"/activities/{activity_id}/calendar", calendar)
        return activity_id

    def set_capacity(self, activity_id: str, capacity: int) -> None:
        """The town hall changes how many places there are."""
        self._town_hall.put("planning", f"/activities/{activity_id}/calendar", _SCHOOL_DAYS | {"capacity": capacity})

    def family_at_the_bank(self, activity_id: str | None = None) -> AtTheBank:
        """A family of two orders one child's adhesion, to the first activity unless told, and leaves for the bank."""
        family_id, child_id = str(uuid.uuid4()), str(uuid.uuid4())
        self._town_hall.put("enrolment", f"/families/{family_id}", _family(child_id))
        parent, user_name = self._parent_of(family_id)
        activities = _until(lambda: parent.get("enrolment", "/activities"))
        body = {"activity_id": activity_id or activities[0]["activity_id"], "member_ids": [child_id]}
        order = parent.post("enrolment", "/adhesion-orders", body)
        adhesion_id = order["lines"][0]["adhesion_id"]
        payment_id = parent.post("enrolment", f"/adhesion-orders/{order['order_id']}/payment", {})["payment_id"]
        parent.get("payment-gateway", f"/payments/{payment_id}")  # waits until it has heard of it
        started = parent.post("payment-gateway", f"/payments/{payment_id}/attempts", {})
        ids = (order["order_id"], adhesion_id, payment_id, started["attempt_id"])
        return AtTheBank(*ids, dict(started["fields"]), family_id, child_id, parent, user_name)

    def _parent_of(self, family_id: str) -> tuple[Portal, str]:
        """Logged in, with a password of its own, and its user name."""
        accounts = _until(lambda: self._town_hall.get("identity", "/accounts", family_id=family_id)["items"])
        drawn = self._town_hall.post("identity", f"/accounts/{accounts[0]['account_id']}/first-password", {})
        first = self.portal(self._log_in(drawn["user_name"], drawn["first_password"]))
        first.put(
            "identity", "/account/password", {"current_password": drawn["first_password"], "new_password": PASSWORD}
        )
        return self.portal(self._log_in(drawn["user_name"], PASSWORD)), drawn["user_name"]

    def portal(self, token: str) -> Portal:
        """The API for who has this token."""
        return Portal(self._api_url, self.host, token)

    def _log_in(self, user_name: str, password: str) -> str:
        answer = httpx.post(
            f"{self._api_url}/api/identity/v1/sessions",
            json={"user_name": user_name, "password": password},
            headers={"host": self.host},
            timeout=30,
            trust_env=False,
        )
        if answer.status_code != httpx.codes.OK:
            raise BenchError(f"{user_name} n'entre pas : {answer.text[:300]}")
        return str(answer.json()["access_token"])


def _family(child_id: str) -> dict[str, Any]:
    guardian = {"first_name": "Sophie", "last_name": "Mesure", "email": "sophie.mesure@example.org", "phone": None}
    child = {"kind": "child", "first_name": "Louis", "last_name": "Mesure", "school": "École Jules Verne"}
    return {
        "name": "Mesure",
        "address": {"line": "14 chemin des Noyers", "postal_code": "26300", "city": "Alixan"},
        "quotient_familial": 940,
        "guardians": [{"guardian_id": str(uuid.uuid4()), **guardian}],
        "members": [{"member_id": child_id, "birth_date": "2014-03-12", **child}],
    }


def _until(look: Callable[[], Found]) -> Found:
    """What was looked for, once it is there. Raises ``BenchError``."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (found := look()):
        if time.monotonic() > deadline:
            raise BenchError("un événement n'arrive pas")
        time.sleep(0.1)
    return found
