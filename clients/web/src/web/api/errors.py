"""What can come back from the API instead of an answer."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any, TypeVar

_TYPE_PREFIX = "urn:portail-famille:problem:"
T = TypeVar("T")


class ApiError(Exception):
    """Base of what the API client raises."""


class ApiProblem(ApiError):  # noqa: N818 - the name of the document (RFC 9457)
    """The API refused: a problem document with a stable slug and a French sentence."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        self.status = status
        self.slug = str(document.get("type", "")).removeprefix(_TYPE_PREFIX)
        self.detail = str(document.get("detail", ""))
        self.members = document
        super().__init__(f"{status} {self.slug}")

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The days that are refused, each with its reason, where the problem names such (lines-refused)."""
        found: list[dict[str, Any]] = self.members.get("lines", [])
        return found

    @property
    def reasons(self) -> list[str]:
        """The reason of each refused day."""
        return [str(line.get("reason", "")) for line in self.lines]


class SessionEndedError(ApiError):
    """The access token is refused and could not be renewed: log in again."""


class ServiceUnavailableError(ApiError):
    """A service does not answer, or answers what no page can show."""

    def __init__(self, service: str, cause: str) -> None:
        self.service = service
        super().__init__(f"{service}: {cause}")


async def if_there(asking: Awaitable[T]) -> T | None:
    """The answer, or None when what is asked for does not exist, or no longer."""
    try:
        return await asking
    except ApiProblem as problem:
        if problem.status != HTTPStatus.NOT_FOUND:
            raise
        return None
