"""Why a day is as it is, with the rule and the moment: agrees with the month and the commit."""

from chassis.ids import new_id

MONDAY, WEDNESDAY = "2022-09-05", "2022-09-07"
RULE = "Réservation possible jusqu'au jeudi 12h pour la semaine suivante."


async def explained(world, family, child, activity, day, **slot):
    params = {"member_id": str(child), "activity_id": str(activity), "day": day, **slot}
    async with world.parent(family) as client:
        return await client.get("/explain", params=params)


async def test_the_rule_and_its_moment_are_told_before_and_after_it(world) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    told = (await explained(world, family, child, canteen, MONDAY)).json()
    assert (told["state"], told["slot"]) == ("available", "day")
    assert (told["booking"]["possible"], told["booking"]["reason"], told["booking"]["rule"]) == (True, None, RULE)
    assert told["booking"]["deadline"]["closes_at"].startswith("2022-09-01T10:00")
    until = "sont possibles jusqu'au jeudi 1er septembre 2022 à 12h00."
    assert told["booking"]["deadline"]["sentence"].endswith(until)
    assert told["cancelling"]["possible"] is False
    await world.book(family, child, canteen, MONDAY)
    booked = (await explained(world, family, child, canteen, MONDAY)).json()
    assert (booked["state"], booked["cancelling"]["possible"]) == ("booked", True)
    world.stand_at(2022, 9, 1, 10, 1)
    late = (await explained(world, family, child, canteen, MONDAY)).json()
    assert (late["cancelling"]["possible"], late["cancelling"]["deadline"]["timing"]) == (False, "late")
    assert "Trop tard" in late["cancelling"]["reason"]
    assert "contactez la mairie" in late["cancelling"]["reason"]
    cell = (await world.cells(family, child, canteen))[MONDAY]
    assert cell["reason"] == late["cancelling"]["reason"]


async def test_a_closed_day_says_so_whatever_the_rule(world) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    told = (await explained(world, family, child, canteen, WEDNESDAY)).json()
    assert (told["state"], told["booking"]["possible"]) == ("closed", False)
    assert told["booking"]["reason"] == "Cette activité n'a pas lieu le mercredi."


async def test_without_calendar_there_is_no_rule(world) -> None:
    activity = await world.activity(none=True)
    family, child = await world.enrolled(activity)
    told = (await explained(world, family, child, activity, MONDAY)).json()
    assert (told["booking"]["rule"], told["booking"]["deadline"]) == (None, None)
    assert "pas encore publié" in told["booking"]["reason"]


async def test_only_the_familys_members_and_the_communes_activities(world) -> None:
    canteen = await world.activity()
    family, child = await world.enrolled(canteen)
    stranger, _ = await world.enrolled(canteen, "Zoé")
    assert (await explained(world, stranger, child, canteen, MONDAY)).status_code == 404
    assert (await explained(world, family, child, new_id(), MONDAY)).status_code == 404
    unknown = (await explained(world, family, child, canteen, MONDAY, slot="soir")).json()
    assert unknown["booking"]["reason"] == "Ce créneau n'est plus proposé."
