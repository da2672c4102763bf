"""Days that are booked under the condition that they are paid soon."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.events import InvoiceLapsed, InvoiceSettled, ReservationsCommitted
from contracts.values import Role

DAY, NEXT = "2022-09-05", "2022-09-06"
NOW = datetime(2022, 8, 30, 12, tzinfo=UTC)
UNTIL = "À payer avant le mardi 30 août 2022 à 15h00, sinon ce jour est annulé."


@pytest.fixture
async def canteen(world) -> UUID:
    world.harness.clock.instant = NOW
    return await world.activity(capacity=1, pay_within_minutes=60)


async def _committed(world: Any, family: UUID) -> list[ReservationsCommitted]:
    """The family's events, the first first."""
    rows = await world.harness.query(
        "select body from kept.published_event where type = 'planning.reservations_committed.v1'"
        " and body->>'family_id' = $1 order by seq",
        str(family),
    )
    return [ReservationsCommitted.model_validate_json(row["body"]) for row in rows]


async def test_what_is_booked_says_until_when_it_is_to_be_paid(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    drafted = (await world.want(family, louis, canteen, DAY)).json()
    assert drafted["payment_conditions"] == [
        "Cantine d'Alixan 2022/2023 : À payer en ligne dans l'heure après la réservation, sinon elle est annulée."
    ]
    answer = (await world.commit(family)).json()
    assert answer["pay_until"] == "2022-08-30T13:00:00Z"
    cell = (await world.cells(family, louis, canteen))[DAY]
    assert (cell["state"], cell["changeable"], cell["reason"]) == ("booked", True, UNTIL)
    (event,) = await _committed(world, family)
    assert [each.pay_until for each in event.reservations] == [NOW + timedelta(hours=1)]


async def test_what_costs_nothing_or_is_cancelled_is_not_to_be_paid(world, canteen) -> None:
    family, (louis,) = await world.family("Louis")
    await world.adhesion(family, louis, canteen, cents=0)
    assert (await world.book(family, louis, canteen, DAY)).json()["pay_until"] is None
    await world.want(family, louis, canteen)
    assert (await world.commit(family)).json()["pay_until"] is None
    assert [event.reservations[0].pay_until for event in await _committed(world, family)] == [None, None]


async def test_once_paid_nothing_is_said_any_more(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, DAY)
    (event,) = await _committed(world, family)
    ids = tuple(each.reservation_id for each in event.reservations)
    settled = InvoiceSettled(
        invoice_id=new_id(), number="2209001", family_id=family, paid_cents=500, reservation_ids=ids
    )
    await world.harness.publish(settled, tenant_id=world.tenant_id)
    await world.harness.eventually("select from reservation where reservation_id = $1 and pay_until is null", *ids)
    assert (await world.cells(family, louis, canteen))[DAY]["reason"] is None


async def test_what_is_not_paid_is_given_up_and_the_place_is_free(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, DAY, NEXT)
    await world.want(family, louis, canteen, NEXT)
    await world.commit(family)
    booked, _cancelled = await _committed(world, family)
    lapsed = InvoiceLapsed(
        invoice_id=new_id(),
        number="2209001",
        family_id=family,
        amount_cents=1000,
        pay_until=NOW + timedelta(hours=1),
        reservation_ids=tuple(each.reservation_id for each in booked.reservations),
    )
    ids = [new_id(), new_id()]
    for message_id in ids:
        await world.harness.publish(lapsed, tenant_id=world.tenant_id, message_id=message_id, times=2)
    await world.harness.eventually(
        "select from reservation where reservation_id = $1 and status = 'cancelled'",
        next(each.reservation_id for each in booked.reservations if each.day.isoformat() == NEXT),
    )
    await world.harness.eventually("select from inbox where message_id = any($1) having count(*) = 2", ids)
    *_, given_up = events = await _committed(world, family)
    assert len(events) == 3
    assert [(each.day.isoformat(), each.status, each.version) for each in given_up.reservations] == [
        (NEXT, "cancelled", 2)
    ]
    async with world.parent(family) as client:
        trail = (await client.get("/trail")).json()["items"]
    assert (trail[0]["actor"], trail[0]["action"], trail[0]["days"]) == ("portal", "cancel", [NEXT])
    assert trail[0]["reason"] == "Non payé dans le délai (facture 2209001)"
    other, estelle = await world.enrolled(canteen, "Estelle")
    assert (await world.book(other, estelle, canteen, DAY, NEXT)).status_code == 200


async def test_the_town_hall_decides_how_long(world, canteen) -> None:
    async with world.staff(Role.ADMINISTRATOR) as client:
        url = f"/activities/{canteen}/calendar"
        shown = (await client.get(url)).json()
        assert shown["pay_within_minutes"] == 60
        calendar = {name: value for name, value in shown.items() if not name.endswith("_text") and name != "notices"}
        assert (await client.put(url, json={**calendar, "pay_within_minutes": 14})).status_code == 422
        renewed = await client.put(url, json={**calendar, "pay_within_minutes": None})
        assert (renewed.status_code, renewed.json()["pay_within_minutes"]) == (200, None)
    family, louis = await world.enrolled(canteen)
    assert (await world.book(family, louis, canteen, DAY)).json()["pay_until"] is None
