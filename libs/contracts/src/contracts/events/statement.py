"""What an owner says it holds, so that those who keep a part of it can compare."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.event import Event, Value


class Position(Value):
    """A place in the order in which things are stated: their day, then their id."""

    day: date
    id: UUID


class Statement(Event):
    """One page of a statement: all that the owner holds after ``after``, up to and including ``until``.

    The pages of a statement, whose last one says so, leave no gap. Each is complete in itself: it may be compared
    alone. Instants are business ones. ``unsettled`` are things that the owner holds too but that changed after
    ``settled_until``: their own events may still be on their way, so they are not compared.
    """

    statement_id: UUID
    page: Annotated[int, Field(ge=1)]
    last: bool
    stated_at: datetime
    settled_until: datetime
    after: Position
    until: Position
    unsettled: tuple[UUID, ...]
