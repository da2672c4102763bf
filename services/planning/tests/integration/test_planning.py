"""What a family sees: states with their reason, two homes, adhesions not paid, other families' things."""

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import VEYRAS


async def test_an_adhesion_not_paid_blocks_and_says_so(world) -> None:
    canteen = await world.activity()
    family, (louis,) = await world.family("Louis")
    async with world.parent(family) as client:
        (member,) = (await client.get("/members")).json()
    (activity,) = [a for a in member["activities"] if a["activity_id"] == str(canteen)]
    assert not activity["open"]
    assert activity["reason"] == (
        "L'adhésion de Louis à « Cantine d'Alixan 2022/2023 » n'est pas payée. "
        "Payez-la dans « Inscriptions aux activités » pour pouvoir réserver."
    )
    cell = (await world.cells(family, louis, canteen))["2022-09-05"]
    assert (cell["state"], cell["changeable"], cell["reason"]) == ("blocked", False, activity["reason"])
    refused = await world.want(family, louis, canteen, "2022-09-05")
    assert (refused.status_code, refused.json()["lines"][0]["slug"]) == (409, "adhesion-not-paid")

    await world.adhesion(family, louis, canteen)
    assert (await world.cells(family, louis, canteen))["2022-09-05"]["state"] == "available"


async def test_a_planning_tells_of_the_whole_family_when_asked(world) -> None:
    canteen = await world.activity()
    family, (louis, _emma) = await world.family("Louis", "Emma")
    await world.adhesion(family, louis, canteen)
    month = {"member_id": str(louis), "from": "2022-09-01", "to": "2022-10-01"}
    async with world.parent(family) as client:
        members = (await client.get("/members")).json()
        told = (await client.get("/planning", params={**month, "with_family": True})).json()
        untold = (await client.get("/planning", params=month)).json()
    assert [member["first_name"] for member in members] == ["Emma", "Louis"]
    assert told["family"] == members
    assert untold == {**told, "family": None}


async def test_an_activity_without_calendar_is_closed(world) -> None:
    canteen = await world.activity(none=True)
    family, louis = await world.enrolled(canteen)
    cell = (await world.cells(family, louis, canteen))["2022-09-05"]
    assert (cell["state"], cell["reason"]) == (
        "closed",
        "Le calendrier de cette activité n'est pas encore publié par la mairie.",
    )


async def test_the_season_has_not_begun(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    cells = await world.cells(family, louis, canteen, "2022-07-03", "2022-09-02")
    assert {cells[day]["reason"] for day in ("2022-07-03", "2022-08-31")} == {
        "Cette activité est ouverte à partir du 01/09/2022"
    }
    assert cells["2022-09-01"]["state"] == "available"
    async with world.parent(family) as client:
        params = {"member_id": str(louis), "from": "2022-09-01", "to": "2022-10-01"}
        answer = (await client.get("/planning", params=params)).json()
    (row,) = [row for row in answer["activities"] if row["activity_id"] == str(canteen)]
    assert (row["open"], row["notice"]) == (True, "Cette activité est ouverte à partir du 01/09/2022")
    assert row["booking_rule"] == "Réservation possible jusqu'au jeudi 12h pour la semaine suivante."
    assert (row["unit_price_cents"], row["tariff_label"], answer["today"]) == (500, "à l'unité", "2022-07-04")


async def test_the_other_homes_days_are_seen_but_not_touched(world, registered) -> None:
    canteen = await world.activity()
    (mother, (theo,)), (father, _) = await world.family("Théo"), await world.family()
    await world.keep(registered("Théo", mother, father, member_id=theo))
    for family in (mother, father):
        await world.adhesion(family, theo, canteen)
    await world.book(mother, theo, canteen, "2022-09-05")
    cell = (await world.cells(father, theo, canteen))["2022-09-05"]
    assert (cell["state"], cell["wanted"], cell["changeable"], cell["price_cents"]) == ("booked", False, False, 0)
    assert "autre foyer" in cell["reason"]
    assert (await world.want(father, theo, canteen, "2022-09-05")).json()["lines"][0]["slug"] == "already-booked"
    draft = (await world.want(father, theo, canteen, "2022-09-06")).json()
    assert [line["day"] for line in draft["lines"]] == ["2022-09-06"]
    async with world.parent(father) as client:
        months = {"from": "2022-09-01", "to": "2022-10-01"}
        assert (await client.get("/reservations", params=months)).json() == []
        planning = (await client.get("/planning", params=months | {"member_id": str(theo)})).json()
    assert planning["period_cost_cents"] == 500


async def test_a_family_of_one_home_does_not_open_the_other(world, registered) -> None:
    canteen = await world.activity()
    (mother, (theo,)), (father, _) = await world.family("Théo"), await world.family()
    await world.keep(registered("Théo", mother, father, member_id=theo))
    await world.adhesion(mother, theo, canteen)
    assert (await world.cells(father, theo, canteen))["2022-09-05"]["state"] == "blocked"


async def test_last_places_and_full_days_say_so(world) -> None:
    canteen = await world.activity(capacity=2, last_places=1)
    family, louis = await world.enrolled(canteen)
    states = []
    for _ in range(2):
        cell = (await world.cells(family, louis, canteen))["2022-09-05"]
        states.append((cell["state"], cell["changeable"]))
        other, child = await world.enrolled(canteen)
        await world.book(other, child, canteen, "2022-09-05")
    cell = (await world.cells(family, louis, canteen))["2022-09-05"]
    assert [*states, (cell["state"], cell["changeable"])] == [
        ("available", True),
        ("last_places", True),
        ("full", False),
    ]
    assert cell["reason"] == "Complet : il n'y a plus de place ce jour-là."


async def test_an_impossible_line_stays_until_it_is_given_up(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.want(family, louis, canteen, "2022-09-06")
    world.stand_at(2022, 9, 1, 10, 1)
    cell = (await world.cells(family, louis, canteen))["2022-09-06"]
    assert (cell["state"], cell["wanted"], cell["changeable"]) == ("deadline_passed", True, False)
    draft = (await world.want(family, louis, canteen, "2022-09-06", "2022-09-12")).json()
    assert [(line["day"], line["possible"]) for line in draft["lines"]] == [("2022-09-06", False), ("2022-09-12", True)]
    late = await world.want(family, louis, canteen, "2022-09-08", "2022-09-12")
    assert [(line["day"], line["slug"]) for line in late.json()["lines"]] == [("2022-09-08", "deadline-passed")]
    async with world.parent(family) as client:
        assert (await client.get("/draft")).json()["lines"] == draft["lines"]


async def test_another_familys_member_is_not_found(world) -> None:
    canteen = await world.activity()
    _, louis = await world.enrolled(canteen)
    stranger, own = await world.enrolled(canteen)
    params = {"member_id": str(louis), "from": "2022-09-01", "to": "2022-10-01"}
    async with world.parent(stranger) as client:
        assert (await client.get("/planning", params=params)).status_code == 404
    assert (await world.want(stranger, louis, canteen, "2022-09-05")).status_code == 404
    assert (await world.want(stranger, own, new_id(), "2022-09-05")).status_code == 404


async def test_another_familys_line_is_not_found(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    stranger, _ = await world.enrolled(canteen)
    line = (await world.want(family, louis, canteen, "2022-09-05")).json()["lines"][0]
    async with world.parent(stranger) as client:
        assert (await client.delete(f"/draft/lines/{line['line_id']}")).status_code == 404
    async with world.parent(family) as client:
        assert (await client.get("/draft")).json()["count"] == 1


async def test_another_communes_member_and_activity_are_not_found(world, harness, registered) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    headers = harness.signer.headers(VEYRAS.tenant_id, family_id=family)
    params = {"member_id": str(louis), "from": "2022-09-01", "to": "2022-10-01"}
    async with harness.client("veyras", headers) as client:
        assert (await client.get("/members")).json() == []
        assert (await client.get("/planning", params=params)).status_code == 404


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2022-09-01", "2022-09-01"),
        ("2022-09-02", "2022-09-01"),
        ("2022-09-01", "2022-11-03"),
        ("1022-09-01", "1022-09-03"),
    ],
)
async def test_a_period_is_not_empty_and_not_too_long(world, first, last) -> None:
    family, (louis,) = await world.family("Louis")
    async with world.parent(family) as client:
        params = {"member_id": str(louis), "from": first, "to": last}
        response = await client.get("/planning", params=params)
    assert response.status_code == 422


async def test_a_day_outside_the_period_is_refused(world) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    answer = await world.want(family, louis, canteen, "2022-10-03")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:portail-famille:problem:days-outside-period")
