"""An activity with slots: each with its price, those that overlap one or the other, kept by the commit too."""

import asyncio
from datetime import date

import pytest

from contracts.events.enrolment import OfferedSlot
from contracts.values import Role

DAY = OfferedSlot(code="journee", name="Journée avec repas", from_time="08:30", until_time="17:30")
MORNING = OfferedSlot(code="matin", name="Matin", from_time="08:30", until_time="12:00")
AFTERNOON = OfferedSlot(code="apres-midi", name="Après-midi", from_time="13:30", until_time="17:30")
SLOTS = (DAY, MORNING, AFTERNOON)
MONDAY, TUESDAY = "2022-09-05", "2022-09-06"
BOOKED = "select slot, unit_price_cents, status from reservation where family_id = $1 order by slot, booked_at"


async def centre(world, **calendar):
    return await world.activity("Centre de loisirs", offered=SLOTS, **calendar)


async def enrolled(world, activity, first_name="Louis"):
    family, (child,) = await world.family(first_name)
    await world.adhesion(family, child, activity, 1400, journee=1400, matin=600)
    return family, child


async def read(world, family, child, activity, day=MONDAY):
    """The activity's row and the cells of a day by slot."""
    params = {"member_id": str(child), "from": day, "to": (date.fromisoformat(day).replace(day=7)).isoformat()}
    async with world.parent(family) as client:
        rows = (await client.get("/planning", params=params)).json()["activities"]
    (row,) = [row for row in rows if row["activity_id"] == str(activity)]
    return row, {cell["slot"]: cell for cell in row["cells"] if cell["day"] == day}


async def test_slots_are_shown_in_their_order_with_the_familys_prices(world) -> None:
    family, child = await enrolled(world, activity := await centre(world))
    row, cells = await read(world, family, child, activity)
    assert [(slot["name"], slot["from_time"], slot["unit_price_cents"]) for slot in row["slots"]] == [
        ("Journée avec repas", "08:30", 1400),
        ("Matin", "08:30", 600),
        ("Après-midi", "13:30", 1400),
    ]
    assert [(cell["slot"], cell["price_cents"]) for cell in cells.values()] == [
        ("journee", 1400),
        ("matin", 600),
        ("apres-midi", 1400),
    ]
    assert [(cell["day"], cell["slot"]) for cell in row["cells"][3:5]] == [(TUESDAY, "journee"), (TUESDAY, "matin")]


async def test_an_activity_without_slots_has_one_for_the_whole_day(world) -> None:
    family, child = await world.enrolled(activity := await world.activity())
    row, cells = await read(world, family, child, activity)
    assert [(slot["code"], slot["name"]) for slot in row["slots"]] == [("day", "")]
    assert list(cells) == ["day"]


async def test_each_slot_is_booked_at_its_price_and_named_until_the_bill(world, harness) -> None:
    family, child = await enrolled(world, activity := await centre(world))
    drafted = await world.want(family, child, activity, slots={"matin": [MONDAY], "apres-midi": [MONDAY]})
    lines = {line["slot"]: (line["element_name"], line["amount_cents"]) for line in drafted.json()["lines"]}
    assert lines == {
        "matin": ("Centre de loisirs – Matin", 600),
        "apres-midi": ("Centre de loisirs – Après-midi", 1400),
    }
    committed = (await world.commit(family)).json()
    assert (committed["count"], committed["total_cents"]) == (2, 2000)
    rows = [tuple(row) for row in await harness.query(BOOKED, family)]
    assert rows == [("apres-midi", 1400, "booked"), ("matin", 600, "booked")]
    (event,) = await harness.query(
        "select body::jsonb->'reservations' as kept from kept.published_event where body::jsonb->>'basket_id' = $1",
        committed["basket_id"],
    )
    for name in ("Centre de loisirs – Matin", "Centre de loisirs – Après-midi", '"slot": "matin"'):
        assert name in event["kept"]
    async with world.staff() as client:
        counts = (await client.get("/day-counts", params={"from": MONDAY, "to": TUESDAY})).json()
    assert [(c["slot_name"], c["booked"]) for c in counts if c["activity_id"] == str(activity)] == [
        ("Après-midi", 1),
        ("Matin", 1),
    ]


async def test_slots_that_overlap_are_refused_together_with_the_reason(world) -> None:
    family, child = await enrolled(world, activity := await centre(world))
    answer = await world.want(family, child, activity, slots={"journee": [MONDAY, TUESDAY], "matin": [MONDAY]})
    assert answer.status_code == 409
    reason = "Ne se cumule pas avec « {} » le même jour : choisissez l'un ou l'autre."
    assert {(line["day"], line["slot"], line["slug"], line["reason"]) for line in answer.json()["lines"]} == {
        (MONDAY, "journee", "slot-excluded", reason.format("Matin")),
        (MONDAY, "matin", "slot-excluded", reason.format("Journée avec repas")),
    }


async def test_a_morning_is_changed_for_the_whole_day_in_one_go(world, harness) -> None:
    family, child = await enrolled(world, activity := await centre(world))
    assert (await world.book(family, child, activity, matin=[MONDAY])).status_code == 200
    _, cells = await read(world, family, child, activity)
    assert (cells["matin"]["state"], cells["apres-midi"]["state"]) == ("booked", "available")
    assert (cells["journee"]["changeable"], cells["journee"]["reason"]) == (True, "À choisir à la place de « Matin ».")
    assert (await world.book(family, child, activity, journee=[MONDAY])).json()["total_cents"] == 800
    assert [tuple(row) for row in await harness.query(BOOKED, family)] == [
        ("journee", 1400, "booked"),
        ("matin", 600, "cancelled"),
    ]


async def test_a_slot_that_can_no_longer_be_given_up_keeps_the_others_out(world) -> None:
    noon = {"default": {"kind": "weekly", "week_day": 3, "time": "12:00", "weeks_before": 1}}
    eve = {"default": {"kind": "days_before", "days": 1, "time": "23:59", "counting": "calendar"}}
    family, child = await enrolled(world, activity := await centre(world, booking_rule=eve, cancelling_rule=noon))
    await world.book(family, child, activity, matin=[MONDAY])
    world.stand_at(2022, 9, 2)
    _, cells = await read(world, family, child, activity)
    assert (cells["journee"]["state"], cells["journee"]["changeable"]) == ("excluded", False)
    assert "Matin" in cells["journee"]["reason"]
    assert cells["apres-midi"]["state"] == "available"


@pytest.mark.parametrize("slots", [{"soir": [MONDAY]}, {"day": [MONDAY]}])
async def test_a_slot_the_activity_does_not_have_is_refused(world, slots) -> None:
    family, child = await enrolled(world, activity := await centre(world))
    (line,) = (await world.want(family, child, activity, slots=slots)).json()["lines"]
    assert (line["slug"], line["reason"]) == ("day-closed", "Ce créneau n'est plus proposé.")


async def test_days_booked_before_there_were_slots_can_still_be_given_up(world) -> None:
    activity = await world.activity("Centre de loisirs")
    family, child = await enrolled(world, activity)
    await world.book(family, child, activity, MONDAY)
    await world.offer(activity, SLOTS)
    row, cells = await read(world, family, child, activity)
    assert [slot["name"] for slot in row["slots"]] == ["Journée avec repas", "Matin", "Après-midi", "Journée"]
    assert (cells["day"]["state"], cells["day"]["changeable"]) == ("booked", True)
    assert (await world.book(family, child, activity)).json()["count"] == 1


async def test_two_homes_at_once_never_book_slots_that_overlap(world, harness, registered) -> None:
    activity = await centre(world)
    (mother, (theo,)), (father, _) = await world.family("Théo"), await world.family()
    await world.keep(registered("Théo", mother, father, member_id=theo))
    for family, slot in ((mother, "journee"), (father, "matin")):
        await world.adhesion(family, theo, activity)
        assert (await world.want(family, theo, activity, slots={slot: [MONDAY]})).status_code == 200
    answers = await asyncio.gather(world.commit(mother), world.commit(father))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = next(answer for answer in answers if answer.status_code == 409).json()["lines"]
    assert refused["slug"] == "slot-excluded"
    assert len(await harness.query("select 1 from reservation where member_id = $1", theo)) == 1


async def test_a_slot_may_have_week_days_of_its_own(world) -> None:
    activity = await centre(world, slots={"matin": {"week_days": [1]}})
    family, child = await enrolled(world, activity)
    _, monday = await read(world, family, child, activity)
    _, tuesday = await read(world, family, child, activity, TUESDAY)
    assert monday["matin"]["reason"] == "Ce créneau n'a pas lieu le lundi."
    assert (monday["journee"]["state"], tuesday["matin"]["state"]) == ("available", "available")


async def test_hours_before_are_counted_from_each_slots_start(world) -> None:
    hours = {"default": {"kind": "hours_before", "hours": 72}}
    activity = await centre(world, booking_rule=hours, cancelling_rule=hours)
    family, child = await enrolled(world, activity)
    _, cells = await read(world, family, child, activity)
    assert {slot: cell["closes_at"][:16] for slot, cell in cells.items()} == {
        "journee": "2022-09-02T06:30",
        "matin": "2022-09-02T06:30",
        "apres-midi": "2022-09-02T11:30",
    }
    drafted = await world.want(family, child, activity, slots={"matin": [MONDAY], "apres-midi": [MONDAY]})
    assert drafted.status_code == 200
    world.stand_at(2022, 9, 2, 6, 31)
    refused = await world.commit(family)
    assert [line["slot"] for line in refused.json()["lines"]] == ["matin"]
    assert "jusqu'au vendredi 2 septembre 2022 à 8h30" in refused.json()["lines"][0]["reason"]
    async with world.staff(Role.ADMINISTRATOR) as client:
        told = (await client.get(f"/activities/{activity}/calendar")).json()
    assert told["booking_rule_text"] == "Réservation possible jusqu'à 72 heures avant le début du créneau."
    assert told["notices"] == []


async def test_hours_before_a_slot_without_times_are_counted_from_midnight_and_the_town_is_told(world) -> None:
    hours = {"default": {"kind": "hours_before", "hours": 72, "begins": None}}
    canteen = await world.activity(booking_rule=hours)
    family, child = await world.enrolled(canteen)
    cells = await world.cells(family, child, canteen)
    assert cells[MONDAY]["closes_at"].startswith("2022-09-01T22:00")
    async with world.staff(Role.ADMINISTRATOR) as client:
        (notice,) = (await client.get(f"/activities/{canteen}/calendar")).json()["notices"]
    assert "comptent depuis minuit" in notice


async def test_the_kitchens_numbers_are_final_slot_by_slot(world) -> None:
    hours = {"default": {"kind": "hours_before", "hours": 72}}
    activity = await centre(world, booking_rule=hours, cancelling_rule=hours)
    family, child = await enrolled(world, activity)
    booked = await world.book(family, child, activity, matin=[MONDAY], **{"apres-midi": [MONDAY]})
    assert booked.status_code == 200
    world.stand_at(2022, 9, 2, 6, 31)
    async with world.staff() as client:
        params = {"from": MONDAY, "to": TUESDAY, "activity_id": str(activity)}
        counts = (await client.get("/kitchen-counts", params=params)).json()
    assert {each["slot"]: each["is_final"] for each in counts} == {"matin": True, "apres-midi": False}


async def test_a_strike_of_the_afternoon_leaves_the_morning(world) -> None:
    activity = await centre(world)
    family, child = await enrolled(world, activity)
    other = await enrolled(world, activity, "Zoé")
    await world.book(family, child, activity, matin=[MONDAY], **{"apres-midi": [MONDAY]})
    await world.book(*other, activity, journee=[MONDAY])
    strike = {"from": MONDAY, "to": TUESDAY, "reason": "Grève", "schools": [], "slots": ["apres-midi", "journee"]}
    async with world.staff(Role.ADMINISTRATOR) as client:
        shown = (await client.get(f"/activities/{activity}/calendar")).json()
        body = {name: shown[name] for name in shown if not name.endswith("_text") and name != "notices"}
        body["closures"] = [strike]
        tried = {"calendar": body, "from": MONDAY, "to": TUESDAY}
        preview = (await client.post(f"/activities/{activity}/calendar/preview", json=tried)).json()
        published = await client.put(f"/activities/{activity}/calendar", json=body)
        twice = await client.put(f"/activities/{activity}/calendar", json=body | {"closures": [strike, strike]})
        (listed,) = [
            each for each in (await client.get("/bookings-to-withdraw")).json() if each["activity_id"] == str(activity)
        ]
        done = await client.post(f"/activities/{activity}/withdrawals", json={"days": [MONDAY]})
    (touched,), (day,) = preview["touched"], preview["days"]
    assert (touched["day"], touched["closed_reason"], touched["reservations"]) == (MONDAY, "Grève", 2)
    assert (day["closed_reason"], day["for_some"]) == (
        None,
        ["Fermé pour « Après-midi » et « Journée avec repas » : Grève"],
    )
    assert (published.json()["closures"], twice.status_code) == ([strike], 422)
    assert [(each["day"], each["reservations"]) for each in listed["days"]] == [(MONDAY, 2)]
    assert done.json() == {"reservations": 2, "families": 2}
    _, cells = await read(world, family, child, activity)
    states = {slot: (cell["state"], cell["reason"]) for slot, cell in cells.items()}
    assert states == {"journee": ("closed", "Grève"), "matin": ("booked", None), "apres-midi": ("closed", "Grève")}
    async with world.parent(family) as client:
        asked = {"member_id": str(child), "activity_id": str(activity), "day": MONDAY, "slot": "apres-midi"}
        explained = (await client.get("/explain", params=asked)).json()
    assert explained["booking"]["reason"] == "Grève"
