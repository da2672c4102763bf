"""planning: «modification avancée», the trail, the calendars' addresses."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from fake_api.identity import parent, staff
from fake_api.planning import _ACTIVITY, _ELEMENT, _UNIT_CENTS, _cell
from fake_api.world import CANTEEN, CHILDREN, FAMILY, NOW, Problem, World, an_id

NAME = "planning"


def _days(world: World, wish: dict[str, Any], member_id: str, start: date, end: date) -> list[date]:
    days = [start + timedelta(days=index) for index in range((end - start).days)]
    if wish["kind"] == "sibling":
        return [day for day in days if (wish["member_id"], day) in world.booked]
    if wish["kind"] == "last_month":
        return [day for day in days if (member_id, day - timedelta(days=28)) in world.booked]
    odd = {"every": {0, 1}, "odd": {1}, "even": {0}}[wish["weeks"]]
    return [day for day in days if day.weekday() in wish["week_days"] and day.isocalendar().week % 2 in odd]


def _proposal(world: World, body: dict[str, Any], member_id: str) -> dict[str, Any]:
    start, end = date.fromisoformat(body["from"]), date.fromisoformat(body["to"])
    books = body["action"] == "book"
    days = _days(world, body["days"], member_id, start, end)
    cells = {day: _cell(world, member_id, day) for day in days}
    refused = [day for day, cell in cells.items() if not cell["changeable"]]
    drafted = [day for day, cell in cells.items() if cell["changeable"] and cell["wanted"] is not books]
    reasons = {cells[day]["reason"] for day in refused}
    return {
        "member_id": member_id,
        "first_name": CHILDREN[member_id],
        "activity_id": CANTEEN,
        "activity_name": _ACTIVITY,
        "element_name": _ELEMENT,
        "drafted": drafted,
        "given_up": [],
        "kept": [day for day in days if day not in {*refused, *drafted}],
        "refused": [
            {
                "slug": "day-closed",
                "which": f"{len([day for day in refused if cells[day]['reason'] == reason])} jours",
                "reason": reason,
                "days": [day for day in refused if cells[day]["reason"] == reason],
            }
            for reason in sorted(reasons)
        ],
        "amount_cents": len(drafted) * (_UNIT_CENTS if books else -_UNIT_CENTS),
    }


def _outcome(world: World, body: dict[str, Any]) -> dict[str, Any]:
    if not set(body["member_ids"]) <= CHILDREN.keys() or body["activity_ids"] != [CANTEEN]:
        raise Problem(404, "not-found", "Cette page ou cet élément n'existe pas, ou n'est pas à vous.")
    proposals = [_proposal(world, body, member_id) for member_id in body["member_ids"]]
    count = sum(len(proposal["drafted"]) for proposal in proposals)
    amount = sum(proposal["amount_cents"] for proposal in proposals)
    return {
        "from": body["from"],
        "to": body["to"],
        "action": body["action"],
        "proposals": proposals,
        "count": count,
        "refused_count": sum(len(each["days"]) for proposal in proposals for each in proposal["refused"]),
        "amount_cents": amount,
        "period_cost_cents": amount,
        "draft_count": len(world.draft) + count,
    }


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.post("/draft/advanced-changes/preview")
    def preview(request: Request, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        parent(world, request)
        return _outcome(world, body)

    @router.post("/draft/advanced-changes")
    def change(request: Request, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        parent(world, request)
        outcome = _outcome(world, body)
        for proposal in outcome["proposals"]:
            for day in proposal["drafted"]:
                world.draft[proposal["member_id"], day] = body["action"]
        return outcome

    @router.get("/trail")
    def trail(request: Request, cursor: str | None = None) -> dict[str, Any]:
        parent(world, request)
        return _trail(world, cursor)

    @router.get("/families/{family_id}/trail")
    def family_trail(request: Request, family_id: str, cursor: str | None = None) -> dict[str, Any]:
        staff(world, request)
        if family_id != FAMILY:
            raise Problem(404, "not-found", "Cette page ou cet élément n'existe pas, ou n'est pas à vous.")
        return _trail(world, cursor)

    @router.get("/agenda-addresses")
    def addresses(request: Request) -> list[dict[str, Any]]:
        parent(world, request)
        return [
            {
                "address_id": an_id(f"agenda {secret}"),
                "member_id": member_id,
                "first_name": CHILDREN.get(member_id or ""),
                "created_at": NOW,
            }
            for member_id, secret in world.agendas.items()
        ]

    @router.post("/agenda-addresses", status_code=201)
    def renew(request: Request, member_id: Annotated[str | None, Body(embed=True)]) -> dict[str, Any]:
        parent(world, request)
        secret = f"secret{len(world.agendas_made)}"
        world.agendas_made.append(secret)
        world.agendas[member_id] = secret
        path = f"/api/planning/v1/agendas/{secret}.ics"
        return {"address_id": an_id(f"agenda {secret}"), "member_id": member_id, "path": path, "created_at": NOW}

    @router.delete("/agenda-addresses/{address_id}", status_code=204)
    def revoke(request: Request, address_id: str) -> Response:
        parent(world, request)
        for member_id, secret in list(world.agendas.items()):
            if an_id(f"agenda {secret}") == address_id:
                del world.agendas[member_id]
                return Response(status_code=204)
        raise Problem(404, "not-found", "Cette page ou cet élément n'existe pas, ou n'est pas à vous.")

    return router


def _trail(world: World, cursor: str | None) -> dict[str, Any]:
    entries = world.trail[int(cursor or 0) :]
    return {"items": entries[:2], "next_cursor": str(int(cursor or 0) + 2) if len(entries) > 2 else None}
