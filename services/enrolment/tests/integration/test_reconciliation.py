"""The payments of orders, beside what payment-gateway states: found, mended where that is safe, told."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, GUIDE_DAY, VEYRAS
from contracts.events import PaymentSettled, PaymentsStated
from contracts.events.payment_gateway import StatedPayment
from contracts.events.statement import Position
from contracts.values import PaymentPurpose, PaymentStatus, Role

MINUTES = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def clean(harness: Any) -> None:
    """Statements are of the whole commune: what another test left would be found here."""
    await as_superuser(
        harness,
        "delete from adhesion_price; delete from adhesion; delete from surplus_payment; delete from order_payment;"
        "delete from adhesion_order; delete from reconciliation_difference; delete from reconciliation_check",
    )


async def as_superuser(harness: Any, statement: str) -> None:
    """By hand, below every key and policy."""
    connection = await asyncpg.connect(harness.admin_url)
    await connection.execute("set session_replication_role = replica")
    await connection.execute(statement)
    await connection.close()


@pytest.fixture
async def home(commune: Any) -> Any:
    return await commune.family()


@pytest.fixture
async def order(commune: Any, home: Any) -> Any:
    """Louis and Estelle's adhesions, 34 €, sent to the bank."""
    activity_id = await commune.activity()
    return await commune.pay(home, await commune.order(home, activity_id, "Louis", "Estelle"))


def outcome(
    commune: Any, home: Any, order: Any, status: PaymentStatus = PaymentStatus.SUCCEEDED, **changes: Any
) -> PaymentSettled:
    values = {
        "payment_id": UUID(order["payment_id"]),
        "purpose": PaymentPurpose.ADHESION_ORDER,
        "reference_id": UUID(order["order_id"]),
        "regie_id": commune.regie_id,
        "family_id": home.family_id,
        "status": status,
        "amount_cents": order["total_cents"],
        "settled_at": GUIDE_DAY,
        "label": "Cantine",
        "reason_code": None,
        "reason": None,
    }
    return PaymentSettled(**values | changes)


async def state(
    commune: Any,
    *outcomes: PaymentSettled,
    sequence: int = 1,
    later: timedelta = 10 * MINUTES,
    unsettled: tuple[UUID, ...] = (),
    tenant_id: UUID = ALIXAN.tenant_id,
) -> None:
    """Payment-gateway states these, minutes after the guide's morning; returns once compared."""
    stated_at = GUIDE_DAY + later
    page = PaymentsStated(
        statement_id=new_id(),
        page=1,
        last=True,
        stated_at=stated_at,
        settled_until=stated_at - 5 * MINUTES,
        after=Position(day=date(2022, 6, 27), id=UUID(int=0)),
        until=Position(day=date(2022, 7, 4), id=UUID(int=2**128 - 1)),
        unsettled=unsettled,
        payments=tuple(StatedPayment(sequence=sequence, outcome=each) for each in outcomes),
    )
    message_id = new_id()
    await commune.harness.publish(page, tenant_id=tenant_id, message_id=message_id)
    await commune.harness.eventually("select 1 from inbox where message_id = $1", message_id, seconds=30)


async def told(commune: Any, wanted: str | None = None) -> list[dict[str, Any]]:
    async with commune.staff(Role.REGISSEUR) as client:
        response = await client.get("/reconciliation", params={"state": wanted} if wanted else {})
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def statuses(commune: Any, home: Any) -> dict[str, str]:
    return {name: adhesion["status"] for name, adhesion in (await commune.adhesions(home)).items()}


async def test_all_agrees(commune: Any, home: Any, order: Any) -> None:
    await commune.settle(home, order)
    await state(commune, outcome(commune, home, order))
    assert await told(commune) == []
    async with commune.staff(Role.REGISSEUR) as client:
        (check,) = (await client.get("/reconciliation")).json()["checks"]
    assert (check["source"], check["compared"]) == ("payment-gateway", 1)


async def test_an_outcome_that_never_came_opens_the_adhesions(commune: Any, home: Any, order: Any) -> None:
    await state(commune, outcome(commune, home, order))
    assert await statuses(commune, home) == {"Louis": "active", "Estelle": "active"}
    for adhesion in (await commune.adhesions(home)).values():
        assert len(await commune.events("adhesion_paid", "adhesion_id", adhesion["adhesion_id"])) == 1
    (difference,) = await told(commune, "mended")
    assert difference["kind"] == "payment_outdated"
    assert difference["sentence"] == (
        "Le paiement de 34,00\u00a0€ du 04/07/2022 (famille Martin) manquait aux inscriptions : il a été ajouté et les "
        "adhésions sont ouvertes."
    )
    await state(commune, outcome(commune, home, order), later=20 * MINUTES)
    await commune.settle(home, order)
    assert len(await told(commune)) == 1, "neither the next statement nor the event that comes at last changes anything"


async def test_a_refusal_that_never_came_frees_the_order(commune: Any, home: Any, order: Any) -> None:
    await state(commune, outcome(commune, home, order, PaymentStatus.REFUSED, reason="Plafond atteint."))
    assert [each["kind"] for each in await told(commune, "mended")] == ["payment_outdated"]
    assert (await commune.pay(home, order))["payment_id"] != order["payment_id"]


async def test_money_for_no_order_is_found_and_left(commune: Any, home: Any, order: Any) -> None:
    await state(commune, outcome(commune, home, order, payment_id=new_id()))
    (difference,) = await told(commune, "open")
    assert (difference["kind"], difference["found"]) == ("payment_missing", None)
    assert "ne correspond à aucune commande" in difference["sentence"]
    assert "relevé de la banque" in difference["advice"]


@pytest.mark.parametrize("paid", [False, True])
async def test_an_amount_altered_by_hand_is_found_and_left(commune: Any, home: Any, order: Any, paid: bool) -> None:
    if paid:
        await commune.settle(home, order)
    await as_superuser(commune.harness, "update order_payment set amount_cents = 1700")
    before = await commune.adhesions(home)
    await state(commune, outcome(commune, home, order))
    (difference,) = await told(commune, "open")
    assert difference["kind"] == "payment_differs"
    assert "est noté pour 17,00\u00a0€ aux inscriptions" in difference["sentence"]
    assert await commune.adhesions(home) == before
    await as_superuser(commune.harness, "update order_payment set amount_cents = 3400")
    await state(commune, outcome(commune, home, order), later=20 * MINUTES)
    assert await told(commune, "open") == []


async def test_an_order_closed_by_hand_is_found_and_left(commune: Any, home: Any, order: Any) -> None:
    await commune.settle(home, order)
    await as_superuser(commune.harness, "update adhesion_order set status = 'awaiting_payment', paid_at = null")
    await state(commune, outcome(commune, home, order))
    assert [each["kind"] for each in await told(commune, "open")] == ["order_unpaid"]


async def test_a_payment_unknown_to_the_gateway_is_found_and_left(commune: Any, home: Any, order: Any) -> None:
    await commune.settle(home, order)
    before = await commune.adhesions(home)
    await state(commune)
    (difference,) = await told(commune, "open")
    assert (difference["kind"], difference["subject_id"]) == ("payment_unknown", order["payment_id"])
    assert await commune.adhesions(home) == before


async def test_in_the_middle_of_traffic_nothing_is_found(commune: Any, home: Any, order: Any) -> None:
    await commune.settle(home, order)
    await state(commune, later=4 * MINUTES)
    await state(commune, unsettled=(UUID(order["payment_id"]),))
    assert await told(commune) == []


async def test_an_older_statement_finds_nothing(commune: Any, home: Any, order: Any) -> None:
    await commune.settle(home, order, sequence=3)
    await state(commune, outcome(commune, home, order, PaymentStatus.REFUSED), sequence=2)
    assert await told(commune) == []
    assert await statuses(commune, home) == {"Louis": "active", "Estelle": "active"}


async def test_another_commune_and_another_purpose_are_untouched(commune: Any, home: Any, order: Any) -> None:
    await state(commune, outcome(commune, home, order), tenant_id=VEYRAS.tenant_id)
    await state(commune, outcome(commune, home, order, purpose=PaymentPurpose.INVOICES, payment_id=new_id()))
    assert await told(commune) == []
    assert await statuses(commune, home) == {"Louis": "awaiting_payment", "Estelle": "awaiting_payment"}


@pytest.mark.parametrize("role", [Role.AGENT, Role.PARENT])
async def test_only_the_regisseur_reads(commune: Any, role: Role) -> None:
    async with commune.staff(role) as client:
        assert (await client.get("/reconciliation")).status_code == 403
