"""The town hall books, cancels and announces absences for a family that comes to it."""

import asyncio
import json

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import VEYRAS
from contracts.events import AttendanceRecorded, ReservationsChangedByTownHall, ReservationsCommitted
from contracts.values import Role

MONDAY, TUESDAY, THURSDAY, FRIDAY = "2022-09-05", "2022-09-06", "2022-09-08", "2022-09-09"
EVE = {"kind": "days_before", "days": 1, "time": "23:59", "counting": "calendar"}
PUBLISHED = "select body from kept.published_event where type = $1 and body::json ->> 'family_id' = $2 order by seq"
BOOKED = "select booked from place_count where activity_id = $1 and counter = '' and day = $2::text::date"
LATE = {"deadlines_set_aside": True, "reason": "Hospitalisation de la mère"}


@pytest.fixture
def serve(world):
    """Books and cancels days of one activity for a family."""

    async def send(family, member, activity, *days, cancel=(), role=Role.AGENT, key=None, **more):
        chosen = {
            name: [{"activity_id": str(activity), "days": of}]
            for name, of in (("book", days), ("cancel", cancel))
            if of
        }
        headers = {"Idempotency-Key": key} if key else {}
        async with world.staff(role) as client:
            body = {"member_id": str(member), **chosen, **more}
            return await client.post(f"/families/{family}/baskets", json=body, headers=headers)

    return send


async def published(world, model, family):
    rows = await world.harness.query(PUBLISHED, model.event_type, str(family))
    return [json.loads(row["body"]) for row in rows]


async def trail_of(world, family):
    async with world.parent(family) as client:
        return (await client.get("/trail")).json()["items"]


def row_of(planning, activity):
    return next(row for row in planning["activities"] if row["activity_id"] == str(activity))


def slug(answer) -> str:
    return answer.json()["type"].rpartition(":")[2]


async def test_booked_and_cancelled_in_one_step_as_the_family_would(world, serve) -> None:
    canteen = await world.activity(capacity=10)
    family, child = await world.enrolled(canteen)
    await world.book(family, child, canteen, MONDAY)
    answer = await serve(family, child, canteen, TUESDAY, cancel=[MONDAY], reason="Appel du 4 juillet")
    assert answer.status_code == 200, answer.text
    basket = answer.json()
    assert [(line["day"], line["action"], line["amount_cents"], line["late"]) for line in basket["lines"]] == [
        (MONDAY, "cancel", -500, False),
        (TUESDAY, "book", 500, False),
    ]
    assert (basket["count"], basket["total_cents"]) == (2, 0)
    cells = await world.cells(family, child, canteen)
    assert (cells[MONDAY]["state"], cells[TUESDAY]["state"]) == ("available", "booked")
    *_, committed = await published(world, ReservationsCommitted, family)
    assert committed["basket_id"] == basket["basket_id"]
    assert sorted((each["day"], each["status"], each["pay_until"]) for each in committed["reservations"]) == [
        (MONDAY, "cancelled", None),
        (TUESDAY, "booked", None),
    ]
    (told,) = await published(world, ReservationsChangedByTownHall, family)
    assert told["basket_id"] == basket["basket_id"]
    assert [(day["day"], day["status"], day["reason"]) for day in told["days"]] == [
        (MONDAY, "cancelled", "Appel du 4 juillet"),
        (TUESDAY, "booked", "Appel du 4 juillet"),
    ]
    entries = (await trail_of(world, family))[:2]
    assert {(entry["actor"], entry["action"], entry["reason"]) for entry in entries} == {
        ("town_hall", "cancel", "Appel du 4 juillet"),
        ("town_hall", "book", "Appel du 4 juillet"),
    }
    assert [(await world.harness.query(BOOKED, canteen, day))[0]["booked"] for day in (MONDAY, TUESDAY)] == [0, 1]


async def test_a_passed_deadline_is_granted_with_a_reason_only(world, serve) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    await world.book(family, child, canteen, THURSDAY)
    world.stand_at(2022, 9, 6)
    refused = await serve(family, child, canteen, FRIDAY, cancel=[THURSDAY])
    assert (refused.status_code, slug(refused)) == (409, "lines-refused")
    assert {(line["day"], line["slug"]) for line in refused.json()["lines"]} == {
        (THURSDAY, "deadline-passed"),
        (FRIDAY, "deadline-passed"),
    }
    assert "contactez la mairie" not in refused.text
    unexplained = await serve(family, child, canteen, FRIDAY, deadlines_set_aside=True)
    assert (unexplained.status_code, slug(unexplained)) == (422, "reason-missing")
    assert (await trail_of(world, family))[0]["actor"] == "family", "nothing was done"
    granted = await serve(family, child, canteen, FRIDAY, "2022-09-12", cancel=[THURSDAY], **LATE)
    assert granted.status_code == 200, granted.text
    cells = await world.cells(family, child, canteen)
    assert [cells[day]["wanted"] for day in (THURSDAY, FRIDAY, "2022-09-12")] == [False, True, True]
    reasons = {(tuple(entry["days"]), entry["reason"]) for entry in (await trail_of(world, family))[:3]}
    assert reasons == {
        ((THURSDAY,), "Hors délai : Hospitalisation de la mère"),
        ((FRIDAY,), "Hors délai : Hospitalisation de la mère"),
        (("2022-09-12",), "Hospitalisation de la mère"),
    }
    past = await serve(family, child, canteen, MONDAY, **LATE)
    assert (past.status_code, past.json()["lines"][0]["reason"]) == (409, "Ce jour est passé.")


async def test_a_window_that_is_not_open_yet_is_a_deadline_too(world, serve) -> None:
    period = {"from": "2022-09-01", "to": "2023-07-08"}
    opens = period | {"opens_at": "2022-08-20T09:00", "closes_at": "2022-09-30T12:00"}
    rule = {"default": EVE, "windows": [opens]}
    canteen = await world.activity(booking_rule=rule)
    family, child = await world.enrolled(canteen)
    refused = await serve(family, child, canteen, TUESDAY)
    assert (refused.status_code, refused.json()["lines"][0]["slug"]) == (409, "not-yet-open")
    assert (await serve(family, child, canteen, TUESDAY, **LATE)).status_code == 200


async def test_places_adhesions_and_closures_hold_whatever_the_town_hall_says(world, serve) -> None:
    closed = {"from": THURSDAY, "to": FRIDAY, "reason": "Sortie"}
    canteen = await world.activity(capacity=1, closures=[closed])
    await world.book(*(await world.enrolled(canteen, "Zoé")), canteen, MONDAY)
    family, child = await world.enrolled(canteen)
    _, (stranger,) = await world.family("Paul")
    world.stand_at(2022, 9, 4)
    refused = await serve(family, child, canteen, MONDAY, TUESDAY, THURSDAY, **LATE)
    assert refused.status_code == 409
    assert [(line["day"], line["slug"]) for line in refused.json()["lines"]] == [
        (MONDAY, "day-full"),
        (THURSDAY, "day-closed"),
    ]
    assert await world.harness.query(BOOKED, canteen, TUESDAY) == [], "all or none"
    poor, (unpaid,) = await world.family("Léa")
    refused = await serve(poor, unpaid, canteen, TUESDAY, **LATE)
    assert (refused.status_code, refused.json()["lines"][0]["slug"]) == (409, "adhesion-not-paid")
    assert (await serve(family, stranger, canteen, TUESDAY)).status_code == 404
    assert (await serve(family, child, new_id(), TUESDAY)).status_code == 404
    assert (await serve(new_id(), child, canteen, TUESDAY)).status_code == 404


async def test_the_last_place_is_sold_once(world, serve) -> None:
    canteen = await world.activity(capacity=1)
    families = [await world.enrolled(canteen, f"Enfant {n}") for n in range(8)]
    for each in families[:4]:
        await world.want(*each, canteen, TUESDAY)
    answers = await asyncio.gather(
        *(world.commit(family) for family, _ in families[:4]),
        *(serve(*each, canteen, TUESDAY) for each in families[4:]),
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert (await world.harness.query(BOOKED, canteen, TUESDAY))[0]["booked"] == 1


async def test_the_familys_draft_is_left_alone(world, serve) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    await world.want(family, child, canteen, MONDAY, TUESDAY)
    assert (await serve(family, child, canteen, TUESDAY, THURSDAY)).status_code == 200
    async with world.parent(family) as client:
        lines = (await client.get("/draft")).json()["lines"]
    assert [(line["day"], line["possible"], line["reason"]) for line in lines] == [
        (MONDAY, True, None),
        (TUESDAY, False, "Ce jour est déjà réservé."),
    ]
    params = {"member_id": str(child), "from": "2022-09-01", "to": "2022-10-01"}
    async with world.staff() as client:
        seen = (await client.get(f"/families/{family}/planning", params=params)).json()
    states = {cell["day"]: cell["state"] for cell in row_of(seen, canteen)["cells"]}
    assert (states[MONDAY], states[TUESDAY], seen["draft_count"]) == ("available", "booked", 2)


async def test_a_family_commits_its_draft_while_the_town_hall_books(world, serve) -> None:
    canteen = await world.activity(capacity=2)
    family, child = await world.enrolled(canteen)
    await world.want(family, child, canteen, MONDAY, TUESDAY)
    own, towns = await asyncio.gather(world.commit(family), serve(family, child, canteen, TUESDAY, THURSDAY))
    assert sorted([own.status_code, towns.status_code]) == [200, 409], "whole or not at all"
    assert (await world.harness.query(BOOKED, canteen, TUESDAY))[0]["booked"] == 1


async def test_the_same_form_twice_has_one_effect(world, serve) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    key, agent = "form 1", world.harness.signer.headers(world.tenant_id, Role.AGENT)
    body = {"member_id": str(child), "book": [{"activity_id": str(canteen), "days": [TUESDAY]}]}
    async with world.harness.client(headers={**agent, "Idempotency-Key": key}) as client:
        path = f"/families/{family}/baskets"
        first, second = await asyncio.gather(*(client.post(path, json=body) for _ in range(2)))
        again = await client.post(path, json=body)
        other = await client.post(path, json={**body, "reason": "autre"})
    assert [answer.status_code for answer in (first, second, again)] == [200] * 3
    assert first.content == second.content == again.content
    assert again.headers["idempotent-replay"] == "true"
    assert (other.status_code, slug(other)) == (422, "idempotency-mismatch")
    assert len(await published(world, ReservationsCommitted, family)) == 1
    assert len(await published(world, ReservationsChangedByTownHall, family)) == 1


async def test_what_is_to_be_paid_at_once_goes_on_the_months_invoice(world, serve) -> None:
    canteen = await world.activity(pay_within_minutes=60)
    family, child = await world.enrolled(canteen)
    assert (await serve(family, child, canteen, TUESDAY)).status_code == 200
    (committed,) = await published(world, ReservationsCommitted, family)
    assert committed["reservations"][0]["pay_until"] is None
    (kept,) = await world.harness.query("select pay_until from reservation where family_id = $1", family)
    assert kept["pay_until"] is None


async def test_a_place_given_back_late_goes_to_who_waits(world, serve) -> None:
    canteen = await world.activity(capacity=1, booking_rule={"default": EVE})
    holder = await world.enrolled(canteen)
    await world.book(*holder, canteen, THURSDAY)
    family, child = await world.enrolled(canteen, "Zoé")
    async with world.parent(family) as client:
        wish = {"member_id": str(child), "activity_id": str(canteen), "days": [THURSDAY]}
        assert (await client.post("/waiting-list", json=wish)).is_success
    world.stand_at(2022, 9, 2)
    assert (await serve(*holder, canteen, cancel=[THURSDAY], **LATE)).status_code == 200
    offered = "select from place_offer where family_id = $1 and status = 'offered'"
    await world.harness.eventually(offered, family)


async def test_the_other_homes_days_are_not_given(world, serve, registered) -> None:
    canteen = await world.activity()
    mother, (child,) = await world.family("Zoé")
    father, _ = await world.family("Paul", name="Roux")
    await world.keep(registered("Zoé", mother, father, member_id=child))
    for home in (mother, father):
        await world.adhesion(home, child, canteen)
    homes = [str(mother), str(father)]
    async with world.staff() as client:
        shared = await client.put(f"/members/{child}/custody", json={"homes": homes, "even_weeks": str(mother)})
        assert shared.status_code == 204, shared.text
    assert (await serve(mother, child, canteen, MONDAY)).status_code == 200
    refused = await serve(father, child, canteen, MONDAY, **LATE)
    assert (refused.status_code, refused.json()["lines"][0]["slug"]) == (409, "other-homes-day")
    assert (await serve(father, child, canteen, "2022-09-12")).status_code == 200


async def test_the_planning_says_what_a_deadline_alone_closes(world) -> None:
    canteen = await world.activity(capacity=5)
    family, child = await world.enrolled(canteen)
    await world.book(family, child, canteen, THURSDAY)
    world.stand_at(2022, 9, 6)
    params = {"member_id": str(child), "from": "2022-09-01", "to": "2022-10-01"}
    async with world.staff(Role.REGISSEUR) as client:
        answer = await client.get(f"/families/{family}/planning", params=params)
        members = (await client.get(f"/families/{family}/members")).json()
    assert answer.status_code == 200, answer.text
    row = row_of(answer.json(), canteen)
    assert [each["day"] for each in row["late"]] == [TUESDAY, THURSDAY, FRIDAY]
    reason = next(cell["reason"] for cell in row["cells"] if cell["day"] == FRIDAY)
    assert reason.startswith("Trop tard"), reason
    assert "mairie" not in reason
    assert [member["first_name"] for member in members] == ["Louis"]


async def test_absences_are_announced_for_a_family(world) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    await world.book(family, child, canteen, THURSDAY)
    async with world.staff(Role.ADMINISTRATOR) as client:
        await client.put(f"/activities/{canteen}/absence-policy", json={"excused": ["illness"]})
    world.stand_at(2022, 9, 6)
    said = {"member_id": str(child), "activity_id": str(canteen), "days": [THURSDAY], "reason": "illness"}
    path = f"/families/{family}/absences"
    async with world.staff() as client:
        possible = (await client.get(path)).json()["possible"]
        answer = await client.post(path, json=said)
        again = await client.post(path, json=said)
    assert [each["day"] for each in possible] == [THURSDAY]
    (announced,) = answer.json()["announced"]
    assert (announced["state"], announced["billed"]) == ("absent_justified", False)
    assert (again.status_code, again.json()["lines"][0]["slug"]) == (409, "absence-announced")
    entry = (await trail_of(world, family))[0]
    assert (entry["actor"], entry["action"], entry["reason"]) == ("town_hall", "absence", "Raison : maladie.")
    assert len(await published(world, AttendanceRecorded, family)) == 1


async def test_who_may_do_what(world, serve) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    assert (await serve(family, child, canteen, TUESDAY, role=Role.REGISSEUR)).status_code == 403
    assert (await serve(family, child, canteen, TUESDAY, role=Role.ADMINISTRATOR)).status_code == 200
    params = {"member_id": str(child), "from": "2022-09-01", "to": "2022-10-01"}
    said = {"member_id": str(child), "activity_id": str(canteen), "days": [TUESDAY], "reason": "illness"}
    async with world.staff(Role.REGISSEUR) as client:
        assert (await client.post(f"/families/{family}/absences", json=said)).status_code == 403
        assert (await client.get(f"/families/{family}/absences")).status_code == 200
    async with world.parent(family) as client:
        for path in ("members", "planning", "absences"):
            assert (await client.get(f"/families/{family}/{path}", params=params)).status_code == 403
        for path in ("baskets", "absences"):
            assert (await client.post(f"/families/{family}/{path}", json=said)).status_code == 403


async def test_another_communes_family_does_not_exist(world, harness) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    headers = harness.signer.headers(VEYRAS.tenant_id, Role.ADMINISTRATOR)
    params = {"member_id": str(child), "from": "2022-09-01", "to": "2022-10-01"}
    basket = {"member_id": str(child), "book": [{"activity_id": str(canteen), "days": [TUESDAY]}]}
    absent = {"member_id": str(child), "activity_id": str(canteen), "days": [TUESDAY], "reason": "illness"}
    async with harness.client("veyras", headers) as client:
        answers = [
            *[await client.get(f"/families/{family}/{path}", params=params) for path in ("members", "absences")],
            await client.get(f"/families/{family}/planning", params=params),
            await client.post(f"/families/{family}/baskets", json=basket),
            await client.post(f"/families/{family}/absences", json=absent),
        ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert await harness.query("select 1 from reservation where family_id = $1", family) == []
