"""A commune with families and activities, known to planning as enrolment's events tell them."""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from chassis.runtime import Service
from chassis.testing.plugin import ALIXAN, GUIDE_DAY, Harness
from contracts.events import ActivityPublished, AdhesionPaid, FamilyRegistered, MemberRegistered
from contracts.events.enrolment import OfferedSlot, SlotPrice
from contracts.values import WHOLE_DAY, MemberKind, PostalAddress, Regie, Role
from planning.adapters.projections import Projections

THURSDAY_NOON = {"kind": "weekly", "week_day": 3, "time": "12:00", "weeks_before": 1}
EVE = {"kind": "days_before", "days": 1, "time": "23:59", "counting": "calendar"}
CANTEEN_CALENDAR: dict[str, Any] = {
    "week_days": [0, 1, 3, 4],
    "during": "term",
    "capacity": None,
    "last_places": 0,
    "booking_rule": {"default": THURSDAY_NOON},
    "cancelling_rule": {"default": THURSDAY_NOON},
}
REGIE = Regie(regie_id=new_id(), name="Régie périscolaire")
_versions = count(1)


@pytest.fixture(scope="session")
def service() -> Service:
    from planning.entrypoints.service import SERVICE

    return SERVICE


@pytest.fixture(scope="session")
def service_settings() -> dict[str, Any]:
    return {"secret_key": base64.b64encode(secrets.token_bytes(32)).decode()}


class World:
    """Arranges what planning knows; reads and acts through its HTTP interface."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.tenant_id = ALIXAN.tenant_id

    async def keep(self, *events: Any, tenant_id: UUID | None = None) -> None:
        async with self.harness.runtime.transaction(tenant_id or self.tenant_id) as transaction:
            projections = Projections(transaction)
            handlers = {
                FamilyRegistered: projections.keep_family,
                MemberRegistered: projections.keep_member,
                ActivityPublished: projections.keep_activity,
                AdhesionPaid: lambda event, version: projections.keep_entitlements([(event, version)]),
            }
            for event in events:
                await handlers[type(event)](event, next(_versions))

    async def activity(
        self,
        name: str = "Cantine d'Alixan",
        tenant_id: UUID | None = None,
        offered: Sequence[OfferedSlot] = (),
        **calendar: Any,
    ) -> UUID:
        activity = _published(new_id(), name, offered)
        await self.keep(activity, tenant_id=tenant_id)
        if calendar != {"none": True}:
            async with self.staff(Role.ADMINISTRATOR) as client:
                url = f"/activities/{activity.activity_id}/calendar"
                response = await client.put(url, json=CANTEEN_CALENDAR | calendar)
            assert response.status_code == 200, response.text
        return activity.activity_id

    async def offer(self, activity_id: UUID, slots: Sequence[OfferedSlot], name: str = "Centre de loisirs") -> None:
        """Enrolment publishes the activity again, with these slots."""
        await self.keep(_published(activity_id, name, slots))

    async def family(self, *first_names: str, name: str = "Martin") -> tuple[UUID, list[UUID]]:
        family_id = new_id()
        address = PostalAddress(line="1 rue des Écoles", postal_code="26300", city="Alixan")
        members = [member(first_name, family_id) for first_name in first_names]
        await self.keep(FamilyRegistered(family_id=family_id, name=name, address=address, guardians=()), *members)
        return family_id, [member.member_id for member in members]

    async def adhesion(
        self, family_id: UUID, member_id: UUID, activity_id: UUID, cents: int = 500, **slots: int
    ) -> AdhesionPaid:
        event = AdhesionPaid(
            adhesion_id=new_id(),
            family_id=family_id,
            member_id=member_id,
            activity_id=activity_id,
            regie_id=REGIE.regie_id,
            payment_id=new_id(),
            amount_cents=1700,
            unit_price_cents=cents,
            tariff_label="à l'unité",
            valid_from=date(2022, 9, 1),
            valid_until=date(2023, 7, 8),
            slot_prices=tuple(SlotPrice(slot=slot, unit_price_cents=price) for slot, price in slots.items()),
        )
        await self.keep(event)
        return event

    async def enrolled(self, activity_id: UUID, first_name: str = "Louis") -> tuple[UUID, UUID]:
        family_id, (member_id,) = await self.family(first_name)
        await self.adhesion(family_id, member_id, activity_id)
        return family_id, member_id

    def parent(self, family_id: UUID, **headers: str) -> httpx.AsyncClient:
        return self.harness.client(
            headers={**self.harness.signer.headers(self.tenant_id, family_id=family_id), **headers}
        )

    def staff(self, role: Role = Role.AGENT) -> httpx.AsyncClient:
        return self.harness.client(headers=self.harness.signer.headers(self.tenant_id, role))

    async def want(
        self,
        family_id: UUID,
        member_id: UUID,
        activity_id: UUID,
        *days: str,
        month: str = "2022-09",
        slots: Mapping[str, Sequence[str]] | None = None,
    ) -> httpx.Response:
        first = date.fromisoformat(f"{month}-01")
        body = {
            "from": first.isoformat(),
            "to": (first.replace(day=28) + timedelta(days=4)).replace(day=1).isoformat(),
            "activity_id": str(activity_id),
            "days": days,
            "slots": slots or {},
        }
        async with self.parent(family_id) as client:
            return await client.put(f"/draft/members/{member_id}", json=body)

    async def commit(self, family_id: UUID) -> httpx.Response:
        async with self.parent(family_id) as client:
            return await client.post("/draft/commit")

    async def book(
        self, family_id: UUID, member_id: UUID, activity_id: UUID, *days: str, **slots: Sequence[str]
    ) -> httpx.Response:
        drafted = await self.want(family_id, member_id, activity_id, *days, slots=slots)
        assert drafted.status_code == 200, drafted.text
        return await self.commit(family_id)

    async def announce(
        self,
        family_id: UUID,
        member_id: UUID,
        activity_id: UUID,
        *days: str,
        reason: str,
        files: Sequence[tuple[str, bytes]] = (),
        **more: Any,
    ) -> httpx.Response:
        """Announces absences, with files of these names and contents."""
        said = {"member_id": str(member_id), "activity_id": str(activity_id), "days": days, "reason": reason, **more}
        sent = [("documents", file) for file in files]
        async with self.parent(family_id) as client:
            return await client.post("/absences", data={"absence": json.dumps(said)}, files=sent)

    async def tick(
        self,
        activity_id: UUID,
        member_id: UUID,
        present: bool,
        minutes_ago: int = 5,
        left_at: str | None = None,
        slot: str = WHOLE_DAY,
        *,
        day: str = "2022-09-05",
    ) -> None:
        """A tick of the list of a day, made so many real minutes ago."""
        mark = {
            "mark_id": str(new_id()),
            "member_id": str(member_id),
            "present": present,
            "marked_at": (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat(),
            "left_at": left_at,
        }
        async with self.staff() as client:
            body = {"activity_id": str(activity_id), "day": day, "slot": slot, "marks": [mark]}
            answer = await client.post("/presence/marks", json=body)
        assert answer.status_code == 204, answer.text

    async def cells(
        self, family_id: UUID, member_id: UUID, activity_id: UUID, first: str = "2022-09-01", last: str = "2022-10-01"
    ) -> dict[str, Any]:
        params = {"member_id": str(member_id), "from": first, "to": last}
        async with self.parent(family_id) as client:
            response = await client.get("/planning", params=params)
        assert response.status_code == 200, response.text
        (row,) = [row for row in response.json()["activities"] if row["activity_id"] == str(activity_id)]
        return {cell["day"]: cell for cell in row["cells"]}

    def stand_at(self, year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> None:
        """Alixan's clock in UTC."""
        self.harness.clock.instant = datetime(year, month, day, hour, minute, tzinfo=UTC)


def _published(activity_id: UUID, name: str, slots: Sequence[OfferedSlot]) -> ActivityPublished:
    return ActivityPublished(
        activity_id=activity_id,
        name=f"{name} 2022/2023",
        category="periscolaire",
        element_name=name,
        season="2022/2023",
        opens_on=date(2022, 9, 1),
        closes_on=date(2023, 7, 8),
        regie=REGIE,
        slots=tuple(slots),
    )


def member(
    first_name: str,
    *family_ids: UUID,
    member_id: UUID | None = None,
    birth_date: date = date(2015, 5, 5),
    school: str | None = None,
) -> MemberRegistered:
    return MemberRegistered(
        member_id=member_id or new_id(),
        family_ids=family_ids,
        kind=MemberKind.CHILD,
        first_name=first_name,
        last_name="Martin",
        birth_date=birth_date,
        school=school,
    )


@pytest.fixture
def world(harness: Harness) -> World:
    harness.clock.instant = GUIDE_DAY
    return World(harness)


@pytest.fixture
def registered() -> Any:
    return member
