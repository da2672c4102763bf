"""planning: waiting lists."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from fake_api.identity import parent, staff
from fake_api.planning import _ACTIVITY, _ELEMENT, _UNIT_CENTS
from fake_api.world import CANTEEN, CHILDREN, FAMILY, NOW, Problem, World, an_id

NAME = "planning"
_RULES = {
    "is_open": True,
    "promotion": "offer",
    "accept_within_minutes": 1440,
    "ranking": "first_come",
    "sibling_points": 0,
    "first_day_points": 0,
}


def _what(member_id: str, day: date) -> dict[str, Any]:
    return {
        "member_id": member_id,
        "first_name": CHILDREN[member_id],
        "last_name": "Martin",
        "family_id": FAMILY,
        "family_name": "Famille Martin",
        "activity_id": CANTEEN,
        "activity_name": _ACTIVITY,
        "element_name": _ELEMENT,
        "day": day.isoformat(),
        "slot": "day",
    }


def _offer(member_id: str, day: date) -> dict[str, Any]:
    return _what(member_id, day) | {
        "offer_id": an_id(f"offer {member_id} {day}"),
        "status": "offered",
        "offered_at": NOW,
        "expires_at": "2022-07-05T10:00:00Z",
        "ended_at": None,
        "unit_price_cents": _UNIT_CENTS,
    }


def _waiting(rank: int, member_id: str, day: date) -> dict[str, Any]:
    return _what(member_id, day) | {
        "waiting_id": an_id(f"waiting {member_id} {day}"),
        "joined_at": NOW,
        "rank": rank,
    }


def _list(world: World) -> dict[str, Any]:
    return {
        "waiting": [_waiting(rank, *each) for rank, each in enumerate(world.waiting, 1)],
        "offers": [_offer(*each) for each in world.offers],
        "ended": [],
    }


def _join(world: World, member_id: str, days: list[date]) -> dict[str, Any]:
    if free := [day for day in days if day not in world.full_days]:
        told = {"slot": "day", "reason": "Il reste une place.", "slug": "place-free"}
        lines = [told | {"day": str(day)} for day in free]
        raise Problem(409, "lines-refused", "Certains jours ne peuvent pas être attendus.", lines=lines)
    world.waiting += [(member_id, day) for day in days]
    return _list(world)


def _leave(world: World, waiting_id: str) -> Response:
    for each in world.waiting:
        if an_id(f"waiting {each[0]} {each[1]}") == waiting_id:
            world.waiting.remove(each)
            return Response(status_code=204)
    raise Problem(404, "not-found", "Ce jour n'est plus attendu.")


def _answer(world: World, offer_id: str, word: str) -> dict[str, Any]:
    for each in world.offers:
        if an_id(f"offer {each[0]} {each[1]}") == offer_id:
            world.offers.remove(each)
            if word == "accept":
                world.booked.add(each)
            return {}
    raise Problem(409, "offer-ended", "Le délai pour accepter est passé.")


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/waiting-list")
    def own_list(request: Request) -> dict[str, Any]:
        parent(world, request)
        return _list(world)

    @router.post("/waiting-list")
    def join(
        request: Request, member_id: Annotated[str, Body()], days: Annotated[list[date], Body()]
    ) -> dict[str, Any]:
        parent(world, request)
        return _join(world, member_id, days)

    @router.delete("/waiting-list/{waiting_id}", status_code=204)
    def leave(request: Request, waiting_id: str) -> Response:
        parent(world, request)
        return _leave(world, waiting_id)

    @router.post("/place-offers/{offer_id}/{word}")
    def answer(request: Request, offer_id: str, word: str) -> dict[str, Any]:
        parent(world, request)
        return _answer(world, offer_id, word)

    @router.get("/waiting-lists")
    def lists(request: Request) -> list[dict[str, Any]]:
        staff(world, request)
        return [
            {
                "day": day.isoformat(),
                "slot": "day",
                "slot_name": None,
                "activity_id": CANTEEN,
                "activity_name": _ACTIVITY,
                "waiting": sum(other == day for _, other in world.waiting),
                "offered": sum(other == day for _, other in world.offers),
            }
            for day in sorted({day for _, day in world.waiting})
        ]

    @router.get("/waiting-lists/slot")
    def one_list(request: Request, day: date) -> dict[str, Any]:
        staff(world, request)
        reasons = [{"points": 50, "sentence": "Situation signalée par le CCAS"}]
        return {
            "activity_id": CANTEEN,
            "activity_name": _ACTIVITY,
            "element_name": _ELEMENT,
            "day": day.isoformat(),
            "slot": "day",
            "how": "Les places qui se libèrent sont proposées dans l'ordre d'arrivée.",
            "waiting": [
                _waiting(rank, *each) | {"points": 50, "reasons": reasons}
                for rank, each in enumerate((each for each in world.waiting if each[1] == day), 1)
            ],
            "offers": [_offer(*each) for each in world.offers if each[1] == day],
        }

    @router.get("/activities/{activity_id}/waiting-list-rules")
    def rules(request: Request) -> dict[str, Any]:
        staff(world, request)
        return _RULES | world.waiting_rules | {"how": "Les places qui se libèrent sont proposées."}

    @router.put("/activities/{activity_id}/waiting-list-rules")
    def set_rules(request: Request, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        staff(world, request)
        if not 15 <= body["accept_within_minutes"] <= 10080:
            raise Problem(422, "invalid-request", "La demande n'est pas valable.")
        world.waiting_rules = body
        return rules(request)

    @router.get("/members/{member_id}/waiting-points")
    def points(request: Request, member_id: str) -> dict[str, Any]:
        staff(world, request)
        given = world.waiting_points.get(member_id, {"points": 0, "reason": None})
        return {"member_id": member_id, "first_name": CHILDREN[member_id]} | given

    @router.put("/members/{member_id}/waiting-points")
    def give_points(request: Request, member_id: str, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        staff(world, request)
        world.waiting_points[member_id] = body
        return points(request, member_id)

    return router
