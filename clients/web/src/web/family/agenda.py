"""«Mon agenda»: addresses that a calendar program subscribes to, each told once."""

import asyncio
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Form, Response
from pydantic import BeforeValidator

from web.api import advanced, planning
from web.api.advanced import NewAgendaAddress
from web.api.errors import if_there
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.visit import ParentVisit, Visit

router = APIRouter()

_PATH = "/planning/agenda"
Whose = Annotated[UUID | None, BeforeValidator(lambda value: value or None), Form()]
"""A member; empty for the whole family."""


@router.get(_PATH)
async def show_addresses(visit: ParentVisit, fait: Code = "") -> Response:
    """Which addresses there are; their secrets are not known any more."""
    notice = _("Cette adresse ne répond plus.") if fait == "revoquee" else ""
    return await _page(visit, notice=notice)


@router.post(_PATH)
async def renew_address(visit: ParentVisit, membre: Whose = None) -> Response:
    """Makes an address, or replaces the one there is, and shows it: this once."""
    return await _page(visit, made=await advanced.renew_agenda_address(visit.api, membre))


@router.post(f"{_PATH}/revoquer")
async def revoke_address(visit: ParentVisit, adresse: Annotated[UUID, Form()]) -> Response:
    """The address answers no more; one that did not any more is left so."""
    await if_there(advanced.revoke_agenda_address(visit.api, adresse))
    return see_other(f"{_PATH}?fait=revoquee")


async def _page(visit: Visit, *, made: NewAgendaAddress | None = None, notice: str = "") -> Response:
    members, addresses = await asyncio.gather(planning.members(visit.api), advanced.agenda_addresses(visit.api))
    known = {address.member_id: address for address in addresses}
    enrolled = [
        member
        for member in members
        if member.member_id in known or any(activity.open for activity in member.activities)
    ]
    whose = [(None, _("Toute la famille")), *((member.member_id, member.first_name) for member in enrolled)]
    return await visit.page(
        "family/planning/agenda.html",
        whose=[(member_id, name, known.get(member_id)) for member_id, name in whose],
        made=made,
        address=f"{_origin(visit)}{made.path}" if made else "",
        webcal=f"webcal://{visit.browser.host}{made.path}" if made else "",
        notice=notice,
    )


def _origin(visit: Visit) -> str:
    """As the browser calls us: what comes before us may have taken TLS off."""
    origin = visit.request.headers.get("origin", "")
    scheme = urlsplit(origin).scheme or visit.request.url.scheme
    return f"{scheme}://{visit.browser.host}"
