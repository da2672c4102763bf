"""payment-gateway to the régie: money given back, and money that settles nothing."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from fake_api.identity import staff
from fake_api.world import FAMILY, NOW, Problem, World, an_id

NAME = "payment-gateway"


def routes(world: World) -> APIRouter:
    router = APIRouter()
    hall = world.town_hall

    def regie(request: Request) -> None:
        staff(world, request, "regisseur", "administrator")

    @router.get("/payments/{payment_id}/money")
    def money(request: Request, payment_id: str) -> dict[str, Any]:
        regie(request)
        made = [refund for refund in hall.refunds if refund["payment_id"] == payment_id]
        if world.payments[payment_id]["status"] == "to_review":
            return {"taken": hall.taken, "refunds": [], "by_bank": True}
        cents = world.payments[payment_id]["amount_cents"]
        taken = {
            "movement_id": an_id("taken"),
            "outcome": "settled",
            "amount_cents": cents,
            "left_cents": cents - sum(refund["amount_cents"] for refund in made),
            "currency": "978",
            "accepted_at": NOW,
        }
        return {"taken": [taken], "refunds": made[::-1], "by_bank": hall.refunds_by_bank}

    @router.post("/payments/{payment_id}/refunds", status_code=201)
    def refund(request: Request, payment_id: str, given: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        regie(request)
        made: dict[str, Any] = {
            "refund_id": str(uuid.uuid4()),
            "payment_id": payment_id,
            "family_id": FAMILY,
            "label": "Cantine",
            "status": "done" if hall.refunds_by_bank else "by_hand",
            "requested_at": NOW,
            "ended_at": NOW if hall.refunds_by_bank else None,
            **given,
        }
        hall.refunds.append(made)
        return made

    @router.get("/refunds")
    def refunds(request: Request) -> dict[str, Any]:
        regie(request)
        return {"items": [refund for refund in hall.refunds if refund["ended_at"] is None]}

    def known(refund_id: str) -> dict[str, Any]:
        return next(refund for refund in hall.refunds if refund["refund_id"] == refund_id)

    @router.get("/refunds/{refund_id}")
    def one_refund(request: Request, refund_id: str) -> dict[str, Any]:
        regie(request)
        return known(refund_id)

    @router.post("/refunds/{refund_id}/end")
    def end(request: Request, refund_id: str, given: Annotated[dict[str, bool], Body()]) -> dict[str, Any]:
        regie(request)
        known(refund_id).update(status="done" if given["done"] else "refused", ended_at=NOW)
        return known(refund_id)

    @router.get("/surpluses")
    def surpluses(request: Request) -> dict[str, Any]:
        regie(request)
        return {"items": hall.surpluses, "next_cursor": None}

    @router.post("/surpluses/{movement_id}/decision", status_code=204)
    def decide(request: Request, movement_id: str, given: Annotated[dict[str, str], Body()]) -> None:
        regie(request)
        if len(given["reason"]) < 3:
            raise Problem(422, "invalid", "Champ non valide.")
        hall.decisions.append((movement_id, given["decision"]))
        hall.surpluses = [one for one in hall.surpluses if one["movement_id"] != movement_id]

    @router.post("/payments/{payment_id}/review/end", status_code=204)
    def end_review(request: Request, payment_id: str) -> None:
        regie(request)
        payment = world.payments[payment_id]
        if payment["status"] == "succeeded":
            raise Problem(409, "review-over", "Ce paiement n'est pas, ou n'est plus, à vérifier.")
        payment["status"] = "cancelled"

    @router.get("/unplaced-money")
    def unplaced(request: Request, *, dealt: bool = False) -> dict[str, Any]:
        regie(request)
        return {"items": [one for one in hall.unplaced if bool(one.get("reason")) is dealt]}

    @router.post("/unplaced-money/{message_id}/dealt-with", status_code=204)
    def deal_with(request: Request, message_id: str, given: Annotated[dict[str, str], Body()]) -> None:
        caller = staff(world, request, "regisseur", "administrator")
        (one,) = [one for one in hall.unplaced if one["message_id"] == message_id]
        if one.get("reason"):
            raise Problem(409, "already-dealt-with", "Quelqu'un d'autre a déjà noté ce qu'il en est.")
        one.update(given, dealt_by=an_id(caller), dealt_at=NOW)

    @router.get("/unconfirmed-money")
    def unconfirmed(request: Request, *, decided: bool = False) -> dict[str, Any]:
        regie(request)
        return {"items": [one for one in hall.unconfirmed if bool(one.get("decision")) is decided]}

    @router.post("/unconfirmed-money/{movement_id}/decision", status_code=204)
    def note_arrival(request: Request, movement_id: str, given: Annotated[dict[str, str], Body()]) -> None:
        regie(request)
        (one,) = [one for one in hall.unconfirmed if one["movement_id"] == movement_id]
        if one.get("decision"):
            raise Problem(409, "arrival-known", "Quelqu'un a déjà répondu pour cet encaissement.")
        one.update(given, decided_at=NOW)

    @router.get("/ledger/differences")
    def differences(request: Request) -> dict[str, Any]:
        regie(request)
        return {"items": hall.differences}

    return router
