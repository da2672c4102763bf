"""The answer of ``GET /reconciliation``, the same in every service that compares."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import RowMapping

DifferenceState = Annotated[Literal["open", "mended"] | None, Query(description="both, and those closed, unless given")]
DifferenceCursor = Annotated[UUID | None, Query(description="`next_cursor` of the previous part")]
DifferenceLimit = Annotated[int, Query(ge=1, le=100)]


class Check(BaseModel):
    """The last statement of an owner that was compared whole, and how many things it named."""

    source: str
    stated_at: datetime
    checked_at: datetime
    compared: int


class DifferenceView(BaseModel):
    """A difference in words. ``advice`` says what a person does about it; None when there is nothing to do.

    ``closed_at`` is set once it is mended or a later statement agrees.
    """

    difference_id: UUID
    kind: str
    subject_id: UUID
    family_id: UUID
    sentence: str
    advice: str | None
    expected: dict[str, Any] | None
    found: dict[str, Any] | None
    found_at: datetime
    mended_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, row: RowMapping, sentence: str, advice: str) -> "DifferenceView":
        """Reads a row of ``list_differences``."""
        return cls.model_validate({**row, "sentence": sentence, "advice": None if row["closed_at"] else advice})


class Reconciliation(BaseModel):
    """Differences, the last found first, and the last checks."""

    checks: list[Check]
    items: list[DifferenceView]
    next_cursor: UUID | None


class StatementAsked(BaseModel):
    """The statement is on its way; a check with ``stated_at`` at or after ``asked_at`` has its result."""

    asked_at: datetime
