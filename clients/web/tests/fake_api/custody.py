"""planning: Théo lives in two homes; the fake shares his days by whole weeks only."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from fake_api.identity import staff
from fake_api.parts import not_found
from fake_api.world import FAMILY, THEO, Problem, World, an_id

NAME = "planning"
OTHER_HOME = an_id("Famille Roux")
_HOMES = {FAMILY: "Famille Martin", OTHER_HOME: "Famille Roux"}
_MONDAY = date(2022, 7, 4)


def _shared(custody: dict[str, Any] | None) -> dict[str, Any]:
    weeks = [OTHER_HOME, FAMILY] * 3
    return {
        "member_id": THEO,
        "first_name": "Théo",
        "homes": [
            {"family_id": home, "name": name, "days": f"{name} : une semaine sur deux." if custody else None}
            for home, name in _HOMES.items()
        ],
        "custody": custody,
        "next_days": [
            {"day": str(_MONDAY + timedelta(days=7 * week + day)), "home": home}
            for week, home in enumerate(weeks if custody else [])
            for day in range(7)
        ],
        "kept": [{"family_id": OTHER_HOME, "day": "2022-09-05", "element_name": "Cantine"}] if custody else [],
    }


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/families/{family_id}/shared-members")
    def shared_members(request: Request, family_id: str) -> list[dict[str, Any]]:
        staff(world, request)
        return [_shared(world.custody)] if family_id == FAMILY else []

    @router.put("/members/{member_id}/custody", status_code=204)
    def share(request: Request, member_id: str, body: Annotated[dict[str, Any], Body()]) -> Response:
        staff(world, request)
        if member_id != THEO:
            raise not_found()
        if any(not each["home"] for each in body["dates"]):
            raise Problem(422, "validation", "La demande n'est pas valable.")
        if not body["even_weeks"] and not body["first_halves"] and not body["dates"]:
            raise Problem(422, "invalid-custody", "Ce partage ne donne aucun jour à personne.")
        world.custody = body
        return Response(status_code=204)

    @router.delete("/members/{member_id}/custody", status_code=204)
    def stop(request: Request, member_id: str) -> Response:
        staff(world, request)
        if member_id != THEO:
            raise not_found()
        world.custody = None
        return Response(status_code=204)

    return router
