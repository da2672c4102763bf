"""The tiles after login, with what waits behind each."""

import asyncio

from fastapi import APIRouter, Response

from web.api import billing, communication, enrolment, planning
from web.attempts import attempt
from web.visit import ParentVisit

router = APIRouter()


@router.get("/accueil")
async def show_tiles(visit: ParentVisit) -> Response:
    """Each tile asks its own service; one that is away says so and hides nothing else."""
    family, summary, unread, news, members = await asyncio.gather(
        attempt(enrolment.family(visit.api)),
        attempt(billing.summary(visit.api)),
        attempt(communication.unread(visit.api)),
        attempt(communication.news(visit.api, 1)),
        attempt(planning.members(visit.api)),
    )
    return await visit.page(
        "family/tiles.html", family=family, summary=summary, unread=unread, news=news, members=members
    )
