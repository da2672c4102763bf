"""The town hall's side: families, activities, adhesions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.errors import NotFoundError
from chassis.http.dependencies import Administrator, CurrentTransaction, Staff
from chassis.http.scope import PortalRoute
from enrolment.adapters.activity_queries import list_all_activities, list_regies
from enrolment.adapters.family_queries import list_adhesions, list_families, read_family
from enrolment.adapters.order_queries import list_returned, list_surpluses
from enrolment.adapters.views import (
    AdhesionState,
    FamilyItem,
    FamilyView,
    RegieView,
    ReturnedView,
    StaffAdhesionView,
    SurplusView,
)
from enrolment.application.preview_activity import preview_activity
from enrolment.application.save_activity import save_activity
from enrolment.application.save_family import save_family
from enrolment.application.save_regie import save_regie
from enrolment.domain.activity import Regie
from enrolment.entrypoints.dependencies import CurrentStore, Cursor, Limit, Today, Words
from enrolment.entrypoints.schemas import ActivityPayload, ActivityTry, FamilyPayload, Page, RegiePayload, StaffActivity

router = APIRouter(route_class=PortalRoute, tags=["town hall"])


@router.put("/regies/{regie_id}")
async def put_regie(regie_id: UUID, payload: RegiePayload, _principal: Administrator, store: CurrentStore) -> RegieView:
    """Creates or renames a régie."""
    await save_regie(store, Regie(regie_id, payload.name))
    return RegieView(regie_id=regie_id, name=payload.name)


@router.get("/regies")
async def regies(_principal: Staff, transaction: CurrentTransaction) -> list[RegieView]:
    """Every régie."""
    return await list_regies(transaction.connection)


@router.put("/activities/{activity_id}")
async def put_activity(
    activity_id: UUID, payload: ActivityPayload, _principal: Administrator, store: CurrentStore
) -> StaffActivity:
    """Creates or updates an activity. A changed tariff counts from the next month for those already enrolled."""
    activity = payload.to_domain(activity_id, await store.find_regie(payload.regie_id))
    await save_activity(store, activity)
    return StaffActivity.of(activity)


@router.post("/activities/{activity_id}/preview")
async def post_activity_preview(
    activity_id: UUID, payload: ActivityPayload, _principal: Administrator, store: CurrentStore
) -> ActivityTry:
    """What the same would do: checked as it is, changes nothing."""
    wanted = payload.to_domain(activity_id, await store.find_regie(payload.regie_id))
    return ActivityTry.of(wanted, await preview_activity(store, wanted))


@router.get("/all-activities")
async def all_activities(_principal: Staff, transaction: CurrentTransaction) -> list[StaffActivity]:
    """Every activity, newest season first."""
    return [StaffActivity.of(activity) for activity in await list_all_activities(transaction.connection)]


@router.put("/families/{family_id}")
async def put_family(
    family_id: UUID,
    payload: FamilyPayload,
    _principal: Staff,
    store: CurrentStore,
    transaction: CurrentTransaction,
    today: Today,
) -> FamilyView:
    """Creates or updates a family file. A changed QF counts from the next month for those already enrolled.

    With ``if_version``, refused when the file was changed since it was read.
    """
    await save_family(store, payload.to_domain(family_id), if_version=payload.if_version)
    return await family(family_id, _principal, transaction, today)


@router.get("/families")
async def families(
    _principal: Staff,
    transaction: CurrentTransaction,
    query: Words = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[FamilyItem]:
    """Families by name; ``query`` is looked for in the names of the family, its guardians and its members."""
    items = await list_families(transaction.connection, query=query, cursor=cursor, limit=limit + 1)
    more = len(items) > limit
    return Page(items=items[:limit], next_cursor=str(items[limit - 1].family_id) if more else None)


@router.get("/families/{family_id}")
async def family(family_id: UUID, _principal: Staff, transaction: CurrentTransaction, today: Today) -> FamilyView:
    """A family file."""
    found = await read_family(transaction.connection, family_id, today)
    if found is None:
        raise NotFoundError
    return found


@router.get("/adhesions")
async def adhesions(
    *,
    _principal: Staff,
    transaction: CurrentTransaction,
    today: Today,
    activity_id: UUID | None = None,
    status: Annotated[AdhesionState | None, Query()] = None,
    query: Words = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[StaffAdhesionView]:
    """Adhesions of all families, newest first; ``query`` is looked for in the members' and families' names."""
    items = await list_adhesions(
        transaction.connection,
        today,
        activity_id=activity_id,
        status=status,
        query=query,
        cursor=cursor,
        limit=limit + 1,
    )
    more = len(items) > limit
    return Page(items=items[:limit], next_cursor=str(items[limit - 1].adhesion_id) if more else None)


@router.get("/surplus-payments")
async def surplus_payments(
    _principal: Staff, transaction: CurrentTransaction, cursor: Cursor = None, limit: Limit = 50
) -> Page[SurplusView]:
    """What families paid that buys nothing, to be given back: an order paid twice, a member enrolled twice."""
    items = await list_surpluses(transaction.connection, cursor=cursor, limit=limit + 1)
    more = len(items) > limit
    return Page(items=items[:limit], next_cursor=str(items[limit - 1].payment_id) if more else None)


@router.get("/returned-payments")
async def returned_payments(_principal: Staff, transaction: CurrentTransaction) -> list[ReturnedView]:
    """The latest hundred orders in force whose money went back or did not come: the town hall decides on them."""
    return await list_returned(transaction.connection)
