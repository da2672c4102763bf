"""The draft: looked over, then booked whole or not at all."""

from uuid import UUID

from fastapi import APIRouter, Response

from web.api import planning
from web.api.errors import ApiProblem, if_there
from web.navigation import see_other
from web.visit import ParentVisit, Visit

router = APIRouter()

_PATH = "/planning/recapitulatif"


@router.get(_PATH)
async def show_recap(visit: ParentVisit) -> Response:
    """Every change that waits for «Terminer»."""
    return await _recap_page(visit)


async def _recap_page(
    visit: Visit, status: int = 200, error: str = "", refused: dict[str, str] | None = None
) -> Response:
    draft = await planning.draft(visit.api)
    reasons = refused or {}
    lines = [(line, reasons.get(str(line.line_id), line.reason or "")) for line in draft.lines]
    blocked = sum(1 for line, _reason in lines if not line.possible or str(line.line_id) in reasons)
    return await visit.page(
        "family/planning/recap.html", status, draft=draft, lines=lines, blocked=blocked, error=error
    )


@router.post(f"{_PATH}/terminer")
async def commit(visit: ParentVisit) -> Response:
    """Books. When a line can no longer be booked nothing is, and the page says which and why."""
    try:
        committed = await planning.commit(visit.api)
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        refused = {str(line.get("line_id")): str(line.get("reason", "")) for line in problem.lines}
        return await _recap_page(visit, 409, problem.detail, refused)
    lines = [(line, "") for line in committed.lines]
    return await visit.page("family/planning/confirmation.html", committed=committed, lines=lines)


@router.post(f"{_PATH}/supprimer")
async def drop_all(visit: ParentVisit) -> Response:
    """«Tout supprimer»."""
    await planning.drop_draft(visit.api)
    return see_other("/planning")


@router.post(_PATH + "/lignes/{line_id}/retirer")
async def drop_line(visit: ParentVisit, line_id: UUID) -> Response:
    """Takes one line out; one already gone is gone."""
    await if_there(planning.drop_line(visit.api, line_id))
    return see_other(_PATH)


@router.post(f"{_PATH}/sans-impossibles")
async def drop_impossible(visit: ParentVisit) -> Response:
    """«Continuer sans ces jours»."""
    await planning.drop_impossible_lines(visit.api)
    return see_other(_PATH)
