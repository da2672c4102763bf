"""What the list of the day says is billed at the town's price, once, and no longer when the list is corrected."""

import json
from typing import Any

import pytest

from chassis.ids import new_id
from contracts.events.enrolment import OfferedSlot
from contracts.values import Role

MONDAY = "2022-09-05"
EVENING = OfferedSlot(code="soir", name="Soir", from_time="16:30", until_time="18:30")
TOLD = (
    "select body from kept.published_event where type = 'planning.reservations_committed.v1'"
    " and body::json ->> 'family_id' = $1 order by seq"
)


@pytest.fixture
async def canteen(world) -> Any:
    canteen = await world.activity()
    await _price(world, canteen, 150)
    return canteen


async def _price(world, canteen, percent) -> None:
    answer = await _rates(world, canteen, unbooked_percent=percent)
    assert (answer["unbooked_percent"], f"{percent} %" in answer["how"]) == (percent, percent > 0)


async def _rates(world, activity, **rates) -> Any:
    async with world.staff(Role.ADMINISTRATOR) as client:
        answer = await client.put(f"/activities/{activity}/absence-policy", json=rates)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _charged(world, family) -> list[tuple[Any, ...]]:
    """What billing is told, after the job has run twice."""
    for _ in range(2):
        await world.harness.run_job("charge-presences")
    bodies = [json.loads(row["body"]) for row in await world.harness.query(TOLD, str(family))]
    return [
        (state["element_name"], state["unit_price_cents"], state["status"], state["version"])
        for body in bodies
        for state in body["reservations"]
    ]


NAME = "Cantine d'Alixan – présence sans réservation"


async def test_billed_once_the_day_is_over(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await world.tick(canteen, louis, True, 9)
    world.stand_at(2022, 9, 5, 20)
    assert await _charged(world, family) == [], "the list may still change"
    world.stand_at(2022, 9, 6, 8)
    assert await _charged(world, family) == [(NAME, 750, "booked", 1)]


async def test_a_corrected_list_takes_it_back_and_may_bring_it_again(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await world.tick(canteen, louis, True, 9)
    world.stand_at(2022, 9, 6, 8)
    await _charged(world, family)
    await world.tick(canteen, louis, False, 8)
    assert (await _charged(world, family))[1:] == [(NAME, 750, "cancelled", 2)]
    await world.tick(canteen, louis, True, 7)
    await _price(world, canteen, 200)
    assert (await _charged(world, family))[2:] == [(NAME, 750, "booked", 1)], "at the price of the day, a new charge"
    await _price(world, canteen, 100)
    assert len(await _charged(world, family)) == 3, "what was billed keeps its price"


async def test_who_booked_or_is_not_priced_is_not_billed(world, canteen) -> None:
    booked, louis = await world.enrolled(canteen)
    assert (await world.book(booked, louis, canteen, MONDAY)).status_code == 200
    free, zoe = await world.enrolled(canteen, "Zoé")
    for child in (louis, zoe):
        await world.tick(canteen, child, True, 9)
    await _price(world, canteen, 0)
    world.stand_at(2022, 9, 6, 8)
    assert [name for name, *_ in await _charged(world, booked)] == ["Cantine d'Alixan"]
    assert await _charged(world, free) == []


async def test_the_home_whose_day_it_is_pays(world, canteen, registered) -> None:
    mother, (theo,) = await world.family("Théo")
    father, _ = await world.family()
    await world.keep(registered("Théo", mother, father, member_id=theo))
    await world.adhesion(mother, theo, canteen, 350)
    await world.adhesion(father, theo, canteen, 500)
    async with world.staff() as client:
        custody = {"homes": [str(mother), str(father)], "even_weeks": str(father)}
        assert (await client.put(f"/members/{theo}/custody", json=custody)).status_code == 204
    await world.tick(canteen, theo, True, 9)
    world.stand_at(2022, 9, 6, 8)
    assert await _charged(world, mother) == []
    assert [cents for _, cents, *_ in await _charged(world, father)] == [750]


async def test_it_is_stated_with_the_reservations(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await world.tick(canteen, louis, True, 9)
    world.stand_at(2022, 9, 6, 8)
    await _charged(world, family)
    world.stand_at(2022, 9, 6, 9)
    async with world.staff(Role.REGISSEUR) as client:
        assert (await client.post("/statements")).is_success
    await world.harness.run_job("statements")
    pages = await world.harness.query(
        "select body from kept.published_event where type = 'planning.reservations_stated.v1' order by seq desc limit 5"
    )
    stated = [each for page in pages for each in json.loads(page["body"])["reservations"]]
    found = {each["reservation"]["element_name"] for each in stated if each["family_id"] == str(family)}
    assert found == {NAME}


async def test_rates_are_never_billed_backwards(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await _price(world, canteen, 0)
    world.stand_at(2022, 9, 5, 12)
    await _rates(world, canteen, unbooked_cents=850)
    await world.tick(canteen, louis, True, 9)
    world.stand_at(2022, 9, 6, 8)
    assert await _charged(world, family) == []


@pytest.mark.parametrize(("rate", "cents"), [({"absent_cents": 200}, 200), ({"absent_percent": 50}, 250)])
async def test_who_booked_and_does_not_come_pays_a_supplement_once_it_can_no_longer_say_why(
    world, canteen, rate, cents
) -> None:
    family, louis = await world.enrolled(canteen)
    await _rates(world, canteen, days_to_announce=2, **rate)
    await world.book(family, louis, canteen, MONDAY)
    await world.tick(canteen, louis, False, 9)
    world.stand_at(2022, 9, 7, 8)
    assert len(await _charged(world, family)) == 1, "booked; its absence can still be announced"
    world.stand_at(2022, 9, 8, 8)
    name = "Cantine d'Alixan – supplément pour absence non annoncée"
    assert (await _charged(world, family))[1:] == [(name, cents, "booked", 1)]
    await world.tick(canteen, louis, True, 8)
    assert (await _charged(world, family))[2:] == [(name, cents, "cancelled", 2)]


async def test_who_announces_its_absence_pays_no_supplement(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await _rates(world, canteen, absent_cents=200)
    await world.book(family, louis, canteen, MONDAY)
    await world.tick(canteen, louis, False, 9)
    world.stand_at(2022, 9, 7, 8)
    assert (await world.announce(family, louis, canteen, MONDAY, reason="other")).status_code == 200
    world.stand_at(2022, 9, 9, 8)
    assert [name for name, *_ in await _charged(world, family)] == ["Cantine d'Alixan"]


@pytest.fixture
async def excused(world, canteen) -> Any:
    """A booked day whose absence is excused: it is not billed."""
    family, louis = await world.enrolled(canteen)
    await _rates(world, canteen, excused=["strike"])
    await world.book(family, louis, canteen, MONDAY)
    world.stand_at(2022, 9, 5)
    assert (await world.announce(family, louis, canteen, MONDAY, reason="strike")).status_code == 200
    return family, louis


CAME = "Cantine d'Alixan – présence malgré l'absence annoncée"


async def test_who_comes_although_excused_is_billed_its_price_as_long_as_the_list_says_so(
    world, canteen, excused
) -> None:
    family, louis = excused
    await world.tick(canteen, louis, True, 9)
    assert len(await _charged(world, family)) == 1, "the list may still change"
    world.stand_at(2022, 9, 6, 8)
    assert (await _charged(world, family))[1:] == [(CAME, 500, "booked", 1)]
    await world.tick(canteen, louis, False, 8)
    assert (await _charged(world, family))[2:] == [(CAME, 500, "cancelled", 2)]
    await world.tick(canteen, louis, True, 7)
    assert (await _charged(world, family))[3:] == [(CAME, 500, "booked", 1)]
    async with world.parent(family) as client:
        items = (await client.get("/trail")).json()["items"]
    said = "Présence malgré l'absence annoncée : 5,00\xa0€."
    assert [(each["action"], each["reason"]) for each in items[:3]] == [
        ("charge", said),
        ("charge_back", said),
        ("charge", said),
    ]


async def test_who_is_excused_and_does_not_come_pays_nothing(world, canteen, excused) -> None:
    family, louis = excused
    await world.tick(canteen, louis, False, 9)
    world.stand_at(2022, 9, 9, 8)
    assert [name for name, *_ in await _charged(world, family)] == ["Cantine d'Alixan"]


async def test_who_comes_while_its_absence_waits_for_the_town_hall_is_billed_as_booked_alone(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await _rates(world, canteen, excused=["illness"], on_proof=["illness"])
    await world.book(family, louis, canteen, MONDAY)
    world.stand_at(2022, 9, 5)
    await world.announce(family, louis, canteen, MONDAY, reason="illness")
    await world.tick(canteen, louis, True, 9)
    world.stand_at(2022, 9, 6, 8)
    assert [name for name, *_ in await _charged(world, family)] == ["Cantine d'Alixan"]


async def test_leaving_late_is_billed_by_the_quarter_and_corrected(world) -> None:
    care = await world.activity("Garderie", offered=[EVENING])
    await _rates(world, care, late_cents=250, late_tolerated_minutes=5)
    family, louis = await world.enrolled(care)
    await world.book(family, louis, care, soir=[MONDAY])
    for minutes_ago, left_at in ((9, "18:35"), (8, "18:47")):
        await world.tick(care, louis, True, minutes_ago, left_at, "soir")
    world.stand_at(2022, 9, 6, 8)
    two, one = (f"Garderie – Soir – départ en retard, {words} d'heure" for words in ("2 quarts", "1 quart"))
    assert (await _charged(world, family))[1:] == [(two, 500, "booked", 1)]
    await world.offer(care, [EVENING.model_copy(update={"until_time": "19:00"})], "Garderie")
    assert len(await _charged(world, family)) == 2, "late when it left, whatever the town changes since"
    await world.offer(care, [EVENING], "Garderie")
    await world.tick(care, louis, True, 7, "18:44", "soir")
    assert (await _charged(world, family))[2:] == [(two, 500, "cancelled", 2), (one, 250, "booked", 1)]
    await world.tick(care, louis, True, 6, "18:35", "soir")
    assert (await _charged(world, family))[4:] == [(one, 250, "cancelled", 2)]


async def test_the_list_shows_who_left_late_and_nobody_absent_did(world) -> None:
    care = await world.activity("Garderie", offered=[EVENING])
    await _rates(world, care, late_cents=250)
    _, louis = await world.enrolled(care)
    await world.tick(care, louis, True, 9, "18:47", "soir")
    query = {"activity_id": str(care), "day": MONDAY, "slot": "soir"}
    mark = {"mark_id": str(new_id()), "member_id": str(louis), "present": False, "left_at": "18:50"}
    async with world.staff() as client:
        found = (await client.get("/presence", params=query)).json()
        refused = await client.post("/presence/marks", json=query | {"marks": [mark]})
        before = (await client.get("/presence", params=query | {"day": "2022-07-04"})).json()
    assert (found["late_after"], before["late_after"]) == ("18:30", None)
    assert [(each["left_at"], each["late_minutes"]) for each in found["children"]] == [("18:47", 17)]
    assert refused.status_code == 422


async def test_the_family_reads_what_would_be_billed_of_its_activities(world, canteen) -> None:
    family, _ = await world.enrolled(canteen)
    other, _ = await world.enrolled(await world.activity("Garderie"))
    read = {}
    for each in (family, other):
        async with world.parent(each) as client:
            found = (await client.get("/absences")).json()["supplements"]
            read[each] = [(of["activity_name"], of["sentences"]) for of in found]
    said = ["Venir sans réservation est facturé 150 % du prix."]
    assert read == {family: [("Cantine d'Alixan 2022/2023", said)], other: []}


async def test_the_family_reads_it_in_its_trail(world, canteen) -> None:
    family, louis = await world.enrolled(canteen)
    await world.tick(canteen, louis, True, 9)
    world.stand_at(2022, 9, 6, 8)
    await _charged(world, family)
    await world.tick(canteen, louis, False, 8)
    await _charged(world, family)
    async with world.parent(family) as client:
        items = (await client.get("/trail")).json()["items"]
    said = "Présence sans réservation : 7,50\xa0€."
    assert [(each["action"], each["actor"], each["reason"]) for each in items] == [
        ("charge_back", "portal", said),
        ("charge", "portal", said),
    ]


async def test_a_policy_is_tried_before_it_holds(world, canteen) -> None:
    url = f"/activities/{canteen}/absence-policy"
    async with world.staff() as client:
        tried = (await client.post(f"{url}/preview", json={"unbooked_percent": 100, "unbooked_cents": 200})).json()
        kept = (await client.get(url)).json()
        unknown = await client.post(f"/activities/{new_id()}/absence-policy/preview", json={})
    assert tried["examples"] == ["Venir sans réservation : 7,00\xa0€ au lieu de 5,00\xa0€."]
    assert (kept["unbooked_percent"], unknown.status_code) == (150, 404)
