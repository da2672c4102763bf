"""The API keeps what its document says; communes are kept apart; nothing answers without a token."""

from typing import Any

import pytest

from chassis.ids import new_id
from chassis.testing.contract import answers_to_anything, routes_open_to_anyone
from chassis.testing.isolation import isolation_gaps, isolation_leaks
from chassis.testing.plugin import ALIXAN, Harness
from chassis.testing.stateful import Link, follows_links
from contracts.values import Role


@pytest.mark.parametrize("role", [Role.PARENT, Role.ADMINISTRATOR])
async def test_whatever_is_sent_the_answer_is_documented(commune: Any, harness: Harness, role: Role) -> None:
    home, activity_id = await commune.family(), await commune.activity()
    order = await commune.order(home, activity_id, "Louis")
    known = {
        "order_id": order["order_id"],
        "family_id": home.family_id,
        "activity_id": activity_id,
        "regie_id": commune.regie_id,
        "guardian_id": home.guardian_id,
    }
    family_id, guardian_id = (home.family_id, home.guardian_id) if role is Role.PARENT else (None, None)
    headers = harness.signer.headers(ALIXAN.tenant_id, role, family_id=family_id, guardian_id=guardian_id)
    answers = await answers_to_anything(harness, headers, known)
    assert {200, 403, 404, 422} <= answers.keys()


async def test_chains_of_calls_are_answered_as_documented(commune: Any, harness: Harness) -> None:
    home = await commune.family()
    await commune.activity()
    parent = harness.signer.headers(ALIXAN.tenant_id, family_id=home.family_id, guardian_id=home.guardian_id)
    wanted = {"activity_id": "$response.body#/0/activity_id", "member_ids": home.ids("Louis")}
    links = [Link("GET /activities", 200, "POST /adhesion-orders", body=wanted)]
    await follows_links(harness, parent, links, enough=2)
    administrator = harness.signer.headers(ALIXAN.tenant_id, Role.ADMINISTRATOR)
    first = {"path.family_id": "$response.body#/items/0/family_id"}
    link = Link("GET /families", 200, "GET /families/{family_id}", first)
    await follows_links(harness, administrator, [link], enough=2)


async def test_nothing_answers_without_token(harness: Harness) -> None:
    assert await routes_open_to_anyone(harness) == {}


async def test_communes_are_kept_apart(harness: Harness) -> None:
    assert await isolation_gaps(harness) == []
    assert await isolation_leaks(harness) == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.REGISSEUR, Role.PARENT])
async def test_only_administrators_describe_activities(commune: Any, role: Role) -> None:
    async with commune.staff(role) as client:
        answers = [
            await client.put(f"/regies/{new_id()}", json={"name": "Régie"}),
            await client.put(f"/activities/{new_id()}", json=commune.canteen()),
            await client.post(f"/activities/{new_id()}/preview", json=commune.canteen()),
        ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


async def test_parents_and_staff_keep_to_their_side(commune: Any) -> None:
    home = await commune.family()
    async with commune.parent(home) as client:
        for path in ("/families", f"/families/{home.family_id}", "/adhesions", "/all-activities", "/surplus-payments"):
            assert (await client.get(path)).status_code == 403
        assert (await client.put(f"/families/{home.family_id}", json=home.file())).status_code == 403
    async with commune.staff() as client:
        for path in ("/family", "/activities", "/adhesion-orders"):
            assert (await client.get(path)).status_code == 403
