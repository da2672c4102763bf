"""The API keeps what its document says; communes are kept apart; a token is needed but to get one."""

from typing import Any

import pytest

from chassis.testing.contract import answers_to_anything, routes_open_to_anyone
from chassis.testing.isolation import isolation_gaps, isolation_leaks
from chassis.testing.plugin import Harness


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("parent", {200, 202, 204, 401, 403, 409, 422}),
        ("administrator", {200, 404, 422}),
        ("operator", {200, 401, 422}),
    ],
)
async def test_whatever_is_sent_the_answer_is_documented(town: Any, who: str, expected: set[int]) -> None:
    account = await town.parent(f"Attaque {who}")
    headers = {
        "parent": town.bearer((await town.log_in(account["user_name"])).json()),
        "administrator": town.administrator,
        "operator": town.operator,
    }[who]
    answers = await answers_to_anything(town.harness, headers, {"account_id": account["account_id"]})
    assert expected <= answers.keys()


async def test_only_what_leads_to_a_token_answers_without(harness: Harness) -> None:
    assert await routes_open_to_anyone(harness) == {
        "GET /api/identity/v1/commune": 200,
        "GET /api/identity/v1/jwks": 200,
        "POST /api/identity/v1/sessions": 422,
        "POST /api/identity/v1/sessions/refresh": 422,
        "POST /api/identity/v1/password-resets": 422,
        "PUT /api/identity/v1/password-resets/{token}": 422,
    }


async def test_communes_are_kept_apart(harness: Harness) -> None:
    assert await isolation_gaps(harness, shared={"signing_key"}) == []
    assert await isolation_leaks(harness) == []
