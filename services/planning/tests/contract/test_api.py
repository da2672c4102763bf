"""The API keeps what its document says; communes are kept apart; nothing answers without a token."""

from typing import Any

import pytest

from chassis.testing.contract import answers_to_anything, routes_open_to_anyone
from chassis.testing.isolation import isolation_gaps, isolation_leaks
from chassis.testing.plugin import ALIXAN, Harness
from chassis.testing.stateful import Link, follows_links
from contracts.values import Role


@pytest.mark.parametrize("role", [Role.PARENT, Role.ADMINISTRATOR])
async def test_whatever_is_sent_the_answer_is_documented(world: Any, harness: Harness, role: Role) -> None:
    canteen = await world.activity()
    family, member = await world.enrolled(canteen)
    headers = harness.signer.headers(ALIXAN.tenant_id, role, family_id=family if role is Role.PARENT else None)
    answers = await answers_to_anything(harness, headers, {"activity_id": canteen, "member_id": member})
    assert {200, 403, 404, 422} <= answers.keys()


SEPTEMBER = {"from": "2022-09-01", "to": "2022-10-01"}
PERIOD = {f"query.{name}": day for name, day in SEPTEMBER.items()}


async def test_chains_of_calls_are_answered_as_documented(world: Any, harness: Harness) -> None:
    canteen = await world.activity()
    family, member = await world.enrolled(canteen)
    first_member = {"query.member_id": "$response.body#/0/member_id", **PERIOD}
    wanted = {**SEPTEMBER, "activity_id": str(canteen), "days": ["2022-09-05", "2022-09-06"]}
    draft, line = "PUT /draft/members/{member_id}", "DELETE /draft/lines/{line_id}"
    links = [
        Link("GET /members", 200, "GET /planning", first_member),
        Link("GET /members", 200, draft, {"path.member_id": "$response.body#/0/member_id"}, wanted),
        Link("GET /draft", 200, "POST /draft/commit"),
        Link("GET /draft", 200, line, {"path.line_id": "$response.body#/lines/0/line_id"}),
        Link("POST /draft/commit", 200, "GET /reservations", PERIOD),
    ]
    parent = harness.signer.headers(ALIXAN.tenant_id, family_id=family)
    await follows_links(harness, parent, links, {"member_id": member}, enough=2)
    links = [
        Link(f"{method} {path}", 200, f"GET {path}", {"path.activity_id": "$request.path.activity_id"})
        for path in ("/activities/{activity_id}/calendar", "/activities/{activity_id}/absence-policy")
        for method in ("GET", "PUT")
    ]
    links.append(
        Link("GET /holidays", 200, "GET /activities/{activity_id}/calendar", {"path.activity_id": str(canteen)})
    )
    administrator = harness.signer.headers(ALIXAN.tenant_id, Role.ADMINISTRATOR)
    await follows_links(harness, administrator, links, {"activity_id": canteen}, enough=1)


async def test_nothing_answers_without_token(harness: Harness) -> None:
    assert await routes_open_to_anyone(harness) == {"GET /api/planning/v1/agendas/{token}.ics": 404}


async def test_communes_are_kept_apart(harness: Harness) -> None:
    assert await isolation_gaps(harness) == []
    assert await isolation_leaks(harness) == []
