"""«Modification avancée»: many days of several members and activities at once, previewed, then drafted."""

from fastapi import APIRouter

from chassis.http.dependencies import FamilyId
from chassis.http.problems import documented_problems
from planning.application.change_by_pattern import apply_change, preview_change
from planning.entrypoints.http.advanced_models import Change, ChangeOutcome
from planning.entrypoints.http.common import CurrentCommune
from planning.entrypoints.http.entrance import EntranceRoute
from planning.entrypoints.http.stores import Drafting, Looking

router = APIRouter(route_class=EntranceRoute, tags=["family"], responses=documented_problems(429))


@router.post("/draft/advanced-changes/preview")
async def post_preview(change: Change, family_id: FamilyId, commune: CurrentCommune, looking: Looking) -> ChangeOutcome:
    """What the change would do, each refused day with its reason. Nothing is written."""
    return ChangeOutcome.of(await preview_change(looking, commune, family_id, change.to_domain()))


@router.post("/draft/advanced-changes")
async def post_change(
    change: Change, family_id: FamilyId, commune: CurrentCommune, drafting: Drafting
) -> ChangeOutcome:
    """Puts into the draft what is possible now. Nothing is booked before the commit."""
    return ChangeOutcome.of(await apply_change(drafting, commune, family_id, change.to_domain()))
