"""The town hall's day at a glance."""

import asyncio
from datetime import date, timedelta

from fastapi import APIRouter, Response

from web.api import billing, communication, enrolment, payments, planning, touched
from web.api.client import Api
from web.api.planning import DayCount
from web.api.touched import TouchedActivity
from web.attempts import attempt
from web.navigation import CALENDARS
from web.visit import StaffVisit

router = APIRouter()

_COUNTED = 100
"""The API counts no list: beyond that many, the page says «plus de»."""


@router.get("/mairie")
async def show_dashboard(visit: StaffVisit) -> Response:
    """Each part asks its own service; one that is away says so and hides nothing else."""
    api, today = visit.api, (await visit.commune()).today
    (counts, to_withdraw), active, waiting, invoices, conversations, to_review = await asyncio.gather(
        _of_planning(api, today),
        attempt(enrolment.commune_adhesions(api, status="active", limit=_COUNTED)),
        attempt(enrolment.commune_adhesions(api, status="awaiting_payment", limit=_COUNTED)),
        attempt(billing.commune_invoices(api, status="pending", limit=_COUNTED)),
        attempt(communication.conversations(api)),
        attempt(payments.commune_payments(api, status="to_review", limit=_COUNTED)),
    )
    return await visit.page(
        "town_hall/dashboard.html",
        days=None if counts is None else _by_day(counts, today),
        active=active,
        waiting=waiting,
        invoices=invoices,
        conversations=conversations,
        to_review=to_review,
        to_withdraw=to_withdraw,
        calendars_path=CALENDARS if visit.administers else "",
    )


async def _of_planning(api: Api, today: date) -> tuple[list[DayCount] | None, list[TouchedActivity] | None]:
    return await asyncio.gather(
        attempt(planning.day_counts(api, today, today + timedelta(days=2))),
        attempt(touched.bookings_to_withdraw(api)),
    )


def _by_day(counts: list[DayCount], today: date) -> list[tuple[date, list[DayCount]]]:
    return [
        (day, sorted((c for c in counts if c.day == day and c.booked), key=lambda count: count.activity_name))
        for day in (today, today + timedelta(days=1))
    ]
