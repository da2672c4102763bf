"""What families do about days on which a member does not come, once they can no longer be cancelled."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from pydantic import Json

from chassis.http.dependencies import AnyPrincipal, FamilyId
from chassis.http.scope import PortalRoute
from planning.adapters import absence_queries as queries
from planning.adapters.absence_store import SqlAbsenceStore
from planning.application.announce_absences import announce_absences, refusal_of_absence
from planning.application.look import look_at_period, moment
from planning.application.ports import Commune
from planning.domain.absences import describe_absences
from planning.domain.outlook import Outlook
from planning.domain.slots import DaySlot
from planning.domain.supplements import describe_rates
from planning.entrypoints.http.absence_files import SentDocuments
from planning.entrypoints.http.absence_models import (
    AbsenceView,
    AbsentDays,
    ActivitySupplements,
    OwnAbsences,
    PossibleAbsence,
)
from planning.entrypoints.http.common import LONGEST_LIST, CurrentCommune, check_span
from planning.entrypoints.http.stores import Absences
from planning.entrypoints.http.trail import actor_of

router = APIRouter(route_class=PortalRoute, tags=["absences"])

_BACK, _AHEAD = timedelta(days=31), timedelta(days=92)


@router.get("/absences")
async def read_absences(family_id: FamilyId, commune: CurrentCommune, store: Absences) -> OwnAbsences:
    """The family's absences, and the days whose absence it can announce, of a month before today and three after."""
    return await own_absences(store, commune, family_id)


@router.post("/absences")
async def post_absences(
    absence: Annotated[Json[AbsentDays], Form()],
    family_id: FamilyId,
    principal: AnyPrincipal,
    commune: CurrentCommune,
    *,
    store: Absences,
    documents: SentDocuments,
) -> OwnAbsences:
    """Announces the absence of booked days, all or none; the town's policy says at once what becomes of each.

    ``documents``: at most three files of at most 5 MB, where the town hall has to decide.
    """
    wish = absence.to_domain()
    check_span([when.day for when in wish.whens], LONGEST_LIST)
    await announce_absences(store, commune, family_id, wish, actor_of(principal), sent=documents)
    return await own_absences(store, commune, family_id)


async def own_absences(store: SqlAbsenceStore, commune: Commune, family_id: UUID) -> OwnAbsences:
    """A family's absences, and the days whose absence can be announced."""
    today = moment(store, commune).today
    period = (today - _BACK, today + _AHEAD)
    outlook = await look_at_period(store, commune, family_id, *period, lists=True)
    rows = await queries.absences(store.transaction, period, family_id=family_id)
    return OwnAbsences(
        announced=[AbsenceView.model_validate(row) for row in rows],
        possible=_possible(outlook),
        supplements=_supplements(outlook),
    )


def _supplements(outlook: Outlook) -> list[ActivitySupplements]:
    own = {entitlement.activity_id for entitlement in outlook.entitlements}
    return [
        ActivitySupplements(activity_id=activity.activity_id, activity_name=activity.name, sentences=list(sentences))
        for activity in outlook.activities.values()
        if activity.activity_id in own and (sentences := describe_rates(activity.absences.rates))
    ]


def _possible(outlook: Outlook) -> list[PossibleAbsence]:
    days: list[PossibleAbsence] = []
    for booking in outlook.bookings.values():
        member, activity = outlook.members[booking.member_id], outlook.activities.get(booking.activity_id)
        if activity is None or refusal_of_absence(outlook, member, activity, DaySlot(booking.day, booking.slot)):
            continue
        days.append(
            PossibleAbsence(
                member_id=member.member_id,
                first_name=member.first_name,
                activity_id=activity.activity_id,
                activity_name=activity.name,
                element_name=activity.element_of(booking.slot),
                day=booking.day,
                slot=booking.slot,
                how=describe_absences(activity.absences),
                on_proof=sorted(activity.absences.on_proof & activity.absences.excused),
            )
        )
    return sorted(days, key=_order)


def _order(each: PossibleAbsence) -> tuple[str, str, date, str]:
    return each.first_name, each.activity_name, each.day, each.slot
