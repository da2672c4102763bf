"""A child of two homes: each books its own days at its own price, and is told nothing of the other's."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from contracts.values import Role

EVEN_WEEK, ODD_WEEK = "2022-09-05", "2022-09-12"


class Homes:
    """Théo, his mother's home (even weeks) and his father's, both with a paid adhesion."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.mother: UUID
        self.father: UUID
        self.theo: UUID
        self.canteen: UUID

    async def share(self, **custody: Any) -> int:
        body = {"homes": [str(self.mother), str(self.father)], "even_weeks": str(self.mother), **custody}
        async with self.world.staff() as client:
            return (await client.put(f"/members/{self.theo}/custody", json=body)).status_code

    async def read(self) -> Any:
        async with self.world.staff() as client:
            (shared,) = (await client.get(f"/families/{self.mother}/shared-members")).json()
        return shared

    async def cell(self, family: UUID, day: str) -> Any:
        return (await self.world.cells(family, self.theo, self.canteen))[day]

    async def want(self, family: UUID, *days: str) -> Any:
        return await self.world.want(family, self.theo, self.canteen, *days)

    async def book(self, family: UUID, *days: str) -> Any:
        return await self.world.book(family, self.theo, self.canteen, *days)


@pytest.fixture
async def homes(world, registered) -> Homes:
    homes = Homes(world)
    homes.canteen = await world.activity()
    homes.mother, (homes.theo,) = await world.family("Théo", name="Martin")
    homes.father, _ = await world.family(name="Roux")
    await world.keep(registered("Théo", homes.mother, homes.father, member_id=homes.theo))
    await world.adhesion(homes.mother, homes.theo, homes.canteen, 350)
    await world.adhesion(homes.father, homes.theo, homes.canteen, 500)
    return homes


async def test_each_home_books_its_own_days_at_its_own_price(homes) -> None:
    assert await homes.share() == 204
    for family, own, others, cents in (
        (homes.mother, EVEN_WEEK, ODD_WEEK, 350),
        (homes.father, ODD_WEEK, EVEN_WEEK, 500),
    ):
        cell = await homes.cell(family, own)
        assert (cell["state"], cell["changeable"], cell["price_cents"]) == ("available", True, cents)
        cell = await homes.cell(family, others)
        assert (cell["state"], cell["changeable"]) == ("other_home", False)
        assert cell["reason"].startswith("Autre foyer")
        refused = await homes.want(family, others)
        assert (refused.status_code, refused.json()["lines"][0]["slug"]) == (409, "other-homes-day")
        booked = await homes.book(family, own)
        assert (booked.status_code, booked.json()["total_cents"]) == (200, cents)


async def test_what_the_other_home_does_is_not_told(homes) -> None:
    await homes.share()
    before = await homes.cell(homes.father, EVEN_WEEK)
    await homes.book(homes.mother, EVEN_WEEK)
    assert await homes.cell(homes.father, EVEN_WEEK) == before


async def test_a_family_reads_which_days_are_its_own(homes) -> None:
    async def told(family: UUID) -> Any:
        async with homes.world.parent(family) as client:
            params = {"member_id": str(homes.theo), "from": "2022-09-01", "to": "2022-10-01"}
            return (await client.get("/planning", params=params)).json()["custody"]

    assert await told(homes.father) is None
    await homes.share(changes_on=4)
    assert await told(homes.father) == "Vos jours : les semaines impaires, du vendredi au jeudi."


async def test_a_draft_of_days_that_became_the_others_is_refused_whole(homes) -> None:
    assert (await homes.want(homes.father, EVEN_WEEK, ODD_WEEK)).status_code == 200
    await homes.share()
    refused = await homes.world.commit(homes.father)
    assert refused.status_code == 409
    assert [line["slug"] for line in refused.json()["lines"]] == ["other-homes-day"]
    assert (await homes.cell(homes.mother, EVEN_WEEK))["state"] == "available"


async def test_what_is_booked_stays_booked_and_the_town_hall_is_told(homes) -> None:
    await homes.book(homes.father, EVEN_WEEK, ODD_WEEK)
    await homes.share()
    kept = (await homes.read())["kept"]
    assert [(each["family_id"], each["day"]) for each in kept] == [(str(homes.father), EVEN_WEEK)]
    assert (await homes.cell(homes.mother, EVEN_WEEK))["state"] == "booked"
    cell = await homes.cell(homes.father, EVEN_WEEK)
    assert (cell["state"], cell["changeable"]) == ("booked", True)
    await homes.want(homes.father, ODD_WEEK)
    assert (await homes.world.commit(homes.father)).status_code == 200
    assert (await homes.read())["kept"] == []
    assert (await homes.cell(homes.mother, EVEN_WEEK))["state"] == "available"


async def test_the_town_hall_reads_whose_the_next_days_are(homes) -> None:
    unshared = await homes.read()
    assert (unshared["custody"], unshared["next_days"]) == (None, [])
    assert [home["name"] for home in unshared["homes"]] == ["Martin", "Roux"]
    dates = [{"from": "2022-07-06", "to": "2022-07-07", "home": str(homes.father)}]
    await homes.share(dates=dates)
    shared = await homes.read()
    assert shared["custody"]["dates"] == dates
    # Monday 4 July 2022 begins week 27.
    assert [(each["day"], each["home"]) for each in shared["next_days"][:8]] == [
        (f"2022-07-{day:02}", str(homes.father)) for day in range(4, 11)
    ] + [("2022-07-11", str(homes.mother))]
    assert len(shared["next_days"]) == 42
    assert shared["homes"][0]["days"] == "Martin : les semaines paires, du lundi au dimanche ; sauf le 06/07/2022."


async def test_without_custody_either_home_books_any_day(homes) -> None:
    await homes.share()
    async with homes.world.staff() as client:
        for _ in range(2):
            assert (await client.delete(f"/members/{homes.theo}/custody")).status_code == 204
    assert (await homes.cell(homes.father, EVEN_WEEK))["state"] == "available"


async def test_a_custody_is_of_two_homes_of_the_child(homes, world) -> None:
    stranger, (zoe,) = await world.family("Zoé")
    assert await homes.share(homes=[str(homes.mother), str(stranger)]) == 409
    assert await homes.share(even_weeks=str(stranger)) == 422
    async with world.staff() as client:
        assert (await client.delete(f"/members/{zoe}/custody")).status_code == 409
        assert (await client.delete(f"/members/{stranger}/custody")).status_code == 404
        assert (await client.get(f"/families/{zoe}/shared-members")).status_code == 404
        assert (await client.get(f"/families/{stranger}/shared-members")).json() == []
    async with world.parent(homes.mother) as client:
        assert (await client.delete(f"/members/{homes.theo}/custody")).status_code == 403


async def test_a_custody_sleeps_while_the_child_left_a_home(homes, registered) -> None:
    await homes.share()
    await homes.world.keep(registered("Théo", homes.mother, member_id=homes.theo))
    assert (await homes.cell(homes.mother, ODD_WEEK))["state"] == "available"
    await homes.world.keep(registered("Théo", homes.mother, homes.father, member_id=homes.theo))
    assert (await homes.cell(homes.mother, ODD_WEEK))["state"] == "other_home"


async def test_a_custody_written_while_baskets_are_committed_holds_for_all_that_come_after(homes) -> None:
    """Whichever is first: what was committed before stays, nothing is committed by days of before."""
    await homes.want(homes.father, EVEN_WEEK)
    shared, committed = await asyncio.gather(homes.share(), homes.world.commit(homes.father))
    assert shared == 204
    kept = (await homes.read())["kept"]
    assert len(kept) == (committed.status_code == 200)
    assert committed.status_code in (200, 409)


async def test_the_other_homes_full_day_cannot_be_waited_for(world, registered) -> None:
    canteen = await world.activity(capacity=1)
    async with world.staff(Role.ADMINISTRATOR) as client:
        rules = await client.put(f"/activities/{canteen}/waiting-list-rules", json={"is_open": True})
        assert rules.status_code == 200, rules.text
    homes = Homes(world)
    homes.canteen = canteen
    homes.mother, (homes.theo,) = await world.family("Théo")
    homes.father, _ = await world.family()
    await world.keep(registered("Théo", homes.mother, homes.father, member_id=homes.theo))
    await world.adhesion(homes.father, homes.theo, canteen)
    other, child = await world.enrolled(canteen)
    await world.book(other, child, canteen, EVEN_WEEK, ODD_WEEK)
    await homes.share()
    async with world.parent(homes.father) as client:
        wish = {"member_id": str(homes.theo), "activity_id": str(canteen)}
        refused = await client.post("/waiting-list", json={**wish, "days": [EVEN_WEEK]})
        assert (refused.status_code, refused.json()["lines"][0]["slug"]) == (409, "other-homes-day")
        assert (await client.post("/waiting-list", json={**wish, "days": [ODD_WEEK]})).is_success
