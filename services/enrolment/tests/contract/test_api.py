"""The API's promises: isolation of communes, authentication everywhere, an OpenAPI document that tells the truth."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

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
from chassis.migrations import tables_without_isolation
from chassis.testing.plugin import Harness
from contracts.values import Role

if TYPE_CHECKING:
    from ..conftest import Commune

pytestmark = pytest.mark.contract

_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


async def test_every_table_of_a_commune_is_isolated(harness: Harness) -> None:
    assert [row["relname"] for row in await harness.query(tables_without_isolation())] == []


def _operations(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    paths = app.openapi()["paths"]
    return [(method, path, operation) for path, methods in paths.items() for method, operation in methods.items()]


async def test_nothing_is_answered_without_a_token(harness: Harness) -> None:
    operations = _operations(harness.app)
    assert len(operations) == 17
    async with harness.client() as client:
        for method, path, operation in operations:
            assert operation["security"], path
            url = f"http://alixan.localhost{path}".replace("{", "").replace("}", "")
            response = await client.request(method, url)
            assert response.status_code == 401, (method, path)


@pytest.mark.parametrize("role", [Role.AGENT, Role.REGISSEUR, Role.PARENT])
async def test_only_administrators_describe_activities(commune: "Commune", role: Role) -> None:
    async with commune.staff(role) as client:
        answers = [
            await client.put(f"/regies/{new_id()}", json={"name": "Régie"}),
            await client.put(f"/activities/{new_id()}", json=commune.canteen()),
        ]
    assert [answer.status_code for answer in answers] == [403, 403]


async def test_parents_and_staff_keep_to_their_side(commune: "Commune") -> None:
    home = await commune.family()
    async with commune.parent(home) as client:
        for path in ("/families", f"/families/{home.family_id}", "/adhesions", "/all-activities", "/surplus-payments"):
            assert (await client.get(path)).status_code == 403
        assert (await client.put(f"/families/{home.family_id}", json=home.file())).status_code == 403
    async with commune.staff() as client:
        for path in ("/family", "/activities", "/adhesion-orders"):
            assert (await client.get(path)).status_code == 403


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
        response = case.call_and_validate(base_url=base_url, headers=headers, checks=_CHECKS)
        answers.add(response.status_code)

    attack()


@pytest.mark.parametrize("role", [Role.PARENT, Role.ADMINISTRATOR])
async def test_answers_are_documented(commune: "Commune", role: Role) -> None:
    home, activity_id = await commune.family(), await commune.activity()
    order = await commune.order(home, activity_id, "Louis")
    ids = {
        "order_id": order["order_id"],
        "family_id": str(home.family_id),
        "activity_id": activity_id,
        "regie_id": str(commune.regie_id),
        "guardian_id": str(home.guardian_id),
    }
    client = commune.parent(home) if role is Role.PARENT else commune.staff(role)
    headers = {"authorization": client.headers["authorization"], "host": "alixan.localhost"}
    document = schemathesis.openapi.from_dict(commune.harness.app.openapi())
    answers: set[int] = set()
    async with _served(commune.harness.app) as base_url:
        for result in document.get_all_operations():
            operation = result.ok()
            if (operation.tags == ["town hall"]) is (role is not Role.PARENT):
                await asyncio.to_thread(_attack, operation, base_url, headers, ids, answers)
    assert {200, 404, 422} <= answers
