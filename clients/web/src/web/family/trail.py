"""«Historique»: who booked or cancelled what, when."""

from fastapi import APIRouter, Response

from web.api import advanced
from web.town_hall.lists import Cursor, Parts
from web.trail import deeds
from web.visit import ParentVisit

router = APIRouter()


@router.get("/planning/historique")
async def show_trail(visit: ParentVisit, cursor: Cursor = "") -> Response:
    """What was done for the family, the newest first."""
    found = await advanced.own_trail(visit.api, cursor or None)
    parts = Parts.of(visit.request.url, found.next_cursor)
    return await visit.page("family/planning/trail.html", deeds=deeds(found.items), parts=parts)
