"""The trail of a family's reservations, as the family reads it."""

from uuid import UUID

from fastapi import APIRouter, Response

from web.api import advanced
from web.town_hall.lists import Cursor, Parts, chosen_family
from web.trail import deeds
from web.visit import StaffVisit

router = APIRouter()


@router.get("/mairie/familles/{family_id}/historique")
async def show_family_trail(visit: StaffVisit, family_id: UUID, cursor: Cursor = "") -> Response:
    """Who booked or cancelled what, when, the newest first."""
    found = await advanced.trail_of_family(visit.api, family_id, cursor or None)
    family = await chosen_family(visit, family_id)
    parts = Parts.of(visit.request.url, found.next_cursor)
    return await visit.page(
        "town_hall/families/trail.html", deeds=deeds(found.items), family_id=family_id, family=family, parts=parts
    )
