"""FastAPI runs a plain function in a thread, at several times its cost: routes and what they ask for are coroutines."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from chassis.__main__ import load_service
from portail_local.layout import SERVICES


def in_threads(router: APIRouter) -> set[str]:
    """Routes and dependencies that are plain functions."""
    calls = [call for route in router.routes if isinstance(route, APIRoute) for call in _calls(route.dependant)]
    return {call.__name__ for call in calls if inspect.isfunction(call) and not inspect.iscoroutinefunction(call)}


def _calls(dependant: Any) -> Iterator[Any]:
    yield dependant.call
    for dependency in dependant.dependencies:
        yield from _calls(dependency)


@pytest.mark.parametrize("name", SERVICES)
def test_no_request_waits_for_a_thread(name: str) -> None:
    assert set[str]().union(*(in_threads(router) for router in load_service(name).routers)) == set()


def test_a_planted_plain_function_is_found() -> None:
    router = APIRouter()

    def planted() -> int:
        return 1

    @router.get("/")
    async def read(_number: int = Depends(planted)) -> None:
        pass

    assert in_threads(router) == {"planted"}
