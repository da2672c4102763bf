"""Activities, their prices for a family, and changes of price over time."""

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from chassis.ids import new_id

if TYPE_CHECKING:
    from ..conftest import Commune, Home

pytestmark = pytest.mark.integration

BANDS = [(622, 100), (1000, 330), (1500, 340), (None, 350)]


def banded(*bands: tuple[int | None, int]) -> dict[str, Any]:
    unit = {"kind": "bands", "bands": [{"up_to": up_to, "cents": cents} for up_to, cents in bands]}
    return {"adhesion_fee_cents": 1700, "label": "à l'unité", "unit": unit}


async def enrolled(commune: "Commune") -> tuple["Home", str]:
    """A family with a QF of 800 and Louis enrolled at prices by band."""
    activity_id, home = await commune.activity(tariff=banded(*BANDS)), await commune.family()
    await commune.settle(home, await commune.pay(home, await commune.order(home, activity_id, "Louis")))
    return home, activity_id


async def entitlements(commune: "Commune", home: "Home") -> list[tuple[int, int, str]]:
    events = await commune.events("entitlement_changed", "family_id", home.family_id)
    bodies = [(event["sequence"], json.loads(event["body"])) for event in events]
    return [(sequence, body["unit_price_cents"], body["effective_from"]) for sequence, body in bodies]


async def price(commune: "Commune", home: "Home") -> int:
    cents: int = (await commune.adhesions(home))["Louis"]["unit_price_cents"]
    return cents


async def test_a_family_sees_its_own_prices(commune: "Commune") -> None:
    home, activity_id = await enrolled(commune)
    (activity,) = [a for a in await commune.read(home, "/activities") if a["activity_id"] == activity_id]
    assert (activity["unit_price_cents"], activity["adhesion_fee_cents"]) == (330, 1700)
    assert [(line["unit_cents"], line["yours"]) for line in activity["price_grid"]] == [
        (100, False),
        (330, True),
        (340, False),
        (350, False),
    ]
    louis, estelle = activity["members"]
    assert (louis["eligible"], louis["reason"], louis["adhesion_status"]) == (
        False,
        "Louis a déjà cette inscription.",
        "active",
    )
    assert (estelle["eligible"], estelle["reason"]) == (True, None)


async def test_a_changed_quotient_counts_from_the_next_month(commune: "Commune") -> None:
    home, _ = await enrolled(commune)
    await commune.family(home, quotient_familial=500)
    assert await entitlements(commune, home) == [(2, 100, "2022-08-01")]
    assert await price(commune, home) == 330
    commune.harness.clock.instant = datetime(2022, 7, 31, 22, tzinfo=UTC)
    assert await price(commune, home) == 100


async def test_a_change_taken_back_before_it_counts(commune: "Commune") -> None:
    home, _ = await enrolled(commune)
    for quotient_familial in (500, 400, 800, 800):
        await commune.family(home, quotient_familial=quotient_familial)
    assert await entitlements(commune, home) == [(2, 100, "2022-08-01"), (3, 330, "2022-08-01")]


async def test_a_quotient_no_longer_declared_costs_the_highest_price(commune: "Commune") -> None:
    home, _ = await enrolled(commune)
    await commune.family(home, quotient_familial=None)
    assert await entitlements(commune, home) == [(2, 350, "2022-08-01")]


async def test_a_changed_tariff_counts_from_the_next_month(commune: "Commune") -> None:
    home, activity_id = await enrolled(commune)
    await commune.put(f"/activities/{activity_id}", commune.canteen(tariff=banded((1000, 360), (None, 400))))
    assert await entitlements(commune, home) == [(2, 360, "2022-08-01")]
    assert await price(commune, home) == 330


async def test_a_tariff_and_a_quotient_changed_at_once_agree(commune: "Commune") -> None:
    home, activity_id = await enrolled(commune)
    await asyncio.gather(
        commune.put(f"/activities/{activity_id}", commune.canteen(tariff=banded((622, 110), (None, 390)))),
        commune.family(home, quotient_familial=500),
    )
    sequence, cents, _ = (await entitlements(commune, home))[-1]
    assert cents == 110
    assert sequence <= 3


async def test_adhesions_of_a_past_season_keep_their_price(commune: "Commune") -> None:
    home, _ = await enrolled(commune)
    commune.harness.clock.instant = datetime(2023, 6, 30, 9, tzinfo=UTC)
    await commune.family(home, quotient_familial=0)
    commune.harness.clock.instant = datetime(2023, 7, 1, 9, tzinfo=UTC)
    await commune.family(home, quotient_familial=2000)
    assert await entitlements(commune, home) == [(2, 100, "2023-07-01")]


async def test_an_activity_is_published_when_it_changes(commune: "Commune") -> None:
    activity_id = await commune.activity()
    await commune.put(f"/activities/{activity_id}", commune.canteen())
    await commune.put(f"/activities/{activity_id}", commune.canteen(name="Cantine"))
    await commune.put(f"/regies/{commune.regie_id}", {"name": "Régie des écoles"})
    await commune.put(f"/regies/{commune.regie_id}", {"name": "Régie des écoles"})
    events = await commune.events("activity_published", "activity_id", activity_id)
    assert [event["sequence"] for event in events] == [1, 2, 3]
    assert json.loads(events[-1]["body"]) == {
        "activity_id": activity_id,
        "name": "Cantine",
        "category": "periscolaire",
        "element_name": "Cantine d'Alixan",
        "season": "2022/2023",
        "opens_on": "2022-09-01",
        "closes_on": "2023-07-08",
        "regie": {"regie_id": str(commune.regie_id), "name": "Régie des écoles"},
        "slots": [],
    }


@pytest.mark.parametrize(
    "unit",
    [
        {"kind": "flat", "cents": 500},
        {"kind": "bands", "bands": [{"up_to": 622, "cents": 100}, {"up_to": None, "cents": 350}]},
        {"kind": "rate", "per_mille_of_qf": 3.6, "floor_cents": 260, "ceiling_cents": 450},
    ],
)
async def test_every_kind_of_tariff_is_given_back_as_it_was_sent(commune: "Commune", unit: dict[str, Any]) -> None:
    tariff = {"adhesion_fee_cents": 0, "label": "à l'unité", "unit": unit}
    activity_id = await commune.activity(tariff=tariff, schools=["École A"])
    body = commune.canteen(tariff=tariff, schools=["École A"])
    async with commune.staff() as client:
        listed = (await client.get("/all-activities")).json()
    (stored,) = [activity for activity in listed if activity["activity_id"] == activity_id]
    assert {key: stored[key] for key in body} == body


@pytest.mark.parametrize(
    "changes",
    [
        {"closes_on": "2022-09-01"},
        {"min_age": 5, "max_age": 4},
        {"category": "autre"},
        {"tariff": banded((622, 100))},
        {"tariff": banded((None, 100), (None, 100))},
        {"tariff": banded()},
        {"opens_on": "demain"},
    ],
)
async def test_a_malformed_activity_is_refused(commune: "Commune", changes: dict[str, Any]) -> None:
    async with commune.staff() as client:
        response = await client.put(f"/activities/{new_id()}", json=commune.canteen(**changes))
    assert response.status_code == 422


async def test_an_activity_needs_its_regie(commune: "Commune") -> None:
    async with commune.staff() as client:
        response = await client.put(f"/activities/{new_id()}", json=commune.canteen())
    assert (response.status_code, response.json()["detail"]) == (404, "Cette régie n'existe pas. Créez-la d'abord.")


async def test_a_past_season_is_no_longer_offered(commune: "Commune") -> None:
    activity_id, home = await commune.activity(), await commune.family()
    commune.harness.clock.instant = datetime(2023, 7, 8, 9, tzinfo=UTC)
    assert activity_id not in [activity["activity_id"] for activity in await commune.read(home, "/activities")]
    async with commune.parent(home) as client:
        response = await client.post(
            "/adhesion-orders", json={"activity_id": activity_id, "member_ids": home.ids("Louis")}
        )
    assert (response.status_code, response.json()["type"].rsplit(":")[-1]) == (409, "activity-closed")
    assert response.json()["detail"] == "La saison 2022/2023 est terminée depuis le 08/07/2023."


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"closes_on": "2022-09-01"}, "closes_on", "la saison finit après avoir commencé"),
        ({"min_age": 5, "max_age": 4}, "max_age", "l'âge le plus haut n'est pas sous l'âge le plus bas"),
        ({"tariff": banded((622, 100))}, "tariff.unit.bands", "la dernière tranche, et elle seule"),
        ({"tariff": banded((622, 1), (600, 2), (None, 3))}, "tariff.unit.bands", "les plafonds des tranches montent"),
    ],
)
async def test_what_contradicts_itself_is_said_in_french_at_its_place(
    commune: "Commune", changes: dict[str, Any], field: str, words: str
) -> None:
    async with commune.staff() as client:
        response = await client.put(f"/activities/{new_id()}", json=commune.canteen(**changes))
    (error,) = response.json()["errors"]
    assert error["field"] == field
    assert words in error["message"]


async def test_a_change_is_tried_before_it_is_saved(commune: "Commune") -> None:
    home, activity_id = await enrolled(commune)
    dearer = commune.canteen(tariff=banded((1000, 360), (None, 400)))
    same = commune.canteen(tariff=banded(*BANDS), name="Cantine")
    async with commune.staff() as client:
        tried = [await client.post(f"/activities/{activity_id}/preview", json=each) for each in (dearer, same)]
        unknown = await client.post(f"/activities/{new_id()}/preview", json=dearer)
        wrong = await client.post(f"/activities/{activity_id}/preview", json=dearer | {"name": ""})
        regie = await client.post(f"/activities/{activity_id}/preview", json=dearer | {"regie_id": str(new_id())})
    effects = [(each.json()["enrolled"], each.json()["repriced"]) for each in (*tried, unknown)]
    assert effects == [(1, 1), (1, 0), (0, 0)]
    assert tried[0].json()["effective_from"] == "2022-08-01"
    (grid,) = tried[0].json()["grids"]
    assert [(line["label"].replace("\xa0", " "), line["unit_cents"]) for line in grid["lines"]] == [
        ("QF jusqu'à 1 000 €", 360),
        ("QF au-delà de 1 000 €", 400),
    ]
    assert (wrong.status_code, regie.status_code) == (422, 404)
    assert await entitlements(commune, home) == [], "nothing is changed"
