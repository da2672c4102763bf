"""What requests and answers have in common."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, Self, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict

ItemT = TypeVar("ItemT", bound=BaseModel)

Limit = Annotated[int, Query(ge=1, le=100)]
"""How many items a page may have."""


class Payload(BaseModel):
    """The base of what is received: what it does not name is refused, so that nobody sends an amount or a state."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel, Generic[ItemT]):
    """A part of a list. ``next_cursor`` asks for the following part; None at the end."""

    items: list[ItemT]
    next_cursor: str | None

    @classmethod
    def cut(cls, items: Sequence[ItemT], limit: int, cursor: Callable[[ItemT], object]) -> Self:
        """The first ``limit`` of the items; one more was read, to know whether others follow."""
        shown = list(items[:limit])
        return cls(items=shown, next_cursor=str(cursor(shown[-1])) if len(items) > limit else None)
