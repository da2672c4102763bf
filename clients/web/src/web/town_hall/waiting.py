"""Waiting lists: who waits and why in that order, the rules of each activity, the points of a child."""

import asyncio
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Response

from web.api import enrolment, waiting
from web.api.errors import ApiProblem
from web.api.planning import WHOLE_DAY
from web.api.waiting import Rules
from web.attempts import attempt
from web.forms import Code, ShortText, Ticked
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.lists import DayFilter, IdFilter, SlotFilter, activity_name
from web.visit import AdministratorVisit, StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/attente"
_SHOWN = timedelta(days=62)
Number = Annotated[int, Form(ge=0, le=1000)]


@router.get(_PATH)
async def show_lists(visit: StaffVisit, du: DayFilter = None, activite: IdFilter = None) -> Response:
    """The slots of two months for which someone waits."""
    start = du or (await visit.commune()).today
    slots, activities = await asyncio.gather(
        waiting.slots_with_waiting(visit.api, start, start + _SHOWN, activite),
        attempt(enrolment.commune_activities(visit.api)),
    )
    return await visit.page(
        "town_hall/waiting/lists.html",
        start=start,
        slots=slots,
        activities=activities or [],
        chosen=activite,
        administers=visit.administers,
    )


@router.get(f"{_PATH}/liste")
async def show_list(
    visit: StaffVisit, activite: IdFilter = None, jour: DayFilter = None, creneau: SlotFilter = WHOLE_DAY
) -> Response:
    """One slot of a day: the order with its reasons, and to whom places were given. Without activity, all lists."""
    if activite is None:
        return see_other(_PATH)
    day = jour or (await visit.commune()).today
    found = await waiting.slot_list(visit.api, activite, day, creneau)
    statuses = {
        "offered": _("Proposée"),
        "accepted": _("Acceptée"),
        "confirmed": _("Réservée d'office"),
        "declined": _("Refusée"),
        "lapsed": _("Sans réponse"),
        "withdrawn": _("Retirée"),
    }
    return await visit.page("town_hall/waiting/list.html", found=found, statuses=statuses)


@router.get(f"{_PATH}/regles/{{activity_id}}")
async def show_rules(visit: AdministratorVisit, activity_id: UUID, fait: Code = "") -> Response:
    """How an activity's places are given on."""
    notice = _("Les règles sont enregistrées. Les rangs les suivent dès maintenant.") if fait else ""
    return await _rules_page(visit, activity_id, await waiting.rules(visit.api, activity_id), notice=notice)


@router.post(f"{_PATH}/regles/{{activity_id}}")
async def change_rules(
    visit: AdministratorVisit,
    activity_id: UUID,
    *,
    ouverte: Ticked = False,
    promotion: Annotated[Literal["offer", "confirm"], Form()],
    delai: Annotated[int, Form()],
    ordre: Annotated[Literal["first_come", "points"], Form()],
    fratrie: Number = 0,
    premier_jour: Number = 0,
) -> Response:
    """Replaces the rules; ``delai`` is in minutes."""
    wanted = Rules(
        is_open=ouverte,
        promotion=promotion,
        accept_within_minutes=delai,
        ranking=ordre,
        sibling_points=fratrie,
        first_day_points=premier_jour,
    )
    try:
        await waiting.set_rules(visit.api, activity_id, wanted)
    except ApiProblem as problem:
        if problem.status != 422:
            raise
        error = _("Choisissez un délai de 15 minutes à 7 jours.")
        return await _rules_page(visit, activity_id, wanted, status=422, error=error)
    return see_other(f"{_PATH}/regles/{activity_id}?fait=1")


async def _rules_page(
    visit: Visit, activity_id: UUID, rules: Rules, *, status: int = 200, notice: str = "", error: str = ""
) -> Response:
    delays = [
        (60, _("1 heure")),
        (180, _("3 heures")),
        (720, _("12 heures")),
        (1440, _("24 heures")),
        (2880, _("48 heures")),
        (10080, _("7 jours")),
    ]
    if rules.accept_within_minutes not in dict(delays):
        delays.append((rules.accept_within_minutes, _("%(count)s minutes") % {"count": rules.accept_within_minutes}))
    return await visit.page(
        "town_hall/waiting/rules.html",
        status,
        name=await activity_name(visit, activity_id),
        rules=rules,
        delays=delays,
        notice=notice,
        error=error,
    )


@router.get(f"{_PATH}/priorites/{{member_id}}")
async def show_points(visit: StaffVisit, member_id: UUID, fait: Code = "") -> Response:
    """The points that the town hall gives a child."""
    notice = _("C'est enregistré : les rangs en tiennent compte.") if fait else ""
    found = await waiting.points(visit.api, member_id)
    return await visit.page("town_hall/waiting/points.html", found=found, notice=notice, error="")


@router.post(f"{_PATH}/priorites/{{member_id}}")
async def give_points(visit: StaffVisit, member_id: UUID, points: Number = 0, raison: ShortText = "") -> Response:
    """Gives them with their reason; 0 takes them away."""
    if points and not raison.strip():
        found = (await waiting.points(visit.api, member_id)).model_copy(update={"points": points})
        error = _("Dites pourquoi : la raison est montrée à qui consulte la liste.")
        return await visit.page("town_hall/waiting/points.html", 422, found=found, notice="", error=error)
    await waiting.give_points(visit.api, member_id, points, raison.strip())
    return see_other(f"{_PATH}/priorites/{member_id}?fait=1")
