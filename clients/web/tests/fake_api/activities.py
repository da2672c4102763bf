"""enrolment: activities as the town hall describes them; the fake town has a canteen and a swimming course."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from fake_api.identity import staff
from fake_api.world import CANTEEN, REGIE, SEASON, SWIMMING, Problem, World


def described(name: str, **changes: Any) -> dict[str, Any]:
    """An activity in the API's fields."""
    return {
        "name": f"{name} {SEASON}",
        "element_name": name,
        "description": "",
        "category": "periscolaire",
        "season": SEASON,
        "opens_on": "2022-09-01",
        "closes_on": "2023-07-08",
        "regie_id": REGIE,
        "immediate_payment": True,
        "member_kind": "child",
        "min_age": None,
        "max_age": None,
        "schools": [],
        "tariff": {"adhesion_fee_cents": 1700, "label": "à l'unité", "unit": {"kind": "flat", "cents": 500}},
        "slots": [],
        **changes,
    }


def first() -> dict[str, dict[str, Any]]:
    """What the town offers at first."""
    return {CANTEEN: described("Cantine d'Alixan"), SWIMMING: described("Aquagym", category="adultes")}


def routes(world: World) -> APIRouter:
    router = APIRouter()
    hall = world.town_hall

    @router.get("/all-activities")
    def activities(request: Request) -> list[dict[str, Any]]:
        staff(world, request)
        regie = {"regie_id": REGIE, "name": "Régie Périscolaire d'Alixan"}
        return [each | {"activity_id": key, "regie": regie} for key, each in (hall.activities or first()).items()]

    @router.post("/activities/{activity_id}/preview")
    def preview(request: Request, activity_id: str, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        staff(world, request)
        _refuse(world)
        before = (hall.activities or first()).get(activity_id)
        repriced = 3 if before and before["tariff"] != body["tariff"] else 0
        lines = [{"label": "Tarif unique", "unit_cents": 550}]
        grids = [{"slot": None, "lines": lines}]
        return {"effective_from": "2022-08-01", "enrolled": 3, "repriced": repriced, "grids": grids}

    @router.put("/activities/{activity_id}")
    def save(request: Request, activity_id: str, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        staff(world, request)
        _refuse(world)
        hall.activities = (hall.activities or first()) | {activity_id: body}
        return body

    return router


def _refuse(world: World) -> None:
    if wrong := world.town_hall.activity_errors:
        errors = [{"field": field, "message": message} for field, message in wrong.items()]
        raise Problem(422, "invalid-payload", "Certaines informations sont mal formées.", errors=errors)
