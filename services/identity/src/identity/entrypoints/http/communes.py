"""Communes: the public description of this host's, and the operator's registry."""

from uuid import UUID

from fastapi import APIRouter

from chassis.clock import local_day
from chassis.http.dependencies import CurrentRuntime, CurrentTenant
from chassis.http.problems import documented_problems
from contracts.events import TenantRegistered
from contracts.events.identity import Contact, Look
from contracts.values import PostalAddress
from identity.application.save_commune import NewAdministrator, save_commune
from identity.entrypoints.context import context_of
from identity.entrypoints.http.dependencies import Operator, UnkeyedRoute
from identity.entrypoints.http.models import CommuneAnswer, CommuneRequest, CurrentCommuneAnswer

router = APIRouter(route_class=UnkeyedRoute, tags=["communes"])


@router.get("/commune")
async def get_commune(tenant: CurrentTenant, runtime: CurrentRuntime) -> CurrentCommuneAnswer:
    """The commune of this host."""
    now = runtime.clock.now()
    return CurrentCommuneAnswer(**tenant.description.model_dump(), today=local_day(now, tenant.time_zone), now=now)


@router.get("/communes", dependencies=[Operator])
async def get_communes(runtime: CurrentRuntime) -> list[CommuneAnswer]:
    """Every commune, for the operator."""
    return [_answer(tenant.description) for tenant in await runtime.tenants.all()]


@router.put("/communes/{tenant_id}", dependencies=[Operator], responses=documented_problems(503))
async def put_commune(tenant_id: UUID, body: CommuneRequest, runtime: CurrentRuntime) -> CommuneAnswer:
    """Registers a commune or changes its description."""
    description = TenantRegistered(
        tenant_id=tenant_id,
        slug=body.slug,
        name=body.name,
        portal_title=body.portal_title,
        hostnames=tuple(dict.fromkeys(body.hostnames)),
        time_zone=body.time_zone,
        school_zone=body.school_zone,
        look=Look(**body.look.model_dump()),
        contact=Contact(
            email=body.contact.email,
            phone=body.contact.phone,
            address=PostalAddress(**body.contact.address.model_dump()),
        ),
    )
    administrator = NewAdministrator(**body.administrator.model_dump()) if body.administrator else None
    await save_commune(context_of(runtime, description), description, administrator)
    return _answer(description)


def _answer(description: TenantRegistered) -> CommuneAnswer:
    return CommuneAnswer(**description.model_dump())
