"""The régie looks whether money arrived that its bank does not confirm."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Response

from web.api import confirmations
from web.api.errors import ApiProblem
from web.forms import SHORTEST_REASON, Reason
from web.i18n import gettext as _
from web.navigation import CONTROLS, see_other
from web.town_hall.refusals import Refusal
from web.visit import RegisseurVisit, Visit

router = APIRouter()

PATH = CONTROLS + "/encaissements/{movement_id}"
Decision = Annotated[Literal["received", "not_received", ""], Form()]


@router.get(PATH)
async def show_unconfirmed(visit: RegisseurVisit, movement_id: UUID) -> Response:
    """What the bank said, what to look at, and what each answer does."""
    return await _page(visit, movement_id, "", "")


@router.post(PATH)
async def decide(visit: RegisseurVisit, movement_id: UUID, reponse: Decision = "", motif: Reason = "") -> Response:
    """Notes it. Sent twice it is noted once."""
    reason = motif.strip()
    if refusal := _problem(reponse, reason):
        return await _page(visit, movement_id, reponse, reason, 422, refusal)
    try:
        await confirmations.decide(visit.api, movement_id, reponse, reason)
    except ApiProblem as problem:
        return await _page(visit, movement_id, reponse, reason, problem.status, Refusal.of(problem))
    return see_other(f"{CONTROLS}?fait={reponse}")


def _problem(decision: str, reason: str) -> Refusal | None:
    if not decision:
        return Refusal(_("Dites si la somme est arrivée."), frozenset({"decision"}))
    if len(reason) < SHORTEST_REASON:
        return Refusal(_("Écrivez en quelques mots ce que vous avez regardé."), frozenset({"reason"}))
    return None


async def _page(  # noqa: PLR0917 - what a page shows
    visit: Visit, movement_id: UUID, decision: str, reason: str, status: int = 200, refusal: Refusal | None = None
) -> Response:
    waiting = await confirmations.unconfirmed(visit.api)
    return await visit.page(
        "town_hall/confirmations/one.html",
        status,
        money=next((one for one in waiting if one.movement_id == movement_id), None),
        typed={"decision": decision, "reason": reason},
        refusal=refusal,
    )
