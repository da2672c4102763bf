"""What the town hall does about absences: sees them, decides those that ask for proof, sets each activity's policy."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http.dependencies import Administrator, CurrentTransaction, Staff
from chassis.http.scope import PortalRoute
from contracts.values import AttendanceState
from planning.adapters import absence_queries as queries
from planning.application.announce_absences import decide_absence, set_absence_policy
from planning.domain.absence_policy import AbsencePolicy
from planning.domain.calendars import CalendarMissingError
from planning.entrypoints.http.absence_models import AbsenceDecision, AbsenceOfTown, Policy, PolicyView
from planning.entrypoints.http.common import CurrentCommune, ListPeriod
from planning.entrypoints.http.stores import Absences
from planning.entrypoints.http.trail import actor_of

router = APIRouter(route_class=PortalRoute, tags=["town hall"])


@router.get("/town-hall/absences")
async def list_absences(
    period: ListPeriod,
    _principal: Staff,
    transaction: CurrentTransaction,
    state: Annotated[AttendanceState | None, Query()] = None,
) -> list[AbsenceOfTown]:
    """Absences of days of a period; ``absence_announced`` are those that wait for a decision."""
    rows = await queries.absences(transaction, period, state=state)
    return [AbsenceOfTown.model_validate(row) for row in rows]


@router.post("/town-hall/absences/{absence_id}/decision", status_code=204)
async def post_decision(absence_id: UUID, decision: AbsenceDecision, principal: Staff, store: Absences) -> None:
    """Decides an absence that waits for proof; billing follows."""
    await decide_absence(store, absence_id, decision.justified, actor_of(principal))


@router.get("/activities/{activity_id}/absence-policy")
async def get_policy(activity_id: UUID, _principal: Staff, store: Absences) -> PolicyView:
    """How the activity's absences are decided."""
    return PolicyView.of(await _policy_of(activity_id, store))


@router.put("/activities/{activity_id}/absence-policy")
async def put_policy(
    activity_id: UUID, policy: Policy, _principal: Administrator, commune: CurrentCommune, store: Absences
) -> PolicyView:
    """Replaces the policy, for absences announced from now on; rates hold from tomorrow on."""
    await set_absence_policy(store, commune, activity_id, policy.to_domain())
    return PolicyView.of(policy.to_domain())


@router.post("/activities/{activity_id}/absence-policy/preview")
async def post_policy_preview(activity_id: UUID, policy: Policy, _principal: Staff, store: Absences) -> PolicyView:
    """What a policy would say: changes nothing."""
    await _policy_of(activity_id, store)
    return PolicyView.of(policy.to_domain())


async def _policy_of(activity_id: UUID, store: Absences) -> AbsencePolicy:
    activity = (await store.activities()).get(activity_id)
    if activity is None or activity.calendar is None:
        raise CalendarMissingError
    return activity.absences
