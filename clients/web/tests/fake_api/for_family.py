"""planning: what the town hall does for the family. The deadline of ``world.refused`` days has passed; with a
``world.block``, no other day can be booked either.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from fake_api import planning, waiting
from fake_api.absences import _announce, _own
from fake_api.identity import staff
from fake_api.parts import not_found
from fake_api.world import CANTEEN, CHILDREN, FAMILY, Problem, World

NAME = "planning"
_SERVING = ("agent", "administrator")


def _known(world: World, request: Request, family_id: str, member_id: str | None = None, *roles: str) -> World:
    """The world as the town hall sees it: without the family's draft."""
    staff(world, request, *roles)
    if family_id != FAMILY or (member_id and member_id not in CHILDREN):
        raise not_found()
    return replace(world, draft={})


def _late(seen: World, cell: dict[str, Any]) -> dict[str, Any]:
    booked, reason = cell["state"] == "booked", seen.refused.get(date.fromisoformat(cell["day"]))
    if reason is None and seen.block and not booked and cell["changeable"]:
        return cell | {"state": "blocked", "changeable": False, "reason": seen.block}
    if reason is None or not cell["changeable"]:
        return cell
    state = "booked" if booked else "deadline_passed"
    return cell | {"state": state, "changeable": False, "reason": reason}


def _refused(seen: World, member_id: str, body: dict[str, Any]) -> list[dict[str, str]]:
    lines = []
    for action in ("book", "cancel"):
        for day in (day for chosen in body[action] for day in chosen["days"]):
            cell = planning._cell(seen, member_id, date.fromisoformat(day))
            late = None if body["deadlines_set_aside"] else seen.refused.get(date.fromisoformat(day))
            block = seen.block if action == "book" and not body["blocks_set_aside"] else None
            if reason := late or block or cell["reason"]:
                named = {"day": day, "slot": "day", "element_name": "Cantine d'Alixan"}
                lines.append(named | {"reason": reason, "slug": "deadline-passed" if late else "file-incomplete"})
    return lines


def routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/families/{family_id}")

    @router.get("/members")
    def members(request: Request, family_id: str) -> list[dict[str, Any]]:
        return planning._family(_known(world, request, family_id))

    @router.get("/planning")
    def read(
        request: Request,
        family_id: str,
        member_id: str,
        start: Annotated[date, Query(alias="from")],
        to: Annotated[date, Query()],
    ) -> Any:
        seen = _known(world, request, family_id, member_id)
        days = [start + timedelta(days=index) for index in range((to - start).days)]
        shown = planning.planning_of(seen, member_id, days, to)
        cells = [_late(seen, cell) for cell in shown["activities"][0]["cells"]]
        late = [{"day": cell["day"], "slot": "day"} for cell in cells if cell["day"] in map(str, seen.refused)]
        blocked = [{"day": cell["day"], "slot": "day"} for cell in cells if cell["state"] == "blocked"]
        shown["activities"][0] |= {"cells": cells, "late": late, "blocked": blocked}
        return shown | {"draft_count": len(world.draft), "family": planning._family(seen)}

    @router.post("/baskets")
    def commit(request: Request, family_id: str, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        member_id = body["member_id"]
        seen = _known(world, request, family_id, member_id, *_SERVING)
        if (body["deadlines_set_aside"] or body["blocks_set_aside"]) and not body["reason"]:
            raise Problem(422, "reason-missing", "Indiquez le motif : la famille le lit. Rien n'a été enregistré.")
        if lines := _refused(seen, member_id, body):
            raise Problem(409, "lines-refused", "Certaines lignes ne peuvent plus être réservées.", lines=lines)
        done = []
        for action, change in (("book", world.booked.add), ("cancel", world.booked.discard)):
            for chosen in body[action]:
                assert chosen["activity_id"] == CANTEEN
                for day in chosen["days"]:
                    change((member_id, date.fromisoformat(day)))
                    done.append({"day": day, "action": action})
        world.town_hall.baskets.append(body)
        return {"lines": done}

    @router.get("/absences")
    def absences(request: Request, family_id: str) -> dict[str, Any]:
        return _own(_known(world, request, family_id))

    @router.post("/absences")
    def announce(request: Request, family_id: str, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        _known(world, request, family_id, body["member_id"], *_SERVING)
        _announce(world, body, [])
        return _own(world)

    @router.get("/waiting-list")
    def waiting_list(request: Request, family_id: str) -> dict[str, Any]:
        return waiting._list(_known(world, request, family_id))

    @router.post("/waiting-list")
    def join(
        request: Request, family_id: str, member_id: Annotated[str, Body()], days: Annotated[list[date], Body()]
    ) -> dict[str, Any]:
        _known(world, request, family_id, member_id, *_SERVING)
        return waiting._join(world, member_id, days)

    @router.delete("/waiting-list/{waiting_id}", status_code=204)
    def leave(request: Request, family_id: str, waiting_id: str) -> Response:
        _known(world, request, family_id, None, *_SERVING)
        return waiting._leave(world, waiting_id)

    @router.post("/place-offers/{offer_id}/{word}")
    def answer(request: Request, family_id: str, offer_id: str, word: str) -> dict[str, Any]:
        _known(world, request, family_id, None, *_SERVING)
        return waiting._answer(world, offer_id, word)

    return router
