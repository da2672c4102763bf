"""«Pointage»: who is there. Works by plain forms; a script keeps the ticks while the connection is lost."""

import asyncio
from datetime import date
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID, uuid5

from fastapi import APIRouter, Form, Response
from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from web.api import presence
from web.api.planning import WHOLE_DAY
from web.api.presence import Mark
from web.forms import ShortText
from web.navigation import see_other
from web.town_hall.list_parts import ChosenPart, PartFilter
from web.town_hall.lists import DayFilter, IdFilter, SlotFilter, WordsFilter, activity_name
from web.visit import StaffVisit

router = APIRouter()

_PATH = "/mairie/pointage"
_MARKS = TypeAdapter(list[Mark])
_MOST_TEXT = 200_000
_MOST_CHILDREN = 300
"""On a page that is ticked."""
SlotField = Annotated[str, Form(max_length=20)]


@router.get(_PATH)
async def show_list(
    visit: StaffVisit,
    part: PartFilter,
    *,
    activite: IdFilter = None,
    jour: DayFilter = None,
    creneau: SlotFilter = WHOLE_DAY,
    recherche: WordsFilter = "",
) -> Response:
    """The list of a slot of a day, or a part of it; without activity, the reservations, where one is chosen.

    A list too long to be ticked as one is shown as its schools and groups, to choose from.
    """
    if activite is None:
        return see_other("/mairie/reservations")
    day = jour or (await visit.commune()).today
    found, name = await asyncio.gather(
        presence.presence(visit.api, activite, day, creneau, part=part.asked, words=recherche),
        activity_name(visit, activite),
    )
    is_too_long = part.is_whole and len(found.children) > _MOST_CHILDREN
    return await visit.page(
        "town_hall/presence.html",
        found=found,
        name=name,
        part=part,
        words=recherche,
        kept=_kept(part, recherche),
        is_divided=is_too_long and bool(len(found.schools) > 1 or found.groups),
        there=sum(child.present is True for child in found.children),
        away=sum(child.present is False or child.is_only_announced_absent for child in found.children),
        expected=sum(child.booked and child.attendance is None for child in found.children),
    )


@router.post(_PATH)
async def mark_one(
    visit: StaffVisit,
    part: PartFilter,
    *,
    activite: Annotated[UUID, Form()],
    jour: Annotated[date, Form()],
    enfant: Annotated[UUID, Form()],
    present: Annotated[bool, Form()],
    parti: ShortText = "",
    creneau: SlotField = WHOLE_DAY,
    idempotency_key: ShortText = "",
    recherche: WordsFilter = "",
) -> Response:
    """One tick, by a button; back to the child in the list. The same form twice is one tick. ``parti``: «18:47»."""
    mark = Mark(mark_id=uuid5(enfant, idempotency_key), member_id=enfant, present=present, left_at=parti[:5] or None)
    await presence.send_marks(visit.api, activite, jour, creneau, [mark])
    query = urlencode({"activite": activite, "jour": jour, "creneau": creneau})
    return see_other(f"{_PATH}?{query}{_kept(part, recherche)}#enfant-{enfant}")


def _kept(part: ChosenPart, words: str) -> str:
    """What the address says beside the list: the part shown and the name looked for."""
    return part.kept + ("&" + urlencode({"recherche": words}) if words else "")


@router.post(f"{_PATH}/marques")
async def keep_marks(
    visit: StaffVisit,
    *,
    activite: Annotated[UUID, Form()],
    jour: Annotated[date, Form()],
    marques: Annotated[str, Form(max_length=_MOST_TEXT)],
    creneau: SlotField = WHOLE_DAY,
) -> Response:
    """Ticks that a tablet kept, as JSON. Answers once they are kept here."""
    try:
        marks = _MARKS.validate_json(marques)
    except ValidationError as error:
        raise HTTPException(422) from error
    if marks:
        await presence.send_marks(visit.api, activite, jour, creneau, marks)
    return JSONResponse({"kept": len(marks)})
