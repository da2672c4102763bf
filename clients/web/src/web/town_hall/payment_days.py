"""What was collected, day by day, to lay beside the bank's statement; the same as a file."""

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from web.api import enrolment, statements
from web.api.enrolment import Regie
from web.attempts import attempt
from web.downloads import pass_on
from web.town_hall.lists import Cursor, DayFilter, IdFilter, Parts
from web.visit import RegisseurVisit

router = APIRouter()

_PATH = "/mairie/encaissements"


@router.get(_PATH)
async def show_day(
    visit: RegisseurVisit, jour: DayFilter = None, regie: IdFilter = None, cursor: Cursor = ""
) -> Response:
    """A day's totals by régie and contract, then each movement with the bank's own numbers."""
    day = jour or (await visit.commune()).today
    bank_day, movements, regies = await asyncio.gather(
        statements.bank_day(visit.api, day, regie),
        statements.bank_movements(visit.api, day, regie, cursor or None),
        attempt(enrolment.regies(visit.api)),
    )
    return await visit.page(
        "town_hall/statements/day.html",
        day=bank_day,
        movements=movements.items,
        regies=regies or [],
        regie_names=names_of(regies),
        chosen_regie=regie or "",
        first_of_month=day.replace(day=1),
        parts=Parts.of(visit.request.url, movements.next_cursor),
    )


@router.get(f"{_PATH}/export")
async def export_days(
    visit: RegisseurVisit,
    du: Annotated[date, Query()],
    au: Annotated[date, Query()],
    regie: IdFilter = None,
) -> Response:
    """The movements of some days, for a spreadsheet."""
    return await pass_on(visit.api, statements.export_path(du, au, regie))


def names_of(regies: list[Regie] | None) -> dict[str, str]:
    """Régies' names by id."""
    return {str(regie.regie_id): regie.name for regie in regies or []}
