"""Enrolments: what the family has, and adhesions paid at once."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response

from web.api import enrolment
from web.api.enrolment import Activity, Adhesion
from web.api.errors import ApiProblem
from web.family.bank import go_to_bank
from web.i18n import gettext as _
from web.navigation import see_other
from web.visit import ParentVisit, Visit

router = APIRouter()

_ALL = "/inscriptions"
_IMMEDIATE = "/inscriptions/paiement-immediat"
_ORDERS = "/inscriptions/commandes"


def _tabs() -> list[tuple[str, str]]:
    return [
        (_("Voir toutes mes inscriptions"), _ALL),
        (_("Périscolaire"), f"{_ALL}/periscolaire"),
        (_("Adultes"), f"{_ALL}/adultes"),
        (_("Inscriptions en paiement immédiat"), _IMMEDIATE),
    ]


@router.get(_ALL)
async def show_all(visit: ParentVisit) -> Response:
    """All adhesions of the family, and the orders still to be paid."""
    return await _list_page(visit, _ALL, None)


@router.get(f"{_ALL}/periscolaire")
async def show_after_school(visit: ParentVisit) -> Response:
    """Adhesions and activities of the after-school category."""
    return await _list_page(visit, f"{_ALL}/periscolaire", "periscolaire")


@router.get(f"{_ALL}/adultes")
async def show_adults(visit: ParentVisit) -> Response:
    """Adhesions and activities of the adults' category."""
    return await _list_page(visit, f"{_ALL}/adultes", "adultes")


async def _list_page(visit: Visit, tab: str, category: str | None) -> Response:
    family, activities, orders = await asyncio.gather(
        enrolment.family(visit.api), enrolment.activities(visit.api), enrolment.orders(visit.api)
    )

    def is_shown(entry: Adhesion | Activity) -> bool:
        return category is None or entry.category == category

    return await visit.page(
        "family/adhesions/list.html",
        tabs=_tabs(),
        tab=tab,
        members=[(member, [a for a in member.adhesions if is_shown(a)]) for member in family.members],
        activities=[activity for activity in activities if is_shown(activity)] if category else [],
        unpaid=[order for order in orders if order.status in {"draft", "awaiting_payment"}],
    )


@router.get(_IMMEDIATE)
async def show_immediate(visit: ParentVisit) -> Response:
    """The activities that are enrolled in by paying, with the members to tick."""
    return await _immediate_page(visit)


@router.post(_IMMEDIATE)
async def order_adhesions(
    visit: ParentVisit, activity: Annotated[UUID, Form()], membre: Annotated[list[UUID] | None, Form()] = None
) -> Response:
    """Orders the ticked adhesions and shows their recap."""
    if not membre:
        return await _immediate_page(visit, 422, _("Cochez au moins une personne à inscrire."))
    try:
        order = await enrolment.place_order(visit.api, activity, membre)
    except ApiProblem as problem:
        return await _immediate_page(visit, problem.status, problem.detail)
    return see_other(f"{_ORDERS}/{order.order_id}")


async def _immediate_page(visit: Visit, status: int = 200, error: str = "") -> Response:
    activities = [a for a in await enrolment.activities(visit.api) if a.immediate_payment]
    return await visit.page(
        "family/adhesions/immediate.html", status, tabs=_tabs(), tab=_IMMEDIATE, activities=activities, error=error
    )


@router.get(_ORDERS + "/{order_id}")
async def show_order(visit: ParentVisit, order_id: UUID) -> Response:
    """The recap of an order, or what has become of it."""
    order = await enrolment.order(visit.api, order_id)
    return await visit.page("family/adhesions/order.html", tabs=_tabs(), tab=_IMMEDIATE, order=order)


@router.post(_ORDERS + "/{order_id}/payer")
async def pay_order(visit: ParentVisit, order_id: UUID) -> Response:
    """Sends the parent to the bank; an order that costs nothing is paid at once."""
    try:
        order = await enrolment.pay_order(visit.api, order_id)
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        return see_other(f"{_ORDERS}/{order_id}")
    if order.payment_id is None:
        return see_other(f"{_ORDERS}/{order_id}")
    return await go_to_bank(visit, order.payment_id)


@router.post(_ORDERS + "/{order_id}/annuler")
async def cancel_order(visit: ParentVisit, order_id: UUID) -> Response:
    """Gives up an order; one that was paid meanwhile is shown as it is."""
    try:
        await enrolment.cancel_order(visit.api, order_id)
    except ApiProblem as problem:
        if problem.slug == "order-paid":
            return see_other(f"{_ORDERS}/{order_id}")
        raise
    return see_other(_IMMEDIATE)
