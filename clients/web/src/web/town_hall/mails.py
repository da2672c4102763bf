"""Mails that the portal sent, or will send."""

from fastapi import APIRouter, Response

from web.api import communication
from web.town_hall.lists import Cursor, Parts
from web.visit import StaffVisit

router = APIRouter()


@router.get("/mairie/courriels")
async def list_mails(visit: StaffVisit, cursor: Cursor = "") -> Response:
    """The latest first."""
    found = await communication.mails(visit.api, cursor or None)
    parts = Parts.of(visit.request.url, found.next_cursor)
    return await visit.page("town_hall/mails.html", mails=found.items, parts=parts)
