"""The service keeps what its OpenAPI document says, whatever it is sent."""

import asyncio
import contextlib

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from contracts.values import Role

_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_SETTINGS = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@contextlib.asynccontextmanager
async def _served(app):
    """The running application on a port of its own, in this event loop."""
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


def _attack(operation, base_url, headers, answers):
    @_SETTINGS
    @given(case=operation.as_strategy())
    def attack(case):
        response = case.call_and_validate(base_url=base_url, headers=headers, checks=_CHECKS)
        answers.add(response.status_code)

    attack()


@pytest.mark.parametrize("role", [Role.PARENT, Role.ADMINISTRATOR])
async def test_answers_are_documented(harness, town, home, role):
    await town.book(home)
    await town.run()
    family_id = home.family_id if role is Role.PARENT else None
    headers = {
        **harness.signer.headers(town.tenant, role, family_id=family_id),
        "host": "alixan.localhost",
    }
    schema = schemathesis.openapi.from_dict(harness.app.openapi())
    answers = set()
    async with _served(harness.app) as base_url:
        for operation in schema.get_all_operations():
            await asyncio.to_thread(_attack, operation.ok(), base_url, headers, answers)
    assert 200 in answers
    assert answers & {403, 404, 422}
