"""What every service's API must hold: its document is truthful, and nothing but the public answers without a token."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chassis.testing.plugin import Harness

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_SETTINGS = settings(
    max_examples=7,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_ONCE = settings(_SETTINGS, max_examples=1)
_SOME_ID = "0198a0b2-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class _Called:
    """An operation, method and path as the document has them, and what it answered."""

    operation: tuple[str, str]
    asks_for_a_token: bool
    status: int


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The running application on a port of its own, in this event loop: its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, ws="none"))
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(30):
            while not server.started:
                await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def answers_to_anything(
    harness: Harness, headers: dict[str, str], known: Mapping[str, object] | None = None
) -> Counter[int]:
    """Sends generated requests to every documented operation and counts the answers by status.

    ``known`` gives path parameters of things that exist, so that requests also reach what lies behind a 404.
    Fails on a 5xx, and on a status, content type or body that the document does not describe. Operations that are not
    for this caller are asked once: what is sent to them is never looked at.
    """
    answers: Counter[int] = Counter()
    schema = schemathesis.openapi.from_dict(harness.app.openapi())
    with_host = {"host": "alixan.localhost", **headers}
    refused = await forbidden(harness, headers)
    async with served(harness.app) as address:
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found.err()  # noqa: S101
            operation = found.ok()
            is_refused = (operation.method.upper(), operation.path) in refused
            how_many = _ONCE if is_refused else _SETTINGS
            for cases in [_positive(operation)] if is_refused else _strategies(operation, known or {}):
                await asyncio.to_thread(_send_anything, cases, address, with_host, answers, how_many)
    return answers


async def forbidden(harness: Harness, headers: Mapping[str, str]) -> set[tuple[str, str]]:
    """The operations that are not for this caller, by method and path."""
    return {called.operation for called in await _call_each(harness, headers) if called.status == HTTPStatus.FORBIDDEN}


async def _call_each(harness: Harness, headers: Mapping[str, str]) -> list[_Called]:
    """Calls every documented operation once, with an id that nothing has and an empty body."""
    called = []
    async with harness.client(headers=dict(headers)) as client:
        for path, operations in harness.app.openapi()["paths"].items():
            url = "http://alixan.localhost" + re.sub(r"{[^}]+}", _SOME_ID, path)
            for method, operation in operations.items():
                status = (await client.request(method, url, json={})).status_code
                called.append(_Called((method.upper(), path), bool(operation.get("security")), status))
    return called


def _positive(operation: APIOperation[Any, Any, Any, Any]) -> st.SearchStrategy[Case[Any]]:
    return operation.as_strategy(generation_mode=GenerationMode.POSITIVE)


def _strategies(
    operation: APIOperation[Any, Any, Any, Any], known: Mapping[str, object]
) -> list[st.SearchStrategy[Case[Any]]]:
    strategies = [_positive(operation)]
    if operation.body or operation.path_parameters or operation.query:
        strategies.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    existing = {name: str(value) for name, value in known.items() if f"{{{name}}}" in operation.path}
    if existing:
        strategies.append(operation.as_strategy(path_parameters=existing))
    return strategies


def _send_anything(
    cases: st.SearchStrategy[Case[Any]],
    address: str,
    headers: dict[str, str],
    answers: Counter[int],
    how_many: settings,
) -> None:
    @how_many
    @given(case=cases)
    def send(case: Case[Any]) -> None:
        response = case.call(base_url=address, headers=headers)
        case.validate_response(response, checks=CHECKS)
        answers[response.status_code] += 1

    send()


async def routes_open_to_anyone(harness: Harness) -> dict[str, int]:
    """Calls every documented operation without a token: those that do not refuse, «METHOD path» to status.

    Fails where the document does not tell the two apart by ``security``.
    """
    called = await _call_each(harness, {})
    assert called  # noqa: S101
    for each in called:
        assert each.asks_for_a_token is (each.status == HTTPStatus.UNAUTHORIZED), each  # noqa: S101
    return {" ".join(each.operation): each.status for each in called if not each.asks_for_a_token}
