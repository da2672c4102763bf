"""Hundreds of families of one commune who act at the same instant, each from an address of its own."""

import asyncio
import itertools
import uuid
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx

from chassis.testing.tokens import TokenSigner
from contracts.values import Role
from driver import TownHall, until
from faults.databases import run

_PACE = 24
"""How many prepare themselves at a time."""
_OF_ONE_CLIENT = 25
"""Connections: a client looks through all it has for each request."""
_REGIE = "Régie Périscolaire de Numérian"
_PATIENCE_SECONDS = 60.0
_TOO_MANY = 429
_EVE = {"kind": "days_before", "days": 1, "time": "23:59", "counting": "calendar"}


@dataclass(frozen=True)
class Household:
    """A family of one parent and one child."""

    family_id: str
    guardian_id: str
    member_id: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Call:
    """What one of the crowd asks of the API."""

    household: Household
    method: str
    path: str
    body: Any = None
    key: str | None = None


class Crowd:
    """Families registered by the town hall; their tokens are signed with identity's own key."""

    def __init__(self, gateway_url: str, town_hall: TownHall, signer: TokenSigner) -> None:
        self._gateway_url = gateway_url
        self._town_hall = town_hall
        self._host = town_hall.api.host
        self._signer = signer
        self._tenant_id = uuid.UUID(town_hall.api.get("identity", "/commune")["tenant_id"])
        self._households: list[Household] = []

    def households(self, count: int) -> list[Household]:
        """The first ``count`` families; those that lack are registered."""
        new = [self._household(number) for number in range(len(self._households), count)]
        clerk = self.staff(Role.AGENT)
        files = [Call(clerk, "PUT", f"/api/enrolment/v1/families/{one.family_id}", family_file(one)) for one in new]
        assert {answer.status_code for answer in self.in_turn(files)} <= {200}
        self._households += new
        return self._households[:count]

    def _household(self, number: int) -> Household:
        family_id, guardian_id = uuid.uuid4(), uuid.uuid4()
        address = f"198.18.{number // 250}.{number % 250 + 1}"
        headers = self._headers(address, Role.PARENT, family_id=family_id, guardian_id=guardian_id)
        return Household(str(family_id), str(guardian_id), str(uuid.uuid4()), headers)

    def staff(self, role: Role) -> Household:
        """Someone else of the town hall each time."""
        return Household("", "", "", self._headers("198.18.9.1", role))

    def _headers(self, address: str, role: Role, **whose: uuid.UUID) -> dict[str, str]:
        return {"x-forwarded-for": address, **self._signer.headers(self._tenant_id, role, **whose)}

    def at_once(self, calls: Sequence[Call]) -> list[httpx.Response]:
        """Everyone asks at the same instant; the answers in the order of the calls."""
        return run(self._send(calls, len(calls)))

    def in_turn(self, calls: Sequence[Call]) -> list[httpx.Response]:
        """A few at a time."""
        return run(self._send(calls, _PACE))

    async def _send(self, calls: Sequence[Call], together: int) -> list[httpx.Response]:
        """Who is given a turn at planning's entrance waits for it, as told."""
        gate = asyncio.Semaphore(together)
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(self._client()) for _ in range(0, together, _OF_ONE_CLIENT)]

            async def send(call: Call, client: httpx.AsyncClient) -> httpx.Response:
                headers = {"host": self._host, **call.household.headers}
                if call.key:
                    headers["idempotency-key"] = call.key
                while True:
                    async with gate:
                        answer = await client.request(call.method, call.path, headers=headers, json=call.body)
                    if answer.status_code != _TOO_MANY or "rank" not in answer.json():
                        return answer
                    await asyncio.sleep(answer.json()["retry_after"])

            return await asyncio.gather(*map(send, calls, itertools.cycle(clients)))

    def _client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=_OF_ONE_CLIENT, max_keepalive_connections=_OF_ONE_CLIENT)
        return httpx.AsyncClient(base_url=self._gateway_url, limits=limits, timeout=60, trust_env=False, verify=False)

    def activity(self, name: str, *, fee_cents: int = 0, capacity: int | None = None) -> str:
        """An activity open every day of the year's school terms, booked until the eve. Returns its id."""
        api, activity_id = self._town_hall.api, str(uuid.uuid4())
        regies = api.get("enrolment", "/regies")
        described = {
            "name": f"{name} 2022/2023",
            "element_name": name,
            "description": "",
            "category": "periscolaire",
            "season": "2022/2023",
            "opens_on": "2022-09-01",
            "closes_on": "2023-07-08",
            "regie_id": next((each for each in regies if each["name"] == _REGIE), regies[0])["regie_id"],
            "immediate_payment": True,
            "member_kind": "child",
            "min_age": None,
            "max_age": None,
            "schools": [],
            "tariff": {
                "adhesion_fee_cents": fee_cents,
                "label": "à l'unité",
                "unit": {"kind": "flat", "cents": 500},
            },
        }
        api.put("enrolment", f"/activities/{activity_id}", described)
        until(lambda: _accepted(api, activity_id, calendar(capacity)))
        return activity_id

    def order(self, households: Sequence[Household], activity_id: str) -> list[dict[str, Any]]:
        """Everyone orders the adhesion of their child and asks to pay it; a free one is in force at once."""
        ordered = self.in_turn(
            [
                Call(
                    one,
                    "POST",
                    "/api/enrolment/v1/adhesion-orders",
                    {"activity_id": activity_id, "member_ids": [one.member_id]},
                )
                for one in households
            ]
        )
        paths = [f"/api/enrolment/v1/adhesion-orders/{_json(answer)['order_id']}/payment" for answer in ordered]
        asked = self.in_turn([Call(one, "POST", path) for one, path in zip(households, paths, strict=True)])
        return [_json(answer) for answer in asked]

    def draft(self, households: Sequence[Household], activity_id: str, days_of: Callable[[int], list[str]]) -> None:
        """Everyone ticks their days and nothing else, as soon as the planning knows of the adhesion."""
        self.in_turn([Call(one, "DELETE", "/api/planning/v1/draft") for one in households])

        def wanted(number: int, one: Household) -> Call:
            return tick(one, activity_id, days_of(number))

        waiting = [wanted(number, one) for number, one in enumerate(households)]

        def send() -> list[Call]:
            answers = self.in_turn(waiting)
            assert {answer.status_code for answer in answers} <= {200, 404, 409}, answers[0].text
            waiting[:] = [call for call, answer in zip(waiting, answers, strict=True) if answer.status_code != 200]
            return waiting

        until(send, lambda left: not left, seconds=_PATIENCE_SECONDS)

    def commit(self, households: Sequence[Household]) -> list[httpx.Response]:
        """«Terminer», everyone at once."""
        return self.at_once([Call(one, "POST", "/api/planning/v1/draft/commit") for one in households])


def calendar(capacity: int | None) -> dict[str, Any]:
    """Open Monday to Friday, booked until the eve."""
    return {
        "week_days": [0, 1, 2, 3, 4],
        "during": "always",
        "capacity": capacity,
        "last_places": 0,
        "closures": [],
        "extra_openings": [],
        "booking_rule": {"default": _EVE},
        "cancelling_rule": {"default": _EVE},
    }


def tick(one: Household, activity_id: str, days: list[str]) -> Call:
    """The days wanted of the activity, in the month of the first."""
    first = date.fromisoformat(days[0]).replace(day=1)
    end = (first + timedelta(days=31)).replace(day=1)
    body = {"from": first.isoformat(), "to": end.isoformat(), "activity_id": activity_id, "days": days}
    return Call(one, "PUT", f"/api/planning/v1/draft/members/{one.member_id}", body)


def family_file(one: Household) -> dict[str, Any]:
    """The file of a household, as the town hall writes it."""
    name = "Foule"
    guardian = {
        "guardian_id": one.guardian_id,
        "first_name": "Camille",
        "last_name": name,
        "email": f"camille.{one.guardian_id[:8]}@example.org",
        "phone": None,
    }
    child = {
        "member_id": one.member_id,
        "kind": "child",
        "first_name": "Louis",
        "last_name": name,
        "birth_date": "2014-03-12",
        "school": None,
    }
    address = {"line": "1 rue des Écoles", "postal_code": "07350", "city": "Cruas"}
    return {"name": name, "address": address, "quotient_familial": None, "guardians": [guardian], "members": [child]}


def _json(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    content: dict[str, Any] = answer.json()
    return content


def _accepted(api: Any, activity_id: str, wanted: dict[str, Any]) -> bool:
    answer = api.send("PUT", f"/api/planning/v1/activities/{activity_id}/calendar", json=wanted)
    assert answer.status_code in {200, 404}, answer.text
    return bool(answer.is_success)
