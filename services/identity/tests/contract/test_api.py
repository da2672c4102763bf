"""The API keeps what its document says; communes are kept apart; a token is needed but to get one."""

from typing import Any

import pytest

from chassis.testing.contract import answers_to_anything, routes_open_to_anyone
from chassis.testing.isolation import isolation_gaps, isolation_leaks
from chassis.testing.plugin import Harness
from chassis.testing.stateful import Link, follows_links


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


async def test_chains_of_calls_are_answered_as_documented(town: Any) -> None:
    account = await town.parent("Enchaînée")
    credentials = {"user_name": account["user_name"], "password": "girafe pliante du jeudi"}
    refreshed = {"refresh_token": "$response.body#/refresh_token"}
    links = [
        Link("GET /commune", 200, "POST /sessions", body=credentials),
        Link("POST /sessions", 200, "POST /sessions/refresh", body=refreshed),
        Link("POST /sessions/refresh", 200, "POST /sessions/refresh", body=refreshed),
        Link("POST /sessions", 200, "GET /account"),
    ]
    headers = town.bearer((await town.log_in(account["user_name"])).json())
    await follows_links(town.harness, headers, links, enough=2)
    first_password = "POST /accounts/{account_id}/first-password"
    found = {"path.account_id": str(account["account_id"])}
    links = [Link("GET /commune", 200, first_password, found, {"password": None})]
    await follows_links(town.harness, town.administrator, links, enough=1)


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
