"""enrolment: activities as the town hall describes them, with their tariffs and slots."""

from datetime import date
from typing import Any
from uuid import UUID

from web.api.client import Answer, Api
from web.api.enrolment import PriceBand

_BASE = "enrolment/v1"
_SHOWN_ONLY = ("activity_id", "regie")

Document = dict[str, Any]
"""An activity, or a part of one, in the API's own fields."""


class Grid(Answer):
    """The prices of a unit; ``slot``: of a slot that has a grid of its own."""

    slot: str | None
    lines: list[PriceBand]


class Tried(Answer):
    """What saving would do. ``enrolled`` have the activity beyond ``effective_from``; ``repriced`` of them pay another
    price from then on.
    """

    effective_from: date
    enrolled: int
    repriced: int
    grids: list[Grid]


async def description(api: Api, activity_id: UUID) -> Document | None:
    """An activity as it is sent; None when there is none of this id."""
    for each in await api.get(list[Document], f"{_BASE}/all-activities"):
        if each["activity_id"] == str(activity_id):
            return {name: value for name, value in each.items() if name not in _SHOWN_ONLY}
    return None


async def preview(api: Api, activity_id: UUID, document: Document) -> Tried:
    """What saving would do. Problem 422 with ``errors`` for what is wrong, 404 for an unknown régie."""
    return await api.send(Tried, "POST", f"{_BASE}/activities/{activity_id}/preview", document)


async def save(api: Api, activity_id: UUID, document: Document) -> None:
    """Creates or replaces it. Refused like ``preview``."""
    await api.command("PUT", f"{_BASE}/activities/{activity_id}", document)
