"""The billing service, and a town that talks to it as the other services do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from chassis.runtime import Service
from chassis.testing.plugin import ALIXAN, Harness
from contracts.events import (
    ActivityPublished,
    AdhesionPaid,
    FamilyRegistered,
    MemberRegistered,
    PaymentSettled,
    ReservationsCommitted,
    SurplusDecided,
    SurplusReceived,
)
from contracts.events.payment_gateway import SurplusDecision, SurplusReason
from contracts.events.planning import ReservationState
from contracts.values import (
    Guardian,
    MemberKind,
    PaymentPurpose,
    PaymentStatus,
    PostalAddress,
    Regie,
    ReservationStatus,
    Role,
)

SEPTEMBER = [date(2022, 9, day) for day in (1, 2, 5, 6)]
"""The days of the guide's recap."""


@pytest.fixture(scope="session")
def service() -> Service:
    from billing.entrypoints.service import SERVICE

    return SERVICE


@dataclass(frozen=True)
class Home:
    """A family with one child."""

    family_id: UUID = field(default_factory=new_id)
    guardian_id: UUID = field(default_factory=new_id)
    member_id: UUID = field(default_factory=new_id)
    name: str = "MARTIN"
    child: str = "Louis"
    email: str | None = "claire@example.org"


class Town:
    """What the other services of one commune say, and the HTTP clients of its people."""

    def __init__(self, harness: Harness, tenant: UUID, slug: str) -> None:
        self.harness, self.tenant, self.slug = harness, tenant, slug
        self.regie = Regie(regie_id=new_id(), name="Régie périscolaire")
        self.activity_id = new_id()

    async def publish(self, event, sequence: int = 1) -> None:
        """Publishes and waits until billing has handled the message."""
        message_id = new_id()
        await self.harness.publish(event, tenant_id=self.tenant, sequence=sequence, message_id=message_id)
        await self.harness.eventually("select 1 from inbox where message_id = $1", message_id, seconds=30)

    async def open(self) -> None:
        await self.publish(self.activity())

    def activity(self, regie: Regie | None = None, activity_id: UUID | None = None) -> ActivityPublished:
        return ActivityPublished(
            activity_id=activity_id or self.activity_id,
            name="Cantine d'Alixan 2022/2023",
            category="periscolaire",
            element_name="Cantine d'Alixan",
            season="2022/2023",
            opens_on=date(2022, 9, 1),
            closes_on=date(2023, 7, 8),
            regie=regie or self.regie,
        )

    async def home(self, **details) -> Home:
        """A new family, known to billing."""
        home = Home(**details)
        await self.publish(
            FamilyRegistered(
                family_id=home.family_id,
                name=home.name,
                address=PostalAddress(line="12 chemin des Lavandes", postal_code="26300", city="Alixan"),
                guardians=(
                    Guardian(guardian_id=home.guardian_id, first_name="Claire", last_name=home.name, email=home.email),
                    Guardian(guardian_id=new_id(), first_name="Marc", last_name=home.name, email="marc@example.org"),
                ),
            )
        )
        await self.publish(
            MemberRegistered(
                member_id=home.member_id,
                family_ids=(home.family_id,),
                kind=MemberKind.CHILD,
                first_name=home.child,
                last_name=home.name,
                birth_date=date(2015, 1, 1),
                school=None,
            )
        )
        return home

    def reservations(
        self, home: Home, days: Sequence[date] = SEPTEMBER, cents: int = 500, regie: Regie | None = None
    ) -> ReservationsCommitted:
        return ReservationsCommitted(
            basket_id=new_id(),
            family_id=home.family_id,
            reservations=tuple(
                ReservationState(
                    reservation_id=new_id(),
                    version=1,
                    member_id=home.member_id,
                    activity_id=self.activity_id,
                    regie_id=(regie or self.regie).regie_id,
                    day=day,
                    element_name="Cantine d'Alixan",
                    tariff_label="à l'unité",
                    unit_price_cents=cents,
                    status=ReservationStatus.BOOKED,
                )
                for day in days
            ),
        )

    async def book(self, home: Home, *arguments, **options) -> ReservationsCommitted:
        committed = self.reservations(home, *arguments, **options)
        await self.publish(committed)
        return committed

    @staticmethod
    def changed(
        committed: ReservationsCommitted, status: ReservationStatus, version: int, count: int | None = None
    ) -> ReservationsCommitted:
        """The first ``count`` reservations in another state."""
        states = [
            state.model_copy(update={"status": status, "version": version}) for state in committed.reservations[:count]
        ]
        return committed.model_copy(update={"basket_id": new_id(), "reservations": tuple(states)})

    def settled(
        self, home: Home, payment: dict, status: PaymentStatus = PaymentStatus.SUCCEEDED, cents: int | None = None
    ) -> PaymentSettled:
        return PaymentSettled(
            payment_id=payment["payment_id"],
            purpose=PaymentPurpose.INVOICES,
            reference_id=payment["invoice_payment_id"],
            regie_id=self.regie.regie_id,
            family_id=home.family_id,
            status=status,
            amount_cents=payment["total_cents"] if cents is None else cents,
            settled_at=self.harness.clock.now(),
            label="Facture",
            reason_code=None if status is PaymentStatus.SUCCEEDED else "00105",
            reason=None if status is PaymentStatus.SUCCEEDED else "La carte a été refusée par la banque.",
        )

    def adhesion(self, home: Home, cents: int = 1700) -> AdhesionPaid:
        return AdhesionPaid(
            adhesion_id=new_id(),
            family_id=home.family_id,
            member_id=home.member_id,
            activity_id=self.activity_id,
            regie_id=self.regie.regie_id,
            payment_id=new_id() if cents else None,
            amount_cents=cents,
            unit_price_cents=500,
            tariff_label="à l'unité",
            valid_from=date(2022, 9, 1),
            valid_until=date(2023, 7, 8),
        )

    def parent(self, home: Home) -> httpx.AsyncClient:
        headers = self.harness.signer.headers(self.tenant, family_id=home.family_id, guardian_id=home.guardian_id)
        return self.harness.client(self.slug, headers)

    def staff(self, *roles: Role) -> httpx.AsyncClient:
        return self.harness.client(self.slug, self.harness.signer.headers(self.tenant, *(roles or (Role.REGISSEUR,))))

    async def run(self, period: str = "2022-09") -> dict:
        async with self.staff() as client:
            response = await client.post("/invoicing-runs", json={"period": period})
        assert response.status_code == 201, response.text
        return response.json()

    async def invoices(self, home: Home) -> list[dict]:
        async with self.parent(home) as client:
            return (await client.get("/invoices")).json()["items"]

    async def pay(self, home: Home, *invoices: dict) -> httpx.Response:
        async with self.parent(home) as client:
            return await client.post("/invoice-payments", json={"invoice_ids": [i["invoice_id"] for i in invoices]})

    async def credit(self, home: Home, cents: int, regie: Regie | None = None) -> SurplusReceived:
        """The régie decided that money received in excess is the family's."""
        received = SurplusReceived(
            movement_id=new_id(),
            payment_id=new_id(),
            purpose=PaymentPurpose.ADHESION_ORDER,
            reference_id=new_id(),
            regie_id=(regie or self.regie).regie_id,
            family_id=home.family_id,
            label="Adhésions",
            reason=SurplusReason.SURPLUS,
            amount_cents=cents,
            currency="978",
            due_cents=0,
            received_at=self.harness.clock.now(),
        )
        await self.publish(received)
        fields = received.model_dump(exclude={"reason", "due_cents", "received_at", "undone_movement_id"})
        decision = SurplusDecided(**fields, decision=SurplusDecision.CREDITED, decided_at=received.received_at)
        await self.publish(decision, sequence=2)
        return received

    async def differences(self, home: Home) -> list[str]:
        """Where the family's account disagrees with the rest."""
        async with self.staff(Role.REGISSEUR) as client:
            found = (await client.get("/ledger/differences")).json()["items"]
        return [one["kind"] for one in found if one["family_id"] == str(home.family_id)]


@pytest.fixture
async def town(harness: Harness) -> Town:
    """Alixan, with a régie and an activity of its own for each test, and no charge left from another test."""
    await harness.query("delete from charge where invoice_id is null")
    town = Town(harness, ALIXAN.tenant_id, "alixan")
    await town.open()
    return town


@pytest.fixture
async def home(town: Town) -> Home:
    return await town.home()
