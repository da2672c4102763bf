"""enrolment."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from fake_api.identity import parent
from fake_api.world import (
    CANTEEN,
    CHILDREN,
    FAMILY,
    GUARDIAN,
    NOW,
    REGIE,
    SEASON,
    SWIMMING,
    THEO,
    Problem,
    World,
    an_id,
)

NAME = "enrolment"
_REGIE = {"regie_id": REGIE, "name": "Régie Périscolaire d'Alixan"}
_FEE_CENTS = 1700


def adhesion(world: World, order: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    paid = (line["activity_id"], line["member_id"]) in world.paid
    return line | {
        "family_id": FAMILY,
        "season": SEASON,
        "category": "periscolaire",
        "status": "active" if paid else "awaiting_payment",
        "unit_price_cents": 500,
        "tariff_label": "à l'unité",
        "valid_from": "2022-09-01",
        "valid_until": "2023-07-08",
        "paid_at": NOW if paid else None,
    }


def _candidate(world: World, member_id: str) -> dict[str, Any]:
    paid = (CANTEEN, member_id) in world.paid
    reason = None
    if paid:
        reason = "Déjà inscrit."
    elif member_id == THEO:
        reason = "À partir de 3 ans: Théo aura 3 ans le 02/11/2022."
    return {
        "member_id": member_id,
        "first_name": CHILDREN[member_id],
        "eligible": reason is None,
        "reason": reason,
        "adhesion_status": "active" if paid else None,
    }


def _activities(world: World) -> list[dict[str, Any]]:
    common = {
        "season": SEASON,
        "opens_on": "2022-09-01",
        "closes_on": "2023-07-08",
        "regie": _REGIE,
        "tariff_label": "à l'unité",
        "immediate_payment": True,
    }
    canteen = {
        "activity_id": CANTEEN,
        "name": "Cantine d'Alixan 2022/2023",
        "element_name": "Cantine d'Alixan",
        "description": "Le repas du midi à l'école.",
        "category": "periscolaire",
        "adhesion_fee_cents": _FEE_CENTS,
        "unit_price_cents": 500,
        "price_grid": [
            {"label": "Quotient jusqu'à 622", "unit_cents": 100, "yours": False},
            {"label": "Quotient au-delà de 622", "unit_cents": 500, "yours": True},
        ],
        "members": [_candidate(world, member_id) for member_id in CHILDREN],
    }
    swimming = {
        "activity_id": SWIMMING,
        "name": "Aquagym 2022/2023",
        "element_name": "Aquagym",
        "description": "",
        "category": "adultes",
        "adhesion_fee_cents": 4000,
        "unit_price_cents": 0,
        "price_grid": [],
        "members": [],
    }
    return [canteen | common, swimming | common | {"immediate_payment": False}]


def family_file(world: World) -> dict[str, Any]:
    adhesions = [
        adhesion(world, order, line)
        for order in world.orders.values()
        if order["status"] in {"awaiting_payment", "paid"}
        for line in order["lines"]
    ]
    return {
        "family_id": FAMILY,
        "name": "Famille Martin",
        "address": {"line": "3 rue des Écoles", "postal_code": "26300", "city": "Alixan"},
        "quotient_familial": 980,
        "missing": world.missing.get(FAMILY, []),
        "guardians": [
            {
                "guardian_id": GUARDIAN,
                "first_name": "Camille",
                "last_name": "Martin",
                "email": world.email,
                "phone": world.phone,
                "account_user_name": "camille.martin",
            }
        ],
        "members": [
            {
                "member_id": member_id,
                "kind": "child",
                "first_name": name,
                "last_name": "Martin",
                "birth_date": "2014-03-12",
                "school": "École d'Alixan",
                "missing": world.missing.get(member_id, []),
                "adhesions": [a for a in adhesions if a["member_id"] == member_id],
            }
            for member_id, name in CHILDREN.items()
        ],
    }


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/family")
    def family(request: Request) -> dict[str, Any]:
        parent(world, request)
        return family_file(world)

    @router.put("/family/guardians/{guardian_id}")
    def change(
        request: Request, guardian_id: str, email: Annotated[str, Body()], phone: Annotated[str, Body()]
    ) -> dict[str, Any]:
        parent(world, request)
        world.email, world.phone = email, phone
        return {}

    @router.get("/activities")
    def activities(request: Request) -> list[dict[str, Any]]:
        parent(world, request)
        return _activities(world)

    @router.post("/adhesion-orders", status_code=201)
    def place(
        request: Request, activity_id: Annotated[str, Body()], member_ids: Annotated[list[str], Body()]
    ) -> dict[str, Any]:
        parent(world, request)
        if any(not _candidate(world, member_id)["eligible"] for member_id in member_ids):
            raise Problem(409, "not-eligible", "Théo n'a pas encore l'âge de cette activité.")
        lines = [
            {
                "adhesion_id": an_id(f"adhesion {member_id}"),
                "member_id": member_id,
                "first_name": CHILDREN[member_id],
                "activity_id": activity_id,
                "activity_name": "Cantine d'Alixan 2022/2023",
                "amount_cents": _FEE_CENTS,
            }
            for member_id in member_ids
        ]
        order_id = str(uuid.uuid4())
        world.orders[order_id] = {
            "order_id": order_id,
            "status": "draft",
            "lines": lines,
            "count": len(lines),
            "total_cents": _FEE_CENTS * len(lines),
            "regie": _REGIE,
            "payment_id": None,
            "payment_status": None,
            "payment_reason": None,
            "created_at": NOW,
        }
        return world.orders[order_id]

    @router.get("/adhesion-orders")
    def orders(request: Request) -> list[dict[str, Any]]:
        parent(world, request)
        return list(world.orders.values())

    @router.get("/adhesion-orders/{order_id}")
    def order(request: Request, order_id: str) -> dict[str, Any]:
        parent(world, request)
        if order_id not in world.orders:
            raise Problem(404, "not-found", "Cette commande n'existe pas, ou n'est pas à vous.")
        return world.orders[order_id]

    @router.post("/adhesion-orders/{order_id}/payment")
    def pay(request: Request, order_id: str) -> dict[str, Any]:
        parent(world, request)
        found = world.orders[order_id]
        if found["status"] == "paid":
            raise Problem(409, "order-paid", "Ces inscriptions sont déjà payées.")
        if found["payment_id"] is None or found["payment_status"] in {"refused", "cancelled", "expired"}:
            payment_id = world.request_payment(
                "adhesion_order", order_id, found["total_cents"], "CANTINE SCOLAIRE D'ALIXAN"
            )
            found |= {"status": "awaiting_payment", "payment_id": payment_id, "payment_status": None}
        return found

    @router.delete("/adhesion-orders/{order_id}", status_code=204)
    def cancel(request: Request, order_id: str) -> Response:
        parent(world, request)
        if world.orders[order_id]["status"] == "paid":
            raise Problem(409, "order-paid", "Ces inscriptions sont déjà payées.")
        world.orders[order_id]["status"] = "cancelled"
        return Response(status_code=204)

    return router
