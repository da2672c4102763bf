"""planning: the canteen of Alixan, open Monday, Tuesday, Thursday and Friday from 1 September 2022."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from fake_api.identity import parent
from fake_api.world import CANTEEN, CHILDREN, NOW, SEASON, TODAY, Problem, World, an_id

NAME = "planning"
_OPENS = date(2022, 9, 1)
_OPEN_WEEK_DAYS = {0, 1, 3, 4}
_UNIT_CENTS = 500
SLOTS: list[dict[str, Any]] = []
"""Of the canteen; none: it is booked for whole days."""
_ELEMENT, _ACTIVITY = "Cantine d'Alixan", f"Cantine d'Alixan {SEASON}"


def _cell(world: World, member_id: str, day: date) -> dict[str, Any]:
    key = (member_id, day)
    drafted = world.draft.get(key)
    state, reason, changeable = "available", None, True
    if (CANTEEN, member_id) not in world.paid:
        state, reason, changeable = "blocked", "L'inscription n'est pas encore payée.", False
    elif day < _OPENS:
        state, reason, changeable = "blocked", "Cette activité est ouverte à partir du 01/09/2022.", False
    elif day.weekday() not in _OPEN_WEEK_DAYS:
        state, reason, changeable = "closed", "La cantine n'ouvre pas ce jour de la semaine.", False
    elif drafted:
        state = "selected" if drafted == "book" else "removing"
    elif key in world.booked:
        state = "booked"
    elif day in world.full_days:
        state, reason, changeable = "full", "Il n'y a plus de place ce jour-là.", False
        if (member_id, day) in world.waiting:
            state, reason = "waiting", f"En liste d'attente, rang {world.waiting.index((member_id, day)) + 1}."
    if key in world.listed:
        state, reason, changeable = world.listed[key], "Pointé sur la liste du jour.", False
    wanted = drafted == "book" or (key in world.booked and drafted != "cancel")
    cell = {"day": day.isoformat(), "state": state, "wanted": wanted, "changeable": changeable, "reason": reason}
    return cell | {"price_cents": _UNIT_CENTS, "closes_at": None, "can_wait": state == "full"}


def _let_in(world: World, request: Request) -> None:
    parent(world, request)
    if world.rank:
        detail = f"Beaucoup de familles réservent en ce moment. {world.rank - 1} familles passent avant vous."
        raise Problem(429, "not-yet-in", detail, rank=world.rank, retry_after=world.rank // 2)


def _lines(world: World) -> list[dict[str, Any]]:
    return [
        {
            "line_id": an_id(f"{member_id} {day}"),
            "member_id": member_id,
            "first_name": CHILDREN[member_id],
            "activity_id": CANTEEN,
            "activity_name": _ACTIVITY,
            "season": SEASON,
            "element_name": _ELEMENT,
            "day": day.isoformat(),
            "action": action,
            "tariff_label": "à l'unité",
            "unit_price_cents": _UNIT_CENTS,
            "amount_cents": _UNIT_CENTS if action == "book" else -_UNIT_CENTS,
            "possible": day not in world.refused,
            "reason": world.refused.get(day),
            "can_wait": day in world.full_days,
        }
        for (member_id, day), action in sorted(world.draft.items(), key=lambda entry: (entry[0][1], entry[0][0]))
    ]


def _draft(world: World) -> dict[str, Any]:
    lines = _lines(world)
    total = sum(line["amount_cents"] for line in lines)
    return {"lines": lines, "count": len(lines), "total_cents": total, "saved_at": NOW if lines else None}


_CANTEEN = {
    "activity_id": CANTEEN,
    "name": _ACTIVITY,
    "element_name": _ELEMENT,
    "season": SEASON,
    "opens_on": "2022-09-01",
    "closes_on": "2023-07-08",
}


def _family(world: World) -> list[dict[str, Any]]:
    enrolled = {member for _, member in world.paid} | {
        line["member_id"] for order in world.orders.values() for line in order["lines"]
    }
    return [
        {
            "member_id": member_id,
            "first_name": name,
            "kind": "child",
            "activities": [
                _CANTEEN
                | {
                    "slots": SLOTS,
                    "open": (CANTEEN, member_id) in world.paid,
                    "reason": None if (CANTEEN, member_id) in world.paid else "L'inscription n'est pas encore payée.",
                }
            ]
            if member_id in enrolled
            else [],
        }
        for member_id, name in CHILDREN.items()
    ]


def planning_of(world: World, member_id: str, days: list[date], to: date) -> dict[str, Any]:
    cells = [_cell(world, member_id, day) for day in days]
    paid = (CANTEEN, member_id) in world.paid
    return {
        "member": {"member_id": member_id, "first_name": CHILDREN[member_id]},
        "from": days[0],
        "to": to,
        "today": TODAY,
        "activities": [
            _CANTEEN
            | {
                "open": paid,
                "blocked_reason": None if paid else "L'inscription n'est pas encore payée.",
                "block": world.block or None,
                "unit_price_cents": _UNIT_CENTS,
                "tariff_label": "à l'unité",
                "booking_rule": "Réservation jusqu'au jeudi 12h pour la semaine suivante.",
                "cancelling_rule": "Annulation jusqu'au jeudi 12h pour la semaine suivante.",
                "waiting_list": "Les places qui se libèrent sont proposées dans l'ordre d'arrivée.",
                "cells": cells,
            }
        ],
        "period_cost_cents": sum(cell["price_cents"] for cell in cells if cell["wanted"]),
        "draft_count": len(world.draft),
        "open_offers": len(world.offers),
        "custody": "Vos jours : les semaines paires, du lundi au dimanche." if world.custody else None,
    }


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/members")
    def members(request: Request) -> list[dict[str, Any]]:
        _let_in(world, request)
        return _family(world)

    @router.get("/planning")
    def planning(
        request: Request,
        member_id: str,
        start: Annotated[date, Query(alias="from")],
        to: Annotated[date, Query()],
        *,
        with_family: bool = False,
    ) -> Any:
        _let_in(world, request)
        if member_id not in CHILDREN:
            raise Problem(404, "not-found", "Ce membre n'existe pas, ou n'est pas de votre famille.")
        days = [start + timedelta(days=index) for index in range((to - start).days)]
        return planning_of(world, member_id, days, to) | {"family": _family(world) if with_family else None}

    @router.get("/explain")
    def explain(member_id: str, activity_id: str, day: date, slot: str) -> dict[str, Any]:
        if member_id not in CHILDREN:
            raise Problem(404, "not-found", "Ce membre n'existe pas, ou n'est pas de votre famille.")
        cell = _cell(world, member_id, day)
        is_booked = cell["state"] == "booked"
        until = f"possibles jusqu'au jeudi d'avant le {day:%d/%m/%Y}."
        return {
            "state": cell["state"],
            "booking": {
                "possible": cell["changeable"] and not is_booked,
                "reason": "Ce jour est déjà réservé." if is_booked else cell["reason"],
                "rule": "Réservation possible jusqu'au jeudi 12h pour la semaine suivante.",
                "deadline": {"sentence": f"Les réservations sont {until}"},
            },
            "cancelling": {
                "possible": is_booked,
                "reason": None if is_booked else "Ce jour n'est pas, ou plus, réservé.",
                "rule": "Annulation possible jusqu'au jeudi 12h pour la semaine suivante.",
                "deadline": {"sentence": f"Les annulations sont {until}"},
            },
        }

    @router.put("/draft/members/{member_id}")
    def save(
        request: Request,
        member_id: str,
        start: Annotated[date, Body(alias="from")],
        to: Annotated[date, Body()],
        activity_id: Annotated[str, Body()],
        days: Annotated[list[date], Body()],
    ) -> dict[str, Any]:
        _let_in(world, request)
        refused = []
        changes: dict[tuple[str, date], str | None] = {}
        for index in range((to - start).days):
            day = start + timedelta(days=index)
            cell, wanted = _cell(world, member_id, day), day in days
            if wanted == cell["wanted"]:
                continue
            if not cell["changeable"]:
                refused.append({"day": day.isoformat(), "reason": cell["reason"]})
            booked = (member_id, day) in world.booked
            changes[member_id, day] = None if wanted == booked else "book" if wanted else "cancel"
        if refused:
            raise Problem(409, "lines-refused", "Certains jours ne peuvent pas être modifiés.", lines=refused)
        for key, action in changes.items():
            if action is None:
                world.draft.pop(key, None)
            else:
                world.draft[key] = action
        return _draft(world)

    @router.get("/draft")
    def draft(request: Request) -> dict[str, Any]:
        parent(world, request)
        return _draft(world)

    @router.delete("/draft", status_code=204)
    def drop(request: Request) -> Response:
        parent(world, request)
        world.draft.clear()
        return Response(status_code=204)

    @router.delete("/draft/lines/{line_id}")
    def drop_line(request: Request, line_id: str) -> dict[str, Any]:
        parent(world, request)
        for member_id, day in [key for key in world.draft if an_id(f"{key[0]} {key[1]}") == line_id]:
            del world.draft[member_id, day]
        return _draft(world)

    @router.delete("/draft/impossible-lines")
    def drop_impossible(request: Request) -> dict[str, Any]:
        parent(world, request)
        for key in [key for key in world.draft if key[1] in world.refused]:
            del world.draft[key]
        return _draft(world)

    @router.post("/draft/commit")
    def commit(request: Request) -> dict[str, Any]:
        _let_in(world, request)
        lines = _lines(world)
        if not lines:
            raise Problem(409, "draft-empty", "Aucun jour n'attend de validation.")
        refused = [line for line in lines if not line["possible"]]
        if refused:
            lines = [line | {"slug": "deadline-passed"} for line in refused]
            raise Problem(409, "lines-refused", "Certains jours ne peuvent plus être réservés.", lines=lines)
        answer = {"basket_id": an_id("basket")} | _draft(world)
        for key, action in world.draft.items():
            (world.booked.add if action == "book" else world.booked.discard)(key)
        world.draft.clear()
        return answer

    return router
