"""Closures and openings for some schools: the month, the commit, waiting, the preview and withdrawals agree."""

import pytest

from contracts.events import ReservationsWithdrawn
from contracts.values import Role

MONDAY, TUESDAY, WEDNESDAY = "2022-09-05", "2022-09-06", "2022-09-07"
FERRY, PASTEUR = "Jules Ferry", "Pasteur"
OUTING = {"from": TUESDAY, "to": WEDNESDAY, "reason": "Sortie scolaire", "schools": [FERRY], "slots": []}
STRIKE = {"from": TUESDAY, "to": WEDNESDAY, "reason": "Grève", "schools": [PASTEUR], "slots": []}
CATCHING_UP = {"day": WEDNESDAY, "reason": "Rattrapage", "schools": [PASTEUR]}


@pytest.fixture
def pupils(world, registered):
    """A family with an adhesion for a child of each school, in their order."""

    async def enrol(activity, *schools):
        families = []
        for number, school in enumerate(schools):
            family, (child,) = await world.family(f"Enfant {number}")
            await world.keep(registered(f"Enfant {number}", family, member_id=child, school=school))
            await world.adhesion(family, child, activity)
            families.append((family, child))
        return families

    return enrol


@pytest.fixture
def change(world):
    """Publishes the activity's calendar with something else in it."""

    async def publish(activity, **decided):
        async with world.staff(Role.ADMINISTRATOR) as client:
            body = _written((await client.get(f"/activities/{activity}/calendar")).json())
            return await client.put(f"/activities/{activity}/calendar", json=body | decided)

    return publish


def _written(calendar):
    return {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}


async def test_each_child_sees_what_is_decided_for_its_school(world, pupils, change) -> None:
    canteen = await world.activity()
    ferry, pasteur, nowhere = await pupils(canteen, FERRY, PASTEUR, None)
    published = await change(canteen, closures=[OUTING], extra_openings=[CATCHING_UP])
    assert (published.json()["closures"], published.json()["extra_openings"]) == ([OUTING], [CATCHING_UP])
    seen = [await world.cells(*each, canteen) for each in (ferry, pasteur, nowhere)]
    assert [cells[TUESDAY]["state"] for cells in seen] == ["closed", "available", "available"]
    assert seen[0][TUESDAY]["reason"] == "Sortie scolaire"
    assert [cells[WEDNESDAY]["state"] for cells in seen] == ["closed", "available", "closed"]


async def test_schools_may_have_their_reasons_on_one_day_but_not_two(world, change) -> None:
    canteen = await world.activity()
    assert (await change(canteen, closures=[OUTING, STRIKE])).status_code == 200
    again = OUTING | {"reason": "Grève"}
    assert (await change(canteen, closures=[OUTING, again])).status_code == 422
    assert (await change(canteen, extra_openings=[CATCHING_UP, CATCHING_UP])).status_code == 422


async def test_a_basket_drafted_before_is_refused_to_that_school_alone(world, pupils, change) -> None:
    canteen = await world.activity()
    ferry, pasteur = await pupils(canteen, FERRY, PASTEUR)
    for each in (ferry, pasteur):
        await world.want(*each, canteen, MONDAY, TUESDAY)
    await change(canteen, closures=[OUTING])
    refused = await world.commit(ferry[0])
    assert refused.status_code == 409
    assert [(line["day"], line["reason"]) for line in refused.json()["lines"]] == [(TUESDAY, "Sortie scolaire")]
    assert (await world.commit(pasteur[0])).status_code == 200


async def test_a_child_that_changes_school_is_judged_by_the_new_one(world, pupils, change, registered) -> None:
    canteen = await world.activity()
    ((family, child),) = await pupils(canteen, PASTEUR)
    await change(canteen, closures=[OUTING])
    await world.want(family, child, canteen, TUESDAY)
    version = "select version from calendar_version"
    (before,) = await world.harness.query(version)
    await world.keep(registered("Enfant 0", family, member_id=child, school=PASTEUR))
    assert await world.harness.query(version) == [before]
    await world.keep(registered("Enfant 0", family, member_id=child, school=FERRY))
    (after,) = await world.harness.query(version)
    assert after["version"] > before["version"], "a basket judged meanwhile is judged again"
    assert (await world.commit(family)).json()["lines"][0]["reason"] == "Sortie scolaire"


async def test_the_preview_counts_and_names_the_schools(world, pupils) -> None:
    canteen = await world.activity()
    for each in await pupils(canteen, FERRY, PASTEUR, None):
        await world.book(*each, canteen, MONDAY, TUESDAY)
    async with world.staff(Role.ADMINISTRATOR) as client:
        body = _written((await client.get(f"/activities/{canteen}/calendar")).json())
        tried = {"from": MONDAY, "to": "2022-09-08", "calendar": body | {"closures": [OUTING, STRIKE]}}
        preview = (await client.post(f"/activities/{canteen}/calendar/preview", json=tried)).json()
        assert (await client.get("/schools")).json() == [FERRY, PASTEUR]
    (touched,) = preview["touched"]
    assert (touched["day"], touched["reservations"], touched["families"]) == (TUESDAY, 2, 2)
    assert touched["closed_reason"] == "Sortie scolaire ; Grève"
    days = {day["day"]: day for day in preview["days"]}
    assert (days[TUESDAY]["closed_reason"], days[MONDAY]["for_some"]) == (None, [])
    assert days[TUESDAY]["for_some"] == [
        "Fermé pour Jules Ferry : Sortie scolaire",
        "Fermé pour Pasteur : Grève",
    ]


async def test_only_that_schools_bookings_are_cancelled(world, pupils, change) -> None:
    canteen = await world.activity()
    families = await pupils(canteen, FERRY, PASTEUR)
    for each in families:
        await world.book(*each, canteen, TUESDAY)
    await change(canteen, closures=[OUTING])
    async with world.staff(Role.ADMINISTRATOR) as client:
        answer = await client.post(f"/activities/{canteen}/withdrawals", json={"days": [TUESDAY]})
    assert answer.json() == {"reservations": 1, "families": 1}
    states = [(await world.cells(*each, canteen))[TUESDAY]["state"] for each in families]
    assert states == ["closed", "booked"]
    told = "select body::json ->> 'family_id' as family from kept.published_event where type = $1"
    rows = await world.harness.query(told, ReservationsWithdrawn.event_type)
    assert str(families[0][0]) in {row["family"] for row in rows}
    assert str(families[1][0]) not in {row["family"] for row in rows}


async def test_a_freed_place_goes_to_a_school_that_comes(world, pupils, change) -> None:
    canteen = await world.activity(capacity=1)
    holder, ferry, pasteur, late = await pupils(canteen, PASTEUR, FERRY, PASTEUR, FERRY)
    async with world.staff(Role.ADMINISTRATOR) as client:
        rules = await client.put(f"/activities/{canteen}/waiting-list-rules", json={"is_open": True})
    assert rules.status_code == 200
    await world.book(*holder, canteen, TUESDAY)

    async def wait(family, child):
        wish = {"member_id": str(child), "activity_id": str(canteen), "days": [TUESDAY]}
        async with world.parent(family) as client:
            return await client.post("/waiting-list", json=wish)

    for each in (ferry, pasteur):
        assert (await wait(*each)).is_success
    await change(canteen, closures=[OUTING])
    refused = await wait(*late)
    assert refused.status_code == 409
    assert "Sortie scolaire" in refused.text
    await world.want(*holder, canteen)
    await world.commit(holder[0])
    await world.harness.run_job("give-places")
    (offer,) = await world.harness.query("select family_id from place_offer where activity_id = $1", canteen)
    assert offer["family_id"] == pasteur[0]
