"""What works on every booking of an activity is waited for longer than a page is."""

from collections.abc import Awaitable, Callable
from datetime import date

import httpx
import pytest

from web.api import calendars
from web.api.client import Api
from web.api.errors import ServiceUnavailableError

ACTIVITY = "00000000-0000-0000-0000-000000000001"
PAGE_SECONDS, WORK_SECONDS = 10.0, 30.0


@pytest.fixture
async def api():
    def answer(request: httpx.Request) -> httpx.Response:
        if request.extensions["timeout"]["read"] < WORK_SECONDS:
            raise httpx.ReadTimeout("too slow", request=request)
        return httpx.Response(200, json={"reservations": 2, "families": 1})

    async with httpx.AsyncClient(
        base_url="http://api.test", timeout=PAGE_SECONDS, transport=httpx.MockTransport(answer)
    ) as http:
        yield Api(http, "alixan.test")


@pytest.mark.parametrize(
    "work",
    [
        lambda api: calendars.publish(api, ACTIVITY, {}),
        lambda api: calendars.withdraw(api, ACTIVITY, [date(2022, 9, 5)]),
    ],
    ids=["publish", "withdraw"],
)
async def test_its_end_is_waited_for(api: Api, work: Callable[[Api], Awaitable[object]]) -> None:
    await work(api)


async def test_a_page_gives_up_sooner_and_says_so(api: Api) -> None:
    with pytest.raises(ServiceUnavailableError):
        await calendars.schools(api)
