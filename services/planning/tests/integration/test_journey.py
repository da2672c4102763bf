"""The guide's month: draft, recapitulation, commit."""

import json

from contracts.events import EntitlementChanged
from contracts.values import Role
from planning.adapters.holiday_source import LibraryHolidaySource
from planning.adapters.projections import Projections

FIRST_WEEK = ("2022-09-01", "2022-09-02", "2022-09-05", "2022-09-06")


async def test_the_guides_basket(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)

    draft = (await world.want(family, louis, canteen, *FIRST_WEEK)).json()
    assert [(line["day"], line["amount_cents"]) for line in draft["lines"]] == [(day, 500) for day in FIRST_WEEK]
    assert (draft["count"], draft["total_cents"], draft["saved_at"]) == (4, 2000, "2022-07-04T07:00:00Z")
    line = draft["lines"][0]
    assert (line["first_name"], line["activity_name"]) == ("Louis", "Cantine d'Alixan 2022/2023")
    assert (line["element_name"], line["tariff_label"]) == ("Cantine d'Alixan", "à l'unité")
    assert line["possible"]
    assert (await world.cells(family, louis, canteen))["2022-09-01"]["state"] == "selected"

    committed = await world.commit(family)
    assert committed.status_code == 200
    assert committed.json()["total_cents"] == 2000
    cells = await world.cells(family, louis, canteen)
    assert {day for day, cell in cells.items() if cell["state"] == "booked"} == set(FIRST_WEEK)
    async with world.parent(family) as client:
        assert (await client.get("/draft")).json() == {
            "lines": [],
            "count": 0,
            "total_cents": 0,
            "saved_at": None,
            "payment_conditions": [],
        }
        reservations = (await client.get("/reservations", params={"from": "2022-09-01", "to": "2022-10-01"})).json()
        months = {"from": "2022-09-01", "to": "2022-10-01", "member_id": str(louis)}
        assert (await client.get("/planning", params=months)).json()["period_cost_cents"] == 2000
    assert [(r["day"], r["status"], r["unit_price_cents"]) for r in reservations] == [
        (day, "booked", 500) for day in FIRST_WEEK
    ]


async def test_a_commit_publishes_one_event(world, harness) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    first = (await world.book(family, louis, canteen, "2022-09-01", "2022-09-02")).json()
    second = (await world.book(family, louis, canteen, "2022-09-02", "2022-09-05")).json()
    bodies = {str(row["subject"]): (row["sequence"], json.loads(row["body"])) for row in await harness.outbox()}
    sequence, body = bodies[first["basket_id"]]
    assert (sequence, body["family_id"]) == (1, str(family))
    assert [(r["day"], r["status"], r["version"]) for r in body["reservations"]] == [
        ("2022-09-01", "booked", 1),
        ("2022-09-02", "booked", 1),
    ]
    _, body = bodies[second["basket_id"]]
    assert [(r["day"], r["status"], r["version"]) for r in body["reservations"]] == [
        ("2022-09-05", "booked", 1),
        ("2022-09-01", "cancelled", 2),
    ]
    assert second["total_cents"] == 0


async def test_a_cancelled_day_can_be_booked_again(world) -> None:
    canteen = await world.activity(capacity=1)
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, "2022-09-01")
    await world.want(family, louis, canteen)
    assert (await world.cells(family, louis, canteen))["2022-09-01"]["state"] == "removing"
    assert (await world.commit(family)).json()["total_cents"] == -500
    assert (await world.book(family, louis, canteen, "2022-09-01")).status_code == 200


async def test_the_draft_is_the_difference_with_what_is_booked(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, "2022-09-01", "2022-09-02")
    draft = (await world.want(family, louis, canteen, "2022-09-02", "2022-09-05")).json()
    assert [(x["day"], x["action"], x["amount_cents"]) for x in draft["lines"]] == [
        ("2022-09-01", "cancel", -500),
        ("2022-09-05", "book", 500),
    ]
    kept = {x["day"]: x["line_id"] for x in draft["lines"]}
    again = (await world.want(family, louis, canteen, "2022-09-01", "2022-09-02", "2022-09-05")).json()
    assert [(x["day"], x["line_id"]) for x in again["lines"]] == [("2022-09-05", kept["2022-09-05"])]


async def test_lines_are_given_up_one_by_one_or_all(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    draft = (await world.want(family, louis, canteen, *FIRST_WEEK)).json()
    async with world.parent(family) as client:
        left = (await client.delete(f"/draft/lines/{draft['lines'][0]['line_id']}")).json()
        assert [line["day"] for line in left["lines"]] == list(FIRST_WEEK[1:])
        assert (await client.delete(f"/draft/lines/{draft['lines'][0]['line_id']}")).status_code == 404
        assert (await client.delete("/draft")).status_code == 204
        assert (await client.get("/draft")).json()["count"] == 0


async def test_the_price_of_each_day_is_the_one_of_that_day(world, harness) -> None:
    canteen = await world.activity()
    family, (louis,) = await world.family("Louis")
    paid = await world.adhesion(family, louis, canteen)
    changed = EntitlementChanged(
        **paid.model_dump(include={"adhesion_id", "family_id", "member_id", "activity_id", "tariff_label"}),
        unit_price_cents=330,
        effective_from="2022-09-05",
    )
    async with harness.runtime.transaction(world.tenant_id) as transaction:
        await Projections(transaction).keep_price(changed, 1_000_000)
    committed = (await world.book(family, louis, canteen, "2022-09-02", "2022-09-05")).json()
    assert [line["unit_price_cents"] for line in committed["lines"]] == [500, 330]


async def test_the_calendar_of_the_year_is_filled(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    cells = await world.cells(family, louis, canteen, "2022-10-20", "2022-11-20")
    reasons = {day: (cell["state"], cell["reason"]) for day, cell in cells.items()}
    assert reasons["2022-10-21"] == ("available", None)
    assert reasons["2022-10-22"] == ("closed", "Vacances de la Toussaint")
    assert reasons["2022-11-01"] == ("closed", "Jour férié : Toussaint")
    assert reasons["2022-11-06"] == ("closed", "Vacances de la Toussaint")
    assert reasons["2022-11-07"] == ("available", None)
    assert reasons["2022-11-09"] == ("closed", "Cette activité n'a pas lieu le mercredi.")
    assert reasons["2022-11-11"] == ("closed", "Jour férié : Armistice 1918")


async def test_a_town_writes_its_own_holidays(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    proposed = LibraryHolidaySource().propose(2022, "A", "26300")
    body = {
        "school": [{"from": "2023-05-18", "to": "2023-05-22", "name": "Pont de l'Ascension"}],
        "public": [{"day": day.isoformat(), "name": name} for day, name in proposed.public.items()],
    }
    async with world.staff(Role.ADMINISTRATOR) as client:
        assert (await client.put("/holidays/2022", json=body)).status_code == 200
    await world.activity()
    try:
        cells = await world.cells(family, louis, canteen, "2023-05-18", "2023-05-20")
        assert cells["2023-05-18"]["reason"] == "Jour férié : Ascension"
        assert cells["2023-05-19"]["reason"] == "Pont de l'Ascension"
    finally:
        await world.harness.query("delete from holiday_year where school_year = 2022")
