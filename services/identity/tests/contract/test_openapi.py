"""The OpenAPI document tells the truth, whatever the service is sent."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chassis.ids import new_id

_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@contextlib.asynccontextmanager
async def _served(app: FastAPI) -> AsyncIterator[str]:
    """The running application on a port of its own, in this event loop: schemathesis sends from a thread."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, ws="none"))
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(10):
            while not server.started:
                await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


def _attack(
    operation: APIOperation, base_url: str, headers: dict[str, str], ids: dict[str, str], answers: set[int]
) -> None:
    known = {name: value for name, value in ids.items() if f"{{{name}}}" in operation.path}
    cases = st.one_of(
        operation.as_strategy(),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        operation.as_strategy(path_parameters=known),
    )

    @settings(
        max_examples=20,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def attack(case: Case) -> None:
        sent = {**headers, "host": "alixan.localhost", "x-real-ip": str(new_id())}
        response = case.call_and_validate(base_url=base_url, headers=sent, checks=_CHECKS)
        answers.add(response.status_code)

    attack()


@pytest.mark.parametrize(
    ("who", "paths", "expected"),
    [
        ("parent", r"^(?!.*/communes)", {200, 202, 204, 401, 403, 422}),
        ("administrator", "/accounts", {200, 404, 422}),
        ("operator", "/communes", {200, 422}),
    ],
)
async def test_answers_are_documented(town: Any, who: str, paths: str, expected: set[int]) -> None:
    """Everything as a parent; as the others, what is theirs alone."""
    account = await town.parent(f"Attaque {who}")
    headers = {
        "parent": town.bearer((await town.log_in(account["user_name"])).json()),
        "administrator": town.administrator,
        "operator": town.operator,
    }[who]
    ids = {"account_id": str(account["account_id"]), "tenant_id": str(new_id())}
    document = schemathesis.openapi.from_dict(town.harness.app.openapi())
    answers: set[int] = set()
    async with _served(town.harness.app) as base_url:
        for operation in document.get_all_operations():
            if re.search(paths, operation.ok().path):
                await asyncio.to_thread(_attack, operation.ok(), base_url, headers, ids, answers)
    assert expected <= answers
