"""What every service's API must hold: its document is truthful, and nothing but the public answers without a token."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chassis.testing.plugin import Harness

_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_SETTINGS = settings(
    max_examples=10,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_SOME_ID = "0198a0b2-0000-7000-8000-000000000000"


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The running application on a port of its own, in this event loop: its address."""
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


async def answers_to_anything(harness: Harness, headers: dict[str, str]) -> Counter[int]:
    """Sends generated requests to every documented operation and counts the answers by status.

    Fails on a 5xx, and on a status, content type or body that the document does not describe.
    """
    answers: Counter[int] = Counter()
    schema = schemathesis.openapi.from_dict(harness.app.openapi())
    with_host = {"host": "alixan.localhost", **headers}
    async with served(harness.app) as address:
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found.err()  # noqa: S101
            await asyncio.to_thread(_send_anything, found.ok(), address, with_host, answers)
    return answers


def _send_anything(
    operation: APIOperation[Any, Any, Any, Any], address: str, headers: dict[str, str], answers: Counter[int]
) -> None:
    takes_input = bool(operation.body) or bool(operation.path_parameters) or bool(operation.query)
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if takes_input else (GenerationMode.POSITIVE,):

        @_SETTINGS
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case[Any]) -> None:
            response = case.call(base_url=address, headers=headers)
            case.validate_response(response, checks=_CHECKS)
            answers[response.status_code] += 1

        send()


async def answers_without_token(harness: Harness) -> dict[str, int]:
    """Calls every documented operation without a token: «METHOD path» to status."""
    answers = {}
    async with harness.client() as client:
        for path, operations in harness.app.openapi()["paths"].items():
            url = "http://alixan.localhost" + re.sub(r"{[^}]+}", _SOME_ID, path)
            for method in operations:
                response = await client.request(method, url, json={})
                answers[f"{method.upper()} {path}"] = response.status_code
    return answers
