"""Counts for the kitchen: by school, diet and age, without the absent, until when they may change."""

from datetime import date

import pytest

from contracts.values import Diet, Role

MONDAY, TUESDAY = "2022-09-05", "2022-09-06"


@pytest.fixture
async def canteen(world, registered):
    """Monday: two of Jules Verne, of 5 and (without meat) 8 years, one of another school, one without school."""
    canteen = await world.activity()
    born = {"Zoé": date(2017, 6, 1), "Louis": date(2014, 6, 1), "Adam": date(2010, 6, 1), "Léa": date(2014, 6, 1)}
    schools = {"Zoé": "Jules Verne", "Louis": "Jules Verne", "Adam": "=Pagnol", "Léa": None}
    for name, birth_date in born.items():
        family, _ = await world.family()
        diet = Diet.WITHOUT_MEAT if name == "Louis" else Diet.STANDARD
        child = registered(name, family, birth_date=birth_date)
        child = child.model_copy(update={"school": schools[name], "diet": diet})
        await world.keep(child)
        await world.adhesion(family, child.member_id, canteen)
        assert (await world.book(family, child.member_id, canteen, MONDAY)).status_code == 200
    return canteen


async def counts(world, canteen, suffix="", role=Role.AGENT):
    params = {"from": MONDAY, "to": TUESDAY, "activity_id": str(canteen)}
    async with world.staff(role) as client:
        return await client.get(f"/kitchen-counts{suffix}", params=params)


async def test_by_school_and_age_until_the_last_moment(world, canteen) -> None:
    (count,) = (await counts(world, canteen)).json()
    assert (count["total"], count["is_final"], count["final_from"][:16]) == (4, False, "2022-09-01T10:00")
    assert [tuple(each.values()) for each in count["schools"]] == [
        ("", "standard", 0, 1, 0, 0, 1),
        ("=Pagnol", "standard", 0, 0, 1, 0, 1),
        ("Jules Verne", "standard", 1, 0, 0, 0, 1),
        ("Jules Verne", "without_meat", 0, 1, 0, 0, 1),
    ]
    world.stand_at(2022, 9, 2)
    assert (await counts(world, canteen)).json()[0]["is_final"] is True


async def test_who_is_announced_absent_does_not_eat(world, canteen) -> None:
    family, child = await world.enrolled(canteen, "Tom")
    await world.book(family, child, canteen, MONDAY)
    assert (await counts(world, canteen)).json()[0]["total"] == 5
    world.stand_at(2022, 9, 5)
    answer = await world.announce(family, child, canteen, MONDAY, reason="illness")
    assert answer.status_code == 200, answer.text
    assert (await counts(world, canteen)).json()[0]["total"] == 4


async def test_a_file_for_a_spreadsheet_runs_nothing(world, canteen) -> None:
    answer = await counts(world, canteen, ".csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = answer.content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "Jour;Activité;Créneau;École;Régime;Moins de 6 ans;6 à 11 ans;12 ans et plus;Total"
    assert lines[2].split(";")[3:] == ["'=Pagnol", "ordinaire", "0", "0", "1", "1"]
    assert lines[4].split(";")[3:] == ["Jules Verne", "sans viande", "0", "1", "0", "1"]
    assert len(lines) == 6


async def test_who_has_no_birth_date_is_of_no_age(world, canteen, registered) -> None:
    family, _ = await world.family()
    child = registered("Tom", family).model_copy(update={"birth_date": None, "school": "Jules Verne"})
    await world.keep(child)
    await world.adhesion(family, child.member_id, canteen)
    assert (await world.book(family, child.member_id, canteen, MONDAY)).status_code == 200
    (count,) = (await counts(world, canteen)).json()
    (school,) = [each for each in count["schools"] if (each["school"], each["diet"]) == ("Jules Verne", "standard")]
    ages = ("under_6", "from_6_to_11", "from_12", "unknown_age", "total")
    assert [school[age] for age in ages] == [1, 0, 0, 1, 2]
    assert count["total"] == 5
    lines = (await counts(world, canteen, ".csv")).content.decode("utf-8-sig").split("\r\n")
    assert lines[0].endswith(";12 ans et plus;Âge inconnu;Total")
    assert lines[2].split(";")[3:] == ["'=Pagnol", "ordinaire", "0", "0", "1", "0", "1"]
    assert lines[3].split(";")[3:] == ["Jules Verne", "ordinaire", "1", "0", "0", "1", "2"]


async def test_it_is_the_town_halls(world, canteen) -> None:
    family, _ = await world.family()
    async with world.parent(family) as client:
        params = {"from": MONDAY, "to": TUESDAY}
        assert (await client.get("/kitchen-counts", params=params)).status_code == 403
