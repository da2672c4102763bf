"""payment-gateway."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from fake_api.identity import is_staff, parent
from fake_api.world import Problem, World

NAME = "payment-gateway"


def routes(world: World) -> APIRouter:
    router = APIRouter()

    def known(payment_id: str) -> dict[str, Any]:
        payment = world.payments.get(payment_id)
        if payment is None or payment["unknown_for"] > 0:
            if payment:
                payment["unknown_for"] -= 1
            raise Problem(404, "not-found", "Ce paiement n'existe pas, ou n'est pas à vous.")
        return payment

    @router.get("/payments/{payment_id}")
    def show(request: Request, payment_id: str) -> dict[str, Any]:
        is_staff(world, request)
        return known(payment_id)

    @router.post("/payments/{payment_id}/attempts", status_code=201)
    def attempt(request: Request, payment_id: str, given: Annotated[dict[str, bool], Body()]) -> dict[str, Any]:
        parent(world, request)
        payment = known(payment_id)
        may_be_twice = payment["status"] == "in_progress" or payment.get("may_be_twice")
        if may_be_twice and not given["confirmed"]:
            raise Problem(409, "attempt-in-progress", "Un paiement est déjà en cours.")
        if payment["status"] == "succeeded":
            raise Problem(409, "payment-already-paid", "Ce paiement est déjà fait.")
        if payment["status"] in {"refused", "cancelled", "expired", "to_review"}:
            raise Problem(409, "payment-closed", "Ce paiement est terminé.")
        payment |= {"status": "in_progress", "attempts": payment["attempts"] + 1}
        fields = [["PBX_SITE", "1999888"], ["PBX_TOTAL", str(payment["amount_cents"])], ["PBX_HMAC", "ABCDEF"]]
        return {"attempt_id": str(uuid.uuid4()), "action": world.bank_address, "method": "POST", "fields": fields}

    return router
