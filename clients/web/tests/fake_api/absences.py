"""planning: absences of booked days; the fake town excuses nothing but illness, on proof."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from fake_api.identity import parent, staff
from fake_api.waiting import _what
from fake_api.world import NOW, Problem, World, an_id

NAME = "planning"
_SAID = {"how": "Une absence s'annonce jusqu'à 2 jours après."}


def _absence(member_id: str, day: date, said: dict[str, Any]) -> dict[str, Any]:
    return _what(member_id, day) | said | {"absence_id": an_id(f"absence {member_id} {day}"), "announced_at": NOW}


def _own(world: World) -> dict[str, Any]:
    how = "Une absence s'annonce jusqu'à 2 jours après. Elle n'est pas facturée pour : maladie (sur justificatif)."
    return {
        "announced": [_absence(*what, said) for what, said in world.absent.items()],
        "supplements": world.supplements,
        "possible": [_what(*what) | {"how": how} for what in sorted(world.booked) if what not in world.absent],
    }


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/absences")
    def own(request: Request) -> dict[str, Any]:
        parent(world, request)
        return _own(world)

    @router.post("/absences")
    def announce(request: Request, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        parent(world, request)
        for day in map(date.fromisoformat, body["days"]):
            if (body["member_id"], day) in world.absent:
                lines = [{"day": str(day), "slot": "day", "reason": "Absence annoncée.", "slug": "absence-announced"}]
                raise Problem(409, "lines-refused", "Certaines absences ne peuvent pas être annoncées.", lines=lines)
            world.absent[body["member_id"], day] = {
                "reason": body["reason"],
                "document_reference": body["document_reference"],
                "state": "absence_announced" if body["reason"] == "illness" else "absent_unjustified",
                "billed": True,
                "sentence": "La mairie décidera au vu du justificatif ; d'ici là, le jour reste facturé.",
            }
        return _own(world)

    @router.get("/activities/{activity_id}/absence-policy")
    def policy(request: Request) -> dict[str, Any]:
        staff(world, request)
        unset = {"excused": [], "on_proof": [], "grace_days": 0, "days_to_announce": 2}
        return unset | world.absence_policy | _SAID

    @router.put("/activities/{activity_id}/absence-policy")
    def set_policy(request: Request, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        staff(world, request)
        world.absence_policy = body
        return policy(request)

    @router.post("/activities/{activity_id}/absence-policy/preview")
    def try_policy(request: Request, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        staff(world, request)
        return body | _SAID | {"examples": [f"Venir sans réservation : {body['unbooked_cents']} centimes."]}

    @router.get("/town-hall/absences")
    def of_town(request: Request) -> list[dict[str, Any]]:
        staff(world, request)
        return [_absence(*what, said) for what, said in world.absent.items()]

    @router.post("/town-hall/absences/{absence_id}/decision", status_code=204)
    def decide(request: Request, absence_id: str, justified: Annotated[bool, Body(embed=True)]) -> Response:
        staff(world, request)
        for what, said in world.absent.items():
            if an_id(f"absence {what[0]} {what[1]}") == absence_id and said["state"] == "absence_announced":
                said |= {"state": "absent_justified" if justified else "absent_unjustified", "billed": not justified}
                return Response(status_code=204)
        raise Problem(409, "absence-decided", "Cette absence est déjà décidée. Rien n'a été changé.")

    return router
