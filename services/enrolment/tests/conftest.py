"""Enrolment under test: a commune with a canteen, and a family of four children."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio
from sqlalchemy import event

from chassis.ids import new_id
from chassis.runtime import Service
from chassis.testing.plugin import ALIXAN, GUIDE_DAY, Harness
from contracts.events import PaymentSettled
from contracts.values import PaymentPurpose, PaymentStatus, Role
from enrolment.entrypoints.service import SERVICE


def canteen(regie_id: UUID, **changes: Any) -> dict[str, Any]:
    """The guide's canteen as the town hall describes it."""
    return {
        "name": "Cantine d'Alixan 2022/2023",
        "element_name": "Cantine d'Alixan",
        "description": "Le repas de midi.",
        "category": "periscolaire",
        "season": "2022/2023",
        "opens_on": "2022-09-01",
        "closes_on": "2023-07-08",
        "regie_id": str(regie_id),
        "immediate_payment": True,
        "member_kind": "child",
        "min_age": 2,
        "max_age": 12,
        "schools": [],
        "tariff": {"adhesion_fee_cents": 1700, "label": "à l'unité", "unit": {"kind": "flat", "cents": 500}},
        **changes,
    }


@dataclass
class Home:
    """A family under test, with the ids of its members by first name."""

    family_id: UUID = field(default_factory=new_id)
    guardian_id: UUID = field(default_factory=new_id)
    name: str = "Martin"
    members: dict[str, UUID] = field(default_factory=lambda: {name: new_id() for name in ("Louis", "Estelle")})

    def file(self, **changes: Any) -> dict[str, Any]:
        """The file as the town hall sends it."""
        return {
            "name": self.name,
            "address": {"line": "3 rue des Écoles", "postal_code": "26300", "city": "Alixan"},
            "quotient_familial": 800,
            "guardians": [
                {
                    "guardian_id": str(self.guardian_id),
                    "first_name": "Camille",
                    "last_name": self.name,
                    "email": "camille@example.org",
                    "phone": "06 00 00 00 00",
                }
            ],
            "members": [self.member(first_name) for first_name in self.members],
            **changes,
        }

    def member(self, first_name: str, **changes: Any) -> dict[str, Any]:
        """A child of eight."""
        return {
            "member_id": str(self.members[first_name]),
            "kind": "child",
            "first_name": first_name,
            "last_name": self.name,
            "birth_date": "2014-03-12",
            "school": "École d'Alixan",
            **changes,
        }

    def ids(self, *first_names: str) -> list[str]:
        """Ids as the API takes them."""
        return [str(self.members[first_name]) for first_name in first_names]


class Commune:
    """What tests do in Alixan."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.regie_id = new_id()

    def home(self) -> Home:
        """A family not stored yet."""
        return Home()

    def canteen(self, **changes: Any) -> dict[str, Any]:
        """The guide's canteen as the town hall sends it, some of it changed."""
        return canteen(self.regie_id, **changes)

    def parent(self, home: Home, slug: str = "alixan") -> httpx.AsyncClient:
        """A client logged in as the family's guardian."""
        headers = self.harness.signer.headers(ALIXAN.tenant_id, family_id=home.family_id, guardian_id=home.guardian_id)
        return self.harness.client(slug, headers)

    def staff(self, role: Role = Role.ADMINISTRATOR) -> httpx.AsyncClient:
        """A client logged in at the town hall."""
        return self.harness.client(headers=self.harness.signer.headers(ALIXAN.tenant_id, role))

    async def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The town hall stores something."""
        async with self.staff() as client:
            response = await client.put(path, json=body)
        assert response.status_code == 200, response.text
        stored: dict[str, Any] = response.json()
        return stored

    async def activity(self, **changes: Any) -> str:
        """A canteen of its own régie; gives its id."""
        await self.put(f"/regies/{self.regie_id}", {"name": "Régie cantine"})
        activity_id = str(new_id())
        await self.put(f"/activities/{activity_id}", self.canteen(**changes))
        return activity_id

    async def family(self, home: Home | None = None, *, expect: int = 200, **changes: Any) -> Home:
        """A family that the town hall stored, or was refused with the status ``expect``."""
        home = home or Home()
        async with self.staff(Role.AGENT) as client:
            response = await client.put(f"/families/{home.family_id}", json=home.file(**changes))
        assert response.status_code == expect, response.text
        return home

    async def order(self, home: Home, activity_id: str, *first_names: str) -> dict[str, Any]:
        """An order that was accepted."""
        async with self.parent(home) as client:
            response = await client.post(
                "/adhesion-orders", json={"activity_id": activity_id, "member_ids": home.ids(*first_names)}
            )
        assert response.status_code == 201, response.text
        order: dict[str, Any] = response.json()
        return order

    async def pay(self, home: Home, order: dict[str, Any]) -> dict[str, Any]:
        """The order once its payment was asked for."""
        async with self.parent(home) as client:
            response = await client.post(f"/adhesion-orders/{order['order_id']}/payment")
        assert response.status_code == 200, response.text
        paying: dict[str, Any] = response.json()
        return paying

    async def read(self, home: Home, path: str) -> Any:
        """What the parent reads."""
        async with self.parent(home) as client:
            response = await client.get(path)
        assert response.status_code == 200, response.text
        return response.json()

    async def statements(self, home: Home, path: str) -> int:
        """How many statements one reading takes: the fewest of some, since events and jobs have statements too."""
        return min([await self._statements_now(home, path) for _ in range(4)])

    async def _statements_now(self, home: Home, path: str) -> int:
        count = 0

        def note(*_arguments: object) -> None:
            nonlocal count
            count += 1

        engine = self.harness.runtime._engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            await self.read(home, path)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return count

    async def adhesions(self, home: Home) -> dict[str, dict[str, Any]]:
        """The family's adhesions by first name."""
        family = await self.read(home, "/family")
        return {adhesion["first_name"]: adhesion for member in family["members"] for adhesion in member["adhesions"]}

    async def settle(
        self,
        home: Home,
        order: dict[str, Any],
        status: PaymentStatus = PaymentStatus.SUCCEEDED,
        *,
        sequence: int = 1,
        payment_id: str | None = None,
        at: datetime = GUIDE_DAY,
    ) -> None:
        """Payment-gateway publishes an outcome of the order's payment; returns once it was handled."""
        message_id = await self.publish_outcome(home, order, status, sequence=sequence, payment_id=payment_id, at=at)
        await self.harness.eventually("select 1 from inbox where message_id = $1", message_id)

    async def publish_outcome(
        self,
        home: Home,
        order: dict[str, Any],
        status: PaymentStatus = PaymentStatus.SUCCEEDED,
        *,
        sequence: int = 1,
        payment_id: str | None = None,
        at: datetime = GUIDE_DAY,
        purpose: PaymentPurpose = PaymentPurpose.ADHESION_ORDER,
    ) -> UUID:
        """Same, without waiting; gives the message's id."""
        message_id = new_id()
        refused = status is not PaymentStatus.SUCCEEDED
        settled = PaymentSettled(
            payment_id=UUID(payment_id or order["payment_id"]),
            purpose=purpose,
            reference_id=UUID(order["order_id"]),
            regie_id=self.regie_id,
            family_id=home.family_id,
            status=status,
            amount_cents=order["total_cents"],
            settled_at=at,
            label="Cantine",
            reason_code="51" if refused else None,
            reason="Votre banque a refusé le paiement." if refused else None,
        )
        await self.harness.publish(settled, tenant_id=ALIXAN.tenant_id, sequence=sequence, message_id=message_id)
        return message_id

    async def events(self, event_type: str, field_name: str, value: object) -> list[asyncpg.Record]:
        """Published events of a type about something, oldest first; ``body`` is JSON text."""
        return await self.harness.query(
            "select *, body::jsonb from kept.published_event where type = $1 and body->>$2 = $3 order by seq",
            f"enrolment.{event_type}.v1",
            field_name,
            str(value),
        )


@pytest.fixture(scope="session")
def service() -> Service:
    return SERVICE


@pytest_asyncio.fixture(loop_scope="session")
async def commune(harness: Harness) -> Commune:
    harness.clock.instant = GUIDE_DAY
    return Commune(harness)
