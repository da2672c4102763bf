"""What planning states: every reservation of the commune once, none that may still be travelling, in bounded pages."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import statements
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from contracts.events import ReservationsStated
from contracts.values import ReservationStatus, Role

MINUTES = timedelta(minutes=1)


async def ask(world: Any, role: Role = Role.REGISSEUR) -> Any:
    async with world.staff(role) as client:
        return await client.post("/statements")


async def stated(harness: Harness, statement_id: str | None = None) -> list[ReservationsStated]:
    """Pages of the last statement, or of another; each of Alixan, published once the job has run."""
    rows = await harness.query(
        "select * from kept.published_event where type = $1 order by seq", ReservationsStated.event_type
    )
    pages = [(row, ReservationsStated.model_validate_json(row["body"])) for row in rows]
    assert {row["tenant_id"] for row, _page in pages} <= {ALIXAN.tenant_id}
    assert all(row["sequence"] == page.page for row, page in pages)
    wanted = UUID(statement_id) if statement_id else pages[-1][1].statement_id
    return [page for _row, page in pages if page.statement_id == wanted]


async def asked_and_stated(world: Any) -> list[ReservationsStated]:
    before = await count(world.harness)
    response = await ask(world)
    assert response.status_code == 202, response.text
    await world.harness.eventually(
        "select 1 from kept.published_event where type = $1 having count(*) > $2",
        ReservationsStated.event_type,
        before,
        seconds=30,
    )
    return await stated(world.harness)


async def count(harness: Harness) -> int:
    (row,) = await harness.query(
        "select count(*) as n from kept.published_event where type = $1", ReservationsStated.event_type
    )
    return int(row["n"])


@pytest.fixture
async def booked(world: Any) -> tuple[UUID, UUID, UUID]:
    activity_id = await world.activity()
    family_id, louis = await world.enrolled(activity_id)
    response = await world.book(family_id, louis, activity_id, "2022-09-01", "2022-09-02", "2022-09-05")
    assert response.status_code == 200, response.text
    return family_id, louis, activity_id


async def test_what_has_settled_is_stated_whole(world: Any, harness: Harness, booked: tuple[UUID, UUID, UUID]) -> None:
    family_id, louis, activity_id = booked
    await world.want(family_id, louis, activity_id, "2022-09-01", "2022-09-02")
    harness.clock.instant += 6 * MINUTES
    assert (await world.commit(family_id)).status_code == 200
    harness.clock.instant += 6 * MINUTES
    (page,) = await asked_and_stated(world)
    own = {str(each.reservation.day): each.reservation for each in page.reservations if each.family_id == family_id}
    assert {day: (state.status, state.version) for day, state in own.items()} == {
        "2022-09-01": (ReservationStatus.BOOKED, 1),
        "2022-09-02": (ReservationStatus.BOOKED, 1),
        "2022-09-05": (ReservationStatus.CANCELLED, 2),
    }
    assert {(state.unit_price_cents, state.element_name, state.member_id) for state in own.values()} == {
        (500, "Cantine d'Alixan", louis)
    }
    events = await harness.query(
        "select body from kept.published_event where type = 'planning.reservations_committed.v1' order by seq"
    )
    told = {each["reservation_id"]: each for row in events for each in json.loads(row["body"])["reservations"]}
    for state in own.values():
        assert state.model_dump(mode="json") == told[str(state.reservation_id)], (
            "what the events told, no more, no less"
        )


async def test_what_may_still_travel_is_only_named(world: Any, harness: Harness, booked: Any) -> None:
    harness.clock.instant += 4 * MINUTES
    (page,) = await asked_and_stated(world)
    assert booked[0] not in {each.family_id for each in page.reservations}
    rows = await harness.query("select reservation_id from reservation where family_id = $1", booked[0])
    assert {row["reservation_id"] for row in rows} <= set(page.unsettled)
    assert page.settled_until == page.stated_at - statements.SETTLING


async def test_one_whose_activity_was_lost_is_only_named(world: Any, harness: Harness, booked: Any) -> None:
    family_id, _louis, activity_id = booked
    await harness.query("delete from activity where activity_id = $1", activity_id)
    harness.clock.instant += 6 * MINUTES
    (page,) = await asked_and_stated(world)
    rows = await harness.query("select reservation_id from reservation where family_id = $1", family_id)
    assert {row["reservation_id"] for row in rows} <= set(page.unsettled)


async def test_pages_leave_no_gap(world: Any, harness: Harness, booked: Any, monkeypatch: Any) -> None:
    harness.clock.instant += 6 * MINUTES
    (whole,) = await asked_and_stated(world)
    monkeypatch.setattr(statements, "PAGE_SIZE", 2)
    pages = await asked_and_stated(world)
    assert len(pages) > 1
    assert [each for page in pages for each in page.reservations] == list(whole.reservations)
    assert [page.page for page in pages] == list(range(1, len(pages) + 1))
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert [page.after for page in pages] == [whole.after, *(page.until for page in pages[:-1])]
    assert pages[-1].until == whole.until


async def test_states_by_itself_once_a_night(world: Any, harness: Harness) -> None:
    await harness.run_job(statements.STATEMENTS)
    before = await count(harness)
    world.stand_at(2022, 7, 5, 0, 59)
    await harness.run_job(statements.STATEMENTS)
    assert await count(harness) == before, "not yet 3:00 in Alixan"
    world.stand_at(2022, 7, 5, 1, 1)
    for _time in range(2):
        await harness.run_job(statements.STATEMENTS)
    rows = await harness.query(
        "select tenant_id from kept.published_event where type = $1 order by seq offset $2",
        ReservationsStated.event_type,
        before,
    )
    assert {row["tenant_id"] for row in rows} == {ALIXAN.tenant_id, VEYRAS.tenant_id}
    assert len(rows) == 2, "once for each commune"


@pytest.mark.parametrize("role", [Role.AGENT, Role.PARENT])
async def test_only_the_regisseur_asks(world: Any, role: Role) -> None:
    assert (await ask(world, role)).status_code == 403
