"""Holidays and the week of school: what they close is told before and after, and what deadlines count."""

import pytest

from contracts.values import Role

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = "2022-09-05", "2022-09-06", "2022-09-07", "2022-09-08"
FAIR = {"day": TUESDAY, "name": "Foire"}
WEEK_OFF = {"from": TUESDAY, "to": "2022-09-12", "name": "Semaine sans école"}


@pytest.fixture
async def hall(world):
    """An administrator; what it writes of 2022/2023 is put back, by what is proposed."""
    async with world.staff(Role.ADMINISTRATOR) as client:
        yield client
    await world.harness.query("delete from holiday_year where school_year = 2022")
    await world.harness.query("delete from school_week")


async def written(hall, **decided):
    """The year as it is, and something else in it."""
    year = (await hall.get("/holidays/2022")).json()
    return {"school": year["school"] + decided.get("school", []), "public": year["public"] + decided.get("public", [])}


def told(answer, *activities):
    """Of these activities (others of the commune have bookings too): each day, why, and of how many."""
    assert answer.status_code == 200, answer.text
    wanted = {str(activity) for activity in activities}
    return {
        each["activity_name"]: [(d["day"], d["closed_reason"], d["reservations"], d["families"]) for d in each["days"]]
        for each in answer.json()
        if each["activity_id"] in wanted
    }


async def test_what_holidays_close_is_told_before_and_until_it_is_withdrawn(world, hall) -> None:
    canteen, care = await world.activity("Cantine"), await world.activity("Garderie", during="always")
    family, child = await world.enrolled(canteen)
    await world.adhesion(family, child, care)
    await world.book(family, child, canteen, MONDAY, TUESDAY)
    await world.book(family, child, care, MONDAY, TUESDAY, THURSDAY)
    other = await world.enrolled(canteen, "Zoé")
    await world.book(*other, canteen, TUESDAY)
    before = await hall.get("/bookings-to-withdraw")
    holidays = await written(hall, public=[FAIR], school=[WEEK_OFF])
    tried = await hall.post("/holidays/2022/preview", json=holidays)
    kept = await hall.get("/bookings-to-withdraw")
    assert told(before, canteen, care) == told(kept, canteen, care) == {}
    closed = {
        "Cantine 2022/2023": [(TUESDAY, "Jour férié : Foire", 2, 2)],
        "Garderie 2022/2023": [(TUESDAY, "Jour férié : Foire", 1, 1)],
    }
    assert told(tried, canteen, care) == closed
    assert (await hall.put("/holidays/2022", json=holidays)).status_code == 200
    assert told(await hall.get("/bookings-to-withdraw"), canteen, care) == closed
    again = await hall.post("/holidays/2022/preview", json=holidays)
    assert told(again, canteen, care) == {}, "what is closed as it is is not closed by writing it again"
    done = await hall.post(f"/activities/{canteen}/withdrawals", json={"days": [TUESDAY]})
    assert done.json() == {"reservations": 2, "families": 2}
    assert told(await hall.get("/bookings-to-withdraw"), canteen, care) == {
        "Garderie 2022/2023": closed["Garderie 2022/2023"]
    }
    world.stand_at(2022, 9, 7)
    assert told(await hall.get("/bookings-to-withdraw"), canteen, care) == {}, "what is past stays as it is"


async def test_only_the_school_that_is_closed_is_told(world, hall, registered) -> None:
    canteen = await world.activity()
    for number, school in enumerate(("Jules Ferry", "Pasteur")):
        family, (child,) = await world.family(f"Enfant {number}")
        await world.keep(registered(f"Enfant {number}", family, member_id=child, school=school))
        await world.adhesion(family, child, canteen)
        await world.book(family, child, canteen, MONDAY, TUESDAY)
    shown = (await hall.get(f"/activities/{canteen}/calendar")).json()
    body = {name: shown[name] for name in shown if not name.endswith("_text") and name != "notices"}
    outing = {"from": TUESDAY, "to": WEDNESDAY, "reason": "Sortie scolaire", "schools": ["Pasteur"]}
    await hall.put(f"/activities/{canteen}/calendar", json=body | {"closures": [outing]})
    (days,) = told(await hall.get("/bookings-to-withdraw"), canteen).values()
    assert days == [(TUESDAY, "Sortie scolaire", 1, 1)]


async def test_a_preview_is_refused_like_the_writing(world, hall) -> None:
    twice = await written(hall, school=[WEEK_OFF, WEEK_OFF | {"from": THURSDAY}])
    refused = await hall.post("/holidays/2022/preview", json=twice)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (422, "holidays-refused")


async def test_the_town_says_on_which_week_days_there_is_school(world, hall) -> None:
    eve = {"kind": "days_before", "days": 1, "time": "11:00", "counting": "school"}
    canteen = await world.activity(week_days=[0, 1, 2, 3, 4], booking_rule={"default": eve})
    family, child = await world.enrolled(canteen)

    async def closing():
        return (await world.cells(family, child, canteen))[THURSDAY]["closes_at"]

    assert (await hall.get("/school-week")).json() == {"week_days": [0, 1, 3, 4]}
    assert (await closing()).startswith("2022-09-06T09:00"), "Tuesday, 11:00 in Paris"
    assert (await hall.put("/school-week", json={"week_days": [4, 0, 1, 2, 3]})).status_code == 200
    assert (await hall.get("/school-week")).json() == {"week_days": [0, 1, 2, 3, 4]}
    assert (await closing()).startswith("2022-09-07T09:00"), "there is school on Wednesday morning"
    tried = (await hall.get(f"/activities/{canteen}/calendar")).json()
    body = {name: tried[name] for name in tried if not name.endswith("_text") and name != "notices"}
    period = {"calendar": body, "from": THURSDAY, "to": "2022-09-09"}
    (day,) = (await hall.post(f"/activities/{canteen}/calendar/preview", json=period)).json()["days"]
    assert day["booking"]["closes_at"].startswith("2022-09-07T09:00"), "the preview counts alike"


async def test_a_basket_judged_by_another_week_is_judged_again(world, hall) -> None:
    version = "select version from calendar_version where tenant_id = $1"
    (before,) = await world.harness.query(version, world.tenant_id)
    await hall.put("/school-week", json={"week_days": [0, 1, 2, 3, 4]})
    (after,) = await world.harness.query(version, world.tenant_id)
    await hall.put("/school-week", json={"week_days": [0, 1, 2, 3, 4]})
    (same,) = await world.harness.query(version, world.tenant_id)
    assert before["version"] < after["version"] == same["version"]


async def test_a_week_of_school_has_days_and_only_an_administrator_writes_it(world, hall) -> None:
    assert (await hall.put("/school-week", json={"week_days": []})).status_code == 422
    assert (await hall.put("/school-week", json={"week_days": [7]})).status_code == 422
    async with world.staff(Role.REGISSEUR) as client:
        assert (await client.put("/school-week", json={"week_days": [0]})).status_code == 403
        assert (await client.get("/bookings-to-withdraw")).status_code == 200
    family, _ = await world.family("Louis")
    async with world.parent(family) as client:
        assert (await client.get("/bookings-to-withdraw")).status_code == 403
        assert (await client.get("/school-week")).status_code == 403


async def test_a_preview_says_where_fewer_places_are_left_than_booked(world, hall) -> None:
    canteen = await world.activity(capacity=10)
    families = [await world.enrolled(canteen, name) for name in ("Louis", "Zoé", "Adam")]
    for each in families:
        await world.book(*each, canteen, MONDAY, TUESDAY)
    await world.book(*families[0], canteen, MONDAY, TUESDAY, THURSDAY)
    shown = (await hall.get(f"/activities/{canteen}/calendar")).json()
    body = {name: shown[name] for name in shown if not name.endswith("_text") and name != "notices"}
    strike = {"from": TUESDAY, "to": WEDNESDAY, "reason": "Grève"}

    async def overfull(**decided):
        tried = {"calendar": body | decided, "from": MONDAY, "to": TUESDAY}
        preview = (await hall.post(f"/activities/{canteen}/calendar/preview", json=tried)).json()
        return [(each["day"], each["booked"], each["places"]) for each in preview["overfull"]]

    assert await overfull() == []
    assert await overfull(capacity=2) == [(MONDAY, 3, 2), (TUESDAY, 3, 2)]
    assert await overfull(capacity=2, closures=[strike]) == [(MONDAY, 3, 2)], "what is closed is told as such"
    assert await overfull(capacity=2, overbooking_percent=50) == []
    assert await overfull(capacity=None) == []
