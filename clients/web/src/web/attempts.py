"""Parts of a page that may fail alone."""

from collections.abc import Awaitable
from typing import TypeVar

import structlog

from web.api.errors import ApiProblem, ServiceUnavailableError

_log = structlog.get_logger(__name__)
T = TypeVar("T")


async def attempt(reading: Awaitable[T]) -> T | None:
    """The answer, or None when the service is away: the page then says so in that place and shows the rest."""
    try:
        return await reading
    except (ServiceUnavailableError, ApiProblem) as error:
        _log.warning("part_unavailable", cause=str(error))
        return None
