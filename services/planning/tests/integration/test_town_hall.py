"""Calendars and lists of the town hall."""

from datetime import date

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import VEYRAS
from contracts.events import FamilyRegistered
from contracts.values import PostalAddress, Role

CRUAS_RULE = {
    "default": {"kind": "days_before", "days": 2, "time": "12:00", "counting": "without_weekends"},
    "week_days": {"2": {"kind": "weekly", "week_day": 3, "time": "12:00", "weeks_before": 1}},
    "school_holidays": {"kind": "hours_before", "hours": 72, "begins": "12:00"},
    "dates": [
        {
            "from": "2022-11-14",
            "to": "2022-11-19",
            "deadline": {"kind": "day_of_month", "day_of_month": 20, "time": "23:59", "months_before": 1},
        }
    ],
    "windows": [
        {"from": "2022-10-24", "to": "2022-11-05", "opens_at": None, "closes_at": "2022-10-10T23:59"},
        {"from": "2023-07-03", "to": "2023-07-08", "opens_at": "2023-06-01T12:00", "closes_at": "2023-06-20T23:59"},
    ],
}


async def test_a_calendar_is_read_as_it_was_written(world) -> None:
    changes = {
        "week_days": [2, 0, 1],
        "capacity": 40,
        "last_places": 5,
        "booking_rule": CRUAS_RULE,
        "closures": [{"from": "2022-09-12", "to": "2022-09-14", "reason": "Grève", "schools": [], "slots": []}],
        "extra_openings": [{"day": "2022-09-17", "reason": "Fête de l'école", "schools": []}],
    }
    canteen = await world.activity(**changes)
    async with world.staff() as client:
        calendar = (await client.get(f"/activities/{canteen}/calendar")).json()
    assert {name: calendar[name] for name in changes} == changes | {"week_days": [0, 1, 2]}
    assert calendar["booking_rule_text"] == (
        "Réservation possible jusqu'à 12h, 2 jours avant, sans compter les week-ends. "
        "Pour le mercredi : jusqu'au jeudi 12h pour la semaine suivante. "
        "Pendant les vacances scolaires : jusqu'à 72 heures avant 12h le jour réservé. "
        "Du 14/11/2022 au 18/11/2022 : jusqu'au 20 du mois précédent à 23h59. "
        "Du 24/10/2022 au 04/11/2022 : réservation jusqu'au lundi 10 octobre 2022 à 23h59. "
        "Du 03/07/2023 au 07/07/2023 : réservation du jeudi 1er juin 2023 à 12h00 au mardi 20 juin 2023 à 23h59."
    )
    assert calendar["notices"] == []
    family, louis = await world.enrolled(canteen)
    cells = await world.cells(family, louis, canteen)
    assert (cells["2022-09-12"]["reason"], cells["2022-09-17"]["state"]) == ("Grève", "available")
    july = await world.cells(family, louis, canteen, "2023-07-01", "2023-08-01")
    assert july["2023-07-04"]["state"] == "blocked"
    assert july["2023-07-04"]["reason"].endswith("ouvrent le jeudi 1er juin 2023 à 12h00.")


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            {"week_days": {"0": {"kind": "weekly", "week_day": 4, "time": "12:00", "weeks_before": 0}}},
            "pour le lundi, la limite du vendredi de la même semaine vient après le jour réservé",
        ),
        (
            {"windows": [CRUAS_RULE["windows"][1] | {"opens_at": "2023-07-08T12:00", "closes_at": "2023-07-09T12:00"}]},
            "l'ouverture est après les jours à réserver",
        ),
    ],
)
async def test_a_rule_that_can_never_hold_is_not_published(world, rule, told) -> None:
    canteen = await world.activity()
    async with world.staff(Role.ADMINISTRATOR) as client:
        shown = (await client.get(f"/activities/{canteen}/calendar")).json()
        read = {name: shown[name] for name in shown if not name.endswith("_text") and name != "notices"}
        body = read | {"booking_rule": shown["booking_rule"] | rule}
        refused = await client.put(f"/activities/{canteen}/calendar", json=body)
    assert (refused.status_code, told in refused.text) == (422, True)


async def test_what_somebody_else_published_meanwhile_is_not_lost(world) -> None:
    canteen = await world.activity()
    strike = {"from": "2022-09-12", "to": "2022-09-13", "reason": "Grève", "schools": []}
    async with world.staff(Role.ADMINISTRATOR) as client:
        path = f"/activities/{canteen}/calendar"
        shown = (await client.get(path)).json()
        read = {name: shown[name] for name in shown if not name.endswith("_text") and name != "notices"}
        first = await client.put(path, json=read | {"closures": [strike]})
        stale = await client.put(path, json=read | {"capacity": 12})
        again = await client.put(path, json=read | {"closures": [strike]})
        fresh = await client.put(path, json=read | {"capacity": 12, "version": first.json()["version"]})
        blind = await client.put(path, json=read | {"version": None})
    assert (first.status_code, stale.status_code, stale.json()["type"].rpartition(":")[2]) == (
        200,
        409,
        "calendar-changed",
    )
    assert (again.status_code, again.json()) == (200, first.json()), "what is already so may be sent again"
    assert (fresh.status_code, fresh.json()["capacity"]) == (200, 12)
    assert (blind.status_code, blind.json()["version"]) == (200, shown["version"])


async def test_holidays_somebody_else_wrote_meanwhile_are_not_lost(world) -> None:
    toussaint = {"from": "2031-10-18", "to": "2031-11-03", "name": "Toussaint"}
    async with world.staff(Role.ADMINISTRATOR) as client:
        written = await client.put("/holidays/2031", json={"school": [toussaint], "public": []})
        read = {name: written.json()[name] for name in ("version", "school", "public")}
        fair = {"day": "2032-05-03", "name": "Foire"}
        first = await client.put("/holidays/2031", json=read | {"public": [fair]})
        stale = await client.put("/holidays/2031", json=read | {"school": []})
        again = await client.put("/holidays/2031", json=read | {"public": [fair]})
        fresh = await client.put("/holidays/2031", json=read | {"school": [], "version": first.json()["version"]})
    assert (written.status_code, first.status_code, stale.status_code) == (200, 200, 409)
    assert stale.json()["type"].rpartition(":")[2] == "holidays-changed"
    assert (again.status_code, again.json()) == (200, first.json()), "what is already so may be sent again"
    assert (fresh.status_code, fresh.json()["school"]) == (200, [])


async def test_a_preview_says_what_each_day_becomes_and_what_is_booked(world, harness) -> None:
    canteen = await world.activity()
    for name in ("Zoé", "Adam"):
        family, child = await world.enrolled(canteen, name)
        await world.book(family, child, canteen, "2022-09-12", "2022-09-13")
    async with world.staff() as client:
        calendar = (await client.get(f"/activities/{canteen}/calendar")).json()
        tried = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
        tried |= {"closures": [{"from": "2022-09-13", "to": "2022-09-14", "reason": "Grève"}]}
        tried |= {"booking_rule": CRUAS_RULE}
        body = {"calendar": tried, "from": "2022-08-31", "to": "2022-09-15"}
        preview = (await client.post(f"/activities/{canteen}/calendar/preview", json=body)).json()
        kept = (await client.get(f"/activities/{canteen}/calendar")).json()
    assert kept == calendar
    days = {day["day"]: day for day in preview["days"]}
    assert days["2022-08-31"]["closed_reason"] == "Cette activité est ouverte à partir du 01/09/2022"
    assert days["2022-09-10"]["closed_reason"] == "Cette activité n'a pas lieu le samedi."
    monday = days["2022-09-12"]
    assert (monday["closed_reason"], monday["reservations"], monday["families"]) == (None, 2, 2)
    assert monday["booking"]["timing"] == "open"
    assert monday["booking"]["sentence"].endswith("jusqu'au jeudi 8 septembre 2022 à 12h00.")
    assert monday["cancelling"]["sentence"].endswith("jusqu'au jeudi 8 septembre 2022 à 12h00.")
    assert [(day["day"], day["closed_reason"], day["families"]) for day in preview["touched"]] == [
        ("2022-09-13", "Grève", 2)
    ]
    assert len(await harness.query("select 1 from reservation where activity_id = $1", canteen)) == 4


async def test_unknown_school_holidays_are_told(world, harness) -> None:
    await harness.query(
        "insert into holiday_year select $1, 2022, 'A', false, true on conflict (tenant_id, school_year)"
        " do update set school_holidays_known = false, edited = true",
        world.tenant_id,
    )
    try:
        canteen = await world.activity()
        async with world.staff() as client:
            (notice,) = (await client.get(f"/activities/{canteen}/calendar")).json()["notices"]
        assert notice.startswith("Les vacances scolaires 2022/2023 de la zone A ne sont pas connues")
    finally:
        await harness.query("delete from holiday_year where school_year = 2022")


async def test_the_holidays_of_a_year_are_proposed_then_the_towns_own(world, harness) -> None:
    school = [{"from": "2040-10-20", "to": "2040-11-05", "name": "Toussaint"}]
    try:
        async with world.staff(Role.ADMINISTRATOR) as client:
            proposed = (await client.get("/holidays/2040")).json()
            assert (proposed["school"], proposed["school_holidays_known"], proposed["edited"]) == ([], False, False)
            assert {"day": "2041-05-01", "name": "Fête du Travail"} in proposed["public"]
            assert "2040" not in str((await client.get("/holidays")).json()), "looking writes nothing"
            body = {"school": school, "public": proposed["public"]}
            assert (await client.put("/holidays/2040", json=body)).status_code == 200
            written = (await client.get("/holidays/2040")).json()
            assert (written["school"], written["edited"]) == (school, True)
            bridge = {"from": "2040-11-04", "to": "2040-11-06", "name": "Pont"}
            refused = await client.put("/holidays/2040", json={"school": [*school, bridge], "public": []})
            assert (refused.status_code, refused.json()["lines"][0]["field"]) == (422, "school.1")
            assert (await client.get("/holidays/2040")).json() == written
            assert (await client.get("/holidays/1999")).status_code == 422
    finally:
        await harness.query("delete from holiday_year where school_year = 2040")


async def test_an_unknown_activity_has_no_calendar(world, harness) -> None:
    canteen = await world.activity()
    async with world.staff(Role.ADMINISTRATOR) as client:
        calendar = (await client.get(f"/activities/{canteen}/calendar")).json()
        body = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
        assert (await client.put(f"/activities/{new_id()}/calendar", json=body)).status_code == 404
        assert (await client.get(f"/activities/{new_id()}/calendar")).status_code == 404
    async with harness.client("veyras", harness.signer.headers(VEYRAS.tenant_id, Role.ADMINISTRATOR)) as client:
        assert (await client.put(f"/activities/{canteen}/calendar", json=body)).status_code == 404


async def test_only_an_administrator_changes_calendars(world) -> None:
    async with world.staff(Role.REGISSEUR) as client:
        assert (await client.put(f"/activities/{new_id()}/calendar", json={})).status_code == 403
        assert (await client.put("/holidays/2022", json={"school": [], "public": []})).status_code == 403
    family, _ = await world.family("Louis")
    async with world.parent(family) as client:
        for path in ("/day?day=2022-09-01&activity_id=" + str(new_id()), "/day-counts?from=2022-09-01&to=2022-09-02"):
            assert (await client.get(path)).status_code == 403


async def test_the_list_of_the_day(world) -> None:
    canteen = await world.activity(capacity=30)
    for name in ("Zoé", "Adam"):
        family, child = await world.enrolled(canteen, name)
        await world.book(family, child, canteen, "2022-09-05")
    await world.want(family, child, canteen)
    await world.commit(family)
    async with world.staff() as client:
        day = (await client.get("/day", params={"day": "2022-09-05", "activity_id": str(canteen)})).json()
        counts = (await client.get("/day-counts", params={"from": "2022-09-05", "to": "2022-09-06"})).json()
    assert (day["count"], day["capacity"]) == (1, 30)
    assert [(r["first_name"], r["last_name"], r["family_name"]) for r in day["reservations"]] == [
        ("Zoé", "Martin", "Martin")
    ]
    (count,) = [count for count in counts if count["activity_id"] == str(canteen)]
    assert (count["booked"], count["capacity"], count["activity_name"]) == (1, 30, "Cantine d'Alixan 2022/2023")


async def test_who_is_announced_absent_is_listed_and_not_expected(world) -> None:
    """The list of the day, its counts and the kitchen say the same."""
    canteen = await world.activity(capacity=30)
    for name in ("Zoé", "Adam"):
        family, child = await world.enrolled(canteen, name)
        await world.book(family, child, canteen, "2022-09-05")
    world.stand_at(2022, 9, 5)
    assert (await world.announce(family, child, canteen, "2022-09-05", reason="illness")).status_code == 200
    period = {"from": "2022-09-05", "to": "2022-09-06"}
    async with world.staff() as client:
        day = (await client.get("/day", params={"day": "2022-09-05", "activity_id": str(canteen)})).json()
        counts = (await client.get("/day-counts", params=period)).json()
        (kitchen,) = (await client.get("/kitchen-counts", params=period | {"activity_id": str(canteen)})).json()
    assert {each["first_name"]: bool(each["attendance"]) for each in day["reservations"]} == {
        "Zoé": False,
        "Adam": True,
    }
    (count,) = [count for count in counts if count["activity_id"] == str(canteen)]
    assert (day["count"], count["expected"], kitchen["total"]) == (1, 1, 1)
    assert count["booked"] == 2


async def test_the_list_of_the_day_by_school_and_group(world, registered) -> None:
    groups = [{"code": "petits", "name": "3–5 ans", "from_age": 3, "to_age": 5}]
    canteen = await world.activity(groups=groups)
    for name, born, school in (("Zoé", 2018, "Jules Verne"), ("Adam", 2012, "Jules Verne"), ("Tom", 2018, None)):
        family, _ = await world.family()
        child = registered(name, family, birth_date=date(born, 1, 15), school=school)
        await world.keep(child)
        await world.adhesion(family, child.member_id, canteen)
        await world.book(family, child.member_id, canteen, "2022-09-05")

    async def listed(**part: str) -> tuple[int, list[str]]:
        async with world.staff() as client:
            answer = await client.get("/day", params={"day": "2022-09-05", "activity_id": str(canteen), **part})
        found = answer.json()
        assert found["schools"] == [{"school": "Jules Verne", "expected": 2}, {"school": "", "expected": 1}]
        assert found["groups"] == [{"code": "petits", "name": "3–5 ans", "expected": 2}]
        return found["count"], [each["first_name"] for each in found["reservations"]]

    assert await listed() == (3, ["Adam", "Tom", "Zoé"])
    assert await listed(school="Jules Verne") == (2, ["Adam", "Zoé"])
    assert await listed(school="") == (1, ["Tom"])
    assert await listed(group="petits", school="Jules Verne") == (1, ["Zoé"])
    async with world.staff() as client:
        params = {"day": "2022-09-05", "activity_id": str(canteen), "group": "grands"}
        assert (await client.get("/day", params=params)).status_code == 404


async def test_all_reservations_page_by_page(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    days = ["2022-09-01", "2022-09-02", "2022-09-05", "2022-09-06", "2022-09-08"]
    await world.book(family, louis, canteen, *days)
    found, cursor = [], None
    async with world.staff() as client:
        while True:
            params = {"from": "2022-09-01", "to": "2022-10-01", "family_id": str(family), "limit": 2}
            page = (
                await client.get("/all-reservations", params=params | ({"cursor": cursor} if cursor else {}))
            ).json()
            found += [item["day"] for item in page["items"]]
            if not (cursor := page["next_cursor"]):
                break
    assert found == days


async def test_a_reservation_is_listed_before_its_familys_name_is_known(world) -> None:
    canteen = await world.activity()
    family, (louis,) = await world.family("Louis")
    await world.adhesion(family, louis, canteen)
    await world.harness.query("delete from family where family_id = $1", family)
    await world.book(family, louis, canteen, "2022-09-05")
    async with world.staff() as client:
        params = {"day": "2022-09-05", "activity_id": str(canteen)}
        (expected,) = (await client.get("/day", params=params)).json()["reservations"]
        assert expected["family_name"] is None
        address = PostalAddress(line="1 rue", postal_code="26300", city="Alixan")
        await world.keep(FamilyRegistered(family_id=family, name="Durand", address=address, guardians=()))
        (expected,) = (await client.get("/day", params=params)).json()["reservations"]
    assert expected["family_name"] == "Durand"
