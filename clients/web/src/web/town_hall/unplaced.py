"""The régie notes what it found out about money that banks announce, and reads what was noted."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response

from web.api import confirmations, identity, unplaced
from web.api.errors import ApiProblem
from web.attempts import attempt
from web.forms import SHORTEST_REASON, Reason
from web.i18n import gettext as _
from web.navigation import CONTROLS, see_other
from web.town_hall.refusals import Refusal
from web.visit import RegisseurVisit, Visit

router = APIRouter()

PATH = CONTROLS + "/annonces/{message_id}"
DEALT_WITH = CONTROLS + "/traites"


@router.get(PATH)
async def show_announced(visit: RegisseurVisit, message_id: UUID) -> Response:
    """What was announced, and a note to write."""
    return await _page(visit, message_id, "")


@router.post(PATH)
async def deal_with(visit: RegisseurVisit, message_id: UUID, motif: Reason = "") -> Response:
    """Notes it. Sent twice it is noted once."""
    reason = motif.strip()
    if len(reason) < SHORTEST_REASON:
        refusal = Refusal(_("Écrivez en quelques mots ce que vous avez trouvé ou fait."), frozenset({"reason"}))
        return await _page(visit, message_id, reason, 422, refusal)
    try:
        await unplaced.deal_with(visit.api, message_id, reason)
    except ApiProblem as problem:
        return await _page(visit, message_id, reason, problem.status, Refusal.of(problem))
    return see_other(f"{CONTROLS}?fait=traite")


@router.get(DEALT_WITH)
async def show_dealt_with(visit: RegisseurVisit) -> Response:
    """What the régie answered for and noted, by whom and when."""
    api = visit.api
    announced, answered, staff = await asyncio.gather(
        attempt(unplaced.unplaced(api, dealt=True)),
        attempt(confirmations.unconfirmed(api, decided=True)),
        attempt(identity.staff_accounts(api)),
    )
    names = {account.account_id: account.display_name for account in staff or []}
    return await visit.page(
        "town_hall/confirmations/dealt_with.html", announced=announced, answered=answered, names=names
    )


async def _page(
    visit: Visit, message_id: UUID, reason: str, status: int = 200, refusal: Refusal | None = None
) -> Response:
    listed = await unplaced.unplaced(visit.api)
    return await visit.page(
        "town_hall/confirmations/announced.html",
        status,
        one=next((each for each in listed if each.message_id == message_id), None),
        reason=reason,
        refusal=refusal,
    )
