"""What the kitchen asks: how many, of which school, diet and age; and whether the number may still change."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from chassis.http.dependencies import CurrentTransaction, Staff
from chassis.http.scope import PortalRoute
from chassis.spreadsheet import MARK, MEDIA_TYPE, Cell, csv_rows
from contracts.values import Diet
from planning.adapters.kitchen_queries import portions
from planning.domain.kitchen import DIET_WORDS, Portions, final_from
from planning.domain.slots import DaySlot
from planning.entrypoints.http.common import CurrentCommune, ListPeriod
from planning.entrypoints.http.stores import Published

router = APIRouter(route_class=PortalRoute, tags=["town hall"])

ActivityId = Annotated[UUID | None, Query()]
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
_TITLES = ("Jour", "Activité", "Créneau", "École", "Régime", "Moins de 6 ans", "6 à 11 ans", "12 ans et plus")
_UNKNOWN_AGE, _TOTAL = "Âge inconnu", "Total"


class SchoolCount(BaseModel):
    """Expected of one school and diet, by age on the day. ``school`` is empty when not known.

    ``unknown_age``: those whose birth date is not known.
    """

    model_config = ConfigDict(from_attributes=True)

    school: str
    diet: Diet
    under_6: int
    from_6_to_11: int
    from_12: int
    unknown_age: int
    total: int


class KitchenCount(BaseModel):
    """Expected in a slot of a day, without those announced absent.

    ``final_from``: the last instant at which families may still book or cancel; ``is_final`` once it is past.
    """

    day: date
    activity_id: UUID
    activity_name: str
    slot: str
    slot_name: str | None
    total: int
    is_final: bool
    final_from: datetime | None
    schools: list[SchoolCount]


@router.get("/kitchen-counts")
async def list_kitchen_counts(
    period: ListPeriod,
    _principal: Staff,
    commune: CurrentCommune,
    transaction: CurrentTransaction,
    published: Published,
    activity_id: ActivityId = None,
) -> list[KitchenCount]:
    """By day, activity and slot; slots for which nobody is expected are left out."""
    counted = await portions(transaction, period, activity_id)
    activities, holidays = published
    now = transaction.now()

    def count(of: Sequence[Portions]) -> KitchenCount:
        first = of[0]
        activity = activities.get(first.activity_id)
        when = DaySlot(first.day, first.slot)
        until = final_from(activity, when, holidays, commune.time_zone) if activity else None
        return KitchenCount(
            day=first.day,
            activity_id=first.activity_id,
            activity_name=first.activity_name,
            slot=first.slot,
            slot_name=first.slot_name,
            total=sum(each.total for each in of),
            is_final=until is not None and until < now,
            final_from=until,
            schools=[SchoolCount.model_validate(each) for each in of],
        )

    return [count(of) for of in _by_slot(counted)]


@router.get("/kitchen-counts.csv", response_class=Response, responses=_FILE)
async def download_kitchen_counts(
    period: ListPeriod, _principal: Staff, transaction: CurrentTransaction, activity_id: ActivityId = None
) -> Response:
    """The same as a file for a spreadsheet, with a column for unknown ages where there are any."""
    counted = await portions(transaction, period, activity_id)
    are_unknown = any(each.unknown_age for each in counted)
    rows: list[tuple[Cell, ...]] = [(*_TITLES, *([_UNKNOWN_AGE] if are_unknown else []), _TOTAL)]
    rows += [
        (
            *(each.day, each.activity_name, each.slot_name or "", each.school, DIET_WORDS[each.diet]),
            *(each.under_6, each.from_6_to_11, each.from_12),
            *([each.unknown_age] if are_unknown else []),
            each.total,
        )
        for each in counted
    ]
    name = f"cuisine-{period[0]}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(MARK + csv_rows(rows), media_type=MEDIA_TYPE, headers=headers)


def _by_slot(counted: Sequence[Portions]) -> Iterator[list[Portions]]:
    for _, of in groupby(counted, key=lambda each: (each.day, each.activity_id, each.slot)):
        yield list(of)
