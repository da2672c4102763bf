"""An activity with slots: described, published, priced for each family, repriced from the next month."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from chassis.ids import new_id

if TYPE_CHECKING:
    from ..conftest import Commune

pytestmark = pytest.mark.integration

MORNING = {"code": "matin", "name": "Matin", "from_time": "08:30", "until_time": "12:00"}
DAY = {"code": "journee", "name": "Journée avec repas", "from_time": "08:30", "until_time": "17:30"}


def bands(low: int, high: int) -> dict[str, Any]:
    return {"kind": "bands", "bands": [{"up_to": 1000, "cents": low}, {"up_to": None, "cents": high}]}


def slots(cents: int = 450) -> list[dict[str, Any]]:
    """Half a day has its own grid; the whole one costs the activity's unit price."""
    return [MORNING | {"unit": bands(cents, 700)}, DAY]


async def test_slots_are_kept_and_published_in_their_order(commune: "Commune") -> None:
    activity_id = await commune.activity(slots=[DAY, MORNING | {"compatible_with": ["journee"]}])
    async with commune.staff() as client:
        listed = (await client.get("/all-activities")).json()
    (stored,) = [activity for activity in listed if activity["activity_id"] == activity_id]
    assert [(slot["code"], slot["from_time"], slot["compatible_with"]) for slot in stored["slots"]] == [
        ("journee", "08:30", []),
        ("matin", "08:30", ["journee"]),
    ]
    async with commune.staff() as client:
        again = {name: stored[name] for name in stored if name not in {"activity_id", "regie"}}
        assert (await client.put(f"/activities/{activity_id}", json=again)).status_code == 200
    (event,) = await commune.events("activity_published", "activity_id", activity_id)
    assert json.loads(event["body"])["slots"] == [
        DAY | {"compatible_with": []},
        MORNING | {"compatible_with": ["journee"]},
    ]


async def test_a_family_sees_and_gets_its_price_of_each_slot(commune: "Commune") -> None:
    activity_id, home = await commune.activity(slots=slots()), await commune.family()
    (seen,) = [item for item in await commune.read(home, "/activities") if item["activity_id"] == activity_id]
    assert [(slot["name"], slot["unit_price_cents"]) for slot in seen["slots"]] == [
        ("Matin", 450),
        ("Journée avec repas", 500),
    ]
    await commune.settle(home, await commune.pay(home, await commune.order(home, activity_id, "Louis")))
    (paid,) = await commune.events("adhesion_paid", "activity_id", activity_id)
    assert json.loads(paid["body"])["slot_prices"] == [
        {"slot": "matin", "unit_price_cents": 450},
        {"slot": "journee", "unit_price_cents": 500},
    ]


async def test_a_slots_new_price_counts_from_the_next_month(commune: "Commune") -> None:
    activity_id, home = await commune.activity(slots=slots()), await commune.family()
    await commune.settle(home, await commune.pay(home, await commune.order(home, activity_id, "Louis")))
    for _ in range(2):
        await commune.put(f"/activities/{activity_id}", commune.canteen(slots=slots(480)))
    (changed,) = await commune.events("entitlement_changed", "activity_id", activity_id)
    body = json.loads(changed["body"])
    assert (body["effective_from"], body["unit_price_cents"]) == ("2022-08-01", 500)
    assert {price["slot"]: price["unit_price_cents"] for price in body["slot_prices"]} == {"matin": 480, "journee": 500}


@pytest.mark.parametrize(
    "wrong",
    [
        [MORNING, MORNING | {"name": "Autre"}],
        [MORNING, MORNING | {"code": "autre"}],
        [MORNING | {"until_time": "08:30"}],
        [MORNING | {"compatible_with": ["soir"]}],
        [MORNING | {"compatible_with": ["matin"]}],
        [MORNING | {"code": "Matin !"}],
        [MORNING | {"from_time": "24:00"}],
    ],
)
async def test_malformed_slots_are_refused(commune: "Commune", wrong: list[dict[str, Any]]) -> None:
    async with commune.staff() as client:
        response = await client.put(f"/activities/{new_id()}", json=commune.canteen(slots=wrong))
    assert response.status_code == 422
