"""A family's own file and what it can choose from."""

from uuid import UUID

from fastapi import APIRouter

from chassis.errors import NotFoundError
from chassis.http.dependencies import AnyPrincipal, CurrentTransaction, FamilyId
from chassis.http.scope import PortalRoute
from enrolment.adapters.activity_queries import list_activities_for
from enrolment.adapters.family_queries import read_family
from enrolment.adapters.views import ActivityView, FamilyView, GuardianView
from enrolment.application.change_contact import change_contact
from enrolment.entrypoints.dependencies import CurrentStore, Today
from enrolment.entrypoints.schemas import ContactPayload

router = APIRouter(route_class=PortalRoute, tags=["family"])


@router.get("/family")
async def own_family(family_id: FamilyId, transaction: CurrentTransaction, today: Today) -> FamilyView:
    """The caller's family file."""
    family = await read_family(transaction.connection, family_id, today)
    if family is None:
        raise NotFoundError
    return family


@router.put("/family/guardians/{guardian_id}")
async def update_contact(
    *,
    guardian_id: UUID,
    contact: ContactPayload,
    principal: AnyPrincipal,
    family_id: FamilyId,
    store: CurrentStore,
    transaction: CurrentTransaction,
    today: Today,
) -> GuardianView:
    """Changes the caller's own contact details."""
    if principal.guardian_id != guardian_id:
        raise NotFoundError
    await change_contact(store, family_id, guardian_id, email=contact.email, phone=contact.phone)
    family = await own_family(family_id, transaction, today)
    return next(guardian for guardian in family.guardians if guardian.guardian_id == guardian_id)


@router.get("/activities")
async def activities(family_id: FamilyId, transaction: CurrentTransaction, today: Today) -> list[ActivityView]:
    """Activities of the seasons not over, with the family's prices and who may be enrolled."""
    return await list_activities_for(transaction.connection, family_id, today)
