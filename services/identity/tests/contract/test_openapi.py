"""The OpenAPI document tells the truth, whatever the service is sent."""

from typing import Any

import pytest

from chassis.testing.contract import answers_to_anything


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("parent", {200, 202, 204, 401, 403, 409, 422}),
        ("administrator", {200, 404, 422}),
        ("operator", {200, 401, 422}),
    ],
)
async def test_answers_are_documented(town: Any, who: str, expected: set[int]) -> None:
    account = await town.parent(f"Attaque {who}")
    headers = {
        "parent": town.bearer((await town.log_in(account["user_name"])).json()),
        "administrator": town.administrator,
        "operator": town.operator,
    }[who]
    answers = await answers_to_anything(town.harness, headers)
    assert expected <= answers.keys()
