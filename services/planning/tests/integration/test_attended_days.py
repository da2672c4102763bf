"""What a family reads of its past days: what the list of the day says, as far as it is its own."""

from contracts.values import Role

MONDAY, TUESDAY, THURSDAY, FRIDAY = "2022-09-05", "2022-09-06", "2022-09-08", "2022-09-09"


async def _policy(world, canteen, **policy) -> None:
    async with world.staff(Role.ADMINISTRATOR) as client:
        answer = await client.put(f"/activities/{canteen}/absence-policy", json=policy)
    assert answer.status_code == 200, answer.text


async def test_a_past_day_is_what_its_list_says(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, MONDAY, TUESDAY, FRIDAY)
    for day, present in ((MONDAY, True), (TUESDAY, False), (THURSDAY, True)):
        await world.tick(canteen, louis, present, 5, day=day)
    world.stand_at(2022, 9, 12)
    cells = await world.cells(family, louis, canteen)
    shown = {day: (cells[day]["state"], cells[day]["wanted"], cells[day]["reason"]) for day in (MONDAY, TUESDAY)}
    assert shown == {
        MONDAY: ("present", True, "Présence pointée sur la liste du jour."),
        TUESDAY: (
            "absent",
            True,
            "Absence pointée sur la liste du jour, sans avoir été annoncée : jour facturé.",
        ),
    }
    assert (cells[THURSDAY]["state"], cells[THURSDAY]["wanted"]) == ("present_without_booking", False)
    assert (cells[FRIDAY]["state"], cells[FRIDAY]["reason"]) == ("booked", "Ce jour est passé."), "nobody ticked"
    await world.tick(canteen, louis, False, 4, day=MONDAY)
    await world.tick(canteen, louis, False, 4, day=THURSDAY)
    cells = await world.cells(family, louis, canteen)
    assert [cells[day]["state"] for day in (MONDAY, THURSDAY)] == ["absent", "deadline_passed"], "the latest holds"
    async with world.parent(family) as client:
        asked = {"member_id": str(louis), "activity_id": str(canteen), "day": MONDAY}
        assert (await client.get("/explain", params=asked)).json()["state"] == "absent"


async def test_the_list_of_today_may_still_change(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, MONDAY, TUESDAY)
    for day in (MONDAY, TUESDAY):
        await world.tick(canteen, louis, True, 5, day=day)
    world.stand_at(2022, 9, 5, 20)
    cells = await world.cells(family, louis, canteen)
    assert [cells[day]["state"] for day in (MONDAY, TUESDAY)] == ["booked", "booked"]


async def test_who_came_although_excused_reads_so_and_what_it_costs(world) -> None:
    canteen = await world.activity()
    await _policy(world, canteen, excused=["strike"])
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, MONDAY, TUESDAY)
    world.stand_at(2022, 9, 5)
    assert (await world.announce(family, louis, canteen, MONDAY, TUESDAY, reason="strike")).status_code == 200
    await world.tick(canteen, louis, True, 5, day=MONDAY)
    await world.tick(canteen, louis, False, 5, day=TUESDAY)
    world.stand_at(2022, 9, 7)
    async with world.parent(family) as client:
        params = {"member_id": str(louis), "from": MONDAY, "to": "2022-09-07"}
        shown = (await client.get("/planning", params=params)).json()
        announced = (await client.get("/absences")).json()["announced"]
    came = "Présence pointée sur la liste du jour, malgré l'absence annoncée : jour facturé."
    cells = (await world.cells(family, louis, canteen, MONDAY, "2022-09-07")).values()
    assert [(cell["state"], cell["reason"]) for cell in cells] == [
        ("present", came),
        ("absent_justified", "Absence justifiée."),
    ]
    assert shown["period_cost_cents"] == 500
    assert [each["present"] for each in announced] == [True, False]


async def test_what_happens_on_the_other_homes_days_is_not_told(world, registered) -> None:
    canteen = await world.activity()
    mother, (theo,) = await world.family("Théo")
    father, _ = await world.family()
    await world.keep(registered("Théo", mother, father, member_id=theo))
    for family in (mother, father):
        await world.adhesion(family, theo, canteen)
    async with world.staff() as client:
        custody = {"homes": [str(mother), str(father)], "even_weeks": str(father)}
        assert (await client.put(f"/members/{theo}/custody", json=custody)).status_code == 204
    await world.book(father, theo, canteen, MONDAY)
    for day in (MONDAY, TUESDAY):
        await world.tick(canteen, theo, True, 5, day=day)
    world.stand_at(2022, 9, 12)
    seen = {family: await world.cells(family, theo, canteen) for family in (mother, father)}
    assert [seen[father][day]["state"] for day in (MONDAY, TUESDAY)] == ["present", "present_without_booking"]
    assert [seen[mother][day]["state"] for day in (MONDAY, TUESDAY)] == ["other_home", "other_home"]
