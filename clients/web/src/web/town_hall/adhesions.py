"""Adhesions of all families."""

import asyncio

from fastapi import APIRouter, Response

from web.api import enrolment
from web.attempts import attempt
from web.town_hall.lists import AdhesionStatus, Cursor, IdFilter, Parts, WordsFilter
from web.visit import StaffVisit

router = APIRouter()


@router.get("/mairie/adhesions")
async def list_adhesions(
    visit: StaffVisit,
    activite: IdFilter = None,
    etat: AdhesionStatus = None,
    recherche: WordsFilter = "",
    cursor: Cursor = "",
) -> Response:
    """The latest first, by activity, status and name."""
    found, activities = await asyncio.gather(
        enrolment.commune_adhesions(
            visit.api, activity_id=activite, status=etat, query=recherche or None, cursor=cursor or None
        ),
        attempt(enrolment.commune_activities(visit.api)),
    )
    return await visit.page(
        "town_hall/adhesions.html",
        adhesions=found.items,
        activities=activities or [],
        chosen={"activity": activite, "status": etat or "", "words": recherche},
        parts=Parts.of(visit.request.url, found.next_cursor),
    )
