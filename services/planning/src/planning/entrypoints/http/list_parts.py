"""Lists of the day are read whole, or by school and by group of the activity."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Query
from pydantic import BaseModel
from sqlalchemy import Row

from chassis.errors import NotFoundError
from contracts.values import MemberKind
from planning.domain.activities import Activity
from planning.domain.day_lists import Listed, Part, expected_by_group, expected_by_school
from planning.domain.groups import Group
from planning.domain.members import Member


class SchoolOfList(BaseModel):
    """A school on a list, empty for those whose file names none, and how many of it are expected."""

    school: str
    expected: int


class GroupOfList(BaseModel):
    """A group of the activity, and how many of it are expected."""

    code: str
    name: str
    expected: int


class PartsOfList(BaseModel):
    """What a whole list can be narrowed to, whatever it is narrowed to now."""

    schools: list[SchoolOfList]
    groups: list[GroupOfList]


class AskedPart(NamedTuple):
    """The school and the code of the group that are asked for; None means any."""

    school: str | None
    group: str | None


async def _asked(
    school: Annotated[str | None, Query(max_length=200)] = None,
    group: Annotated[str | None, Query(max_length=20)] = None,
) -> AskedPart:
    return AskedPart(school, group)


PartAsked = Annotated[AskedPart, Depends(_asked)]
"""``school`` is empty for those whose file names none; ``group`` is a code of the activity's calendar."""


def groups_of(activity: Activity | None) -> Sequence[Group]:
    """The groups of an activity's calendar."""
    return activity.calendar.groups if activity and activity.calendar else ()


def part_of(asked: AskedPart, groups: Sequence[Group]) -> Part:
    """The part that is asked for. Raises ``NotFoundError`` for a group that the activity does not have."""
    if asked.group is None:
        return Part(asked.school)
    group = next((group for group in groups if group.code == asked.group), None)
    if group is None:
        raise NotFoundError
    return Part(asked.school, group)


def parts_of(rows: Iterable[Row[Any]], groups: Sequence[Group], day: date) -> PartsOfList:
    """The parts of a list."""
    listed = [Listed(member_of(row), is_expected(row)) for row in rows]
    return PartsOfList(
        schools=[SchoolOfList(school=school, expected=count) for school, count in expected_by_school(listed)],
        groups=[
            GroupOfList(code=group.code, name=group.name, expected=count)
            for group, count in expected_by_group(listed, groups, day)
        ],
    )


def is_expected(row: Row[Any]) -> bool:
    """Whether someone of a list booked and no absence was announced."""
    return bool(row.booked) and row.attendance is None


def member_of(row: Row[Any]) -> Member:
    """The member of a row of a list."""
    return Member(row.member_id, MemberKind(row.kind), row.first_name, row.birth_date, row.school)
