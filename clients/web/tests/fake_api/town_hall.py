"""What the services answer to the town hall: one router for each service."""

import json
import uuid
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Form, Request, Response, UploadFile

from fake_api import activities, day_lists, families, town_hall_payments
from fake_api.enrolment import adhesion
from fake_api.identity import staff
from fake_api.parts import not_found as _not_found
from fake_api.parts import part as _part
from fake_api.staff_accounts import first
from fake_api.world import (
    CANTEEN,
    CHILDREN,
    FAMILY,
    GUARDIAN,
    NOW,
    SEASON,
    TODAY,
    USER,
    Problem,
    World,
    an_id,
    invoice,
)

_CANTEEN_NAME = f"Cantine d'Alixan {SEASON}"
_PARENT_ACCOUNT = an_id(USER)


def routes(world: World) -> dict[str, APIRouter]:
    """Routers by service."""
    return {
        "identity": _identity(world),
        "enrolment": _enrolment(world),
        "planning": _planning(world),
        "billing": _billing(world),
        "payment-gateway": town_hall_payments.routes(world),
        "communication": _communication(world),
    }


def _identity(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/accounts")
    def accounts(request: Request, family_id: uuid.UUID | None = None, kind: str = "") -> dict[str, Any]:
        staff(world, request)
        if kind == "staff":
            return {"items": list((world.town_hall.staff_accounts or first()).values()), "next_cursor": None}
        account = {
            "account_id": _PARENT_ACCOUNT,
            "user_name": USER,
            "display_name": "Camille Martin",
            "email": world.email,
            "roles": ["parent"],
            "family_id": FAMILY,
            "guardian_id": GUARDIAN,
            "must_change_password": world.must_change,
            "has_password": True,
            "closed": False,
        }
        return {"items": [account] if str(family_id) in {FAMILY, "None"} else [], "next_cursor": None}

    @router.post("/accounts/{account_id}/first-password")
    def first_password(request: Request, account_id: str) -> dict[str, str]:
        staff(world, request)
        if hired := (world.town_hall.staff_accounts or first()).get(account_id):
            staff(world, request, "administrator")
            world.town_hall.first_passwords.append("prune-violon-1848")
            return {"user_name": hired["user_name"], "first_password": "prune-violon-1848"}
        if account_id != _PARENT_ACCOUNT:
            raise _not_found()
        world.town_hall.first_passwords.append("cerise-tambour-1947")
        world.password, world.must_change = "cerise-tambour-1947", True
        return {"user_name": USER, "first_password": world.password}

    return router


def _enrolment(world: World) -> APIRouter:
    router = activities.routes(world)
    router.include_router(families.routes(world))

    @router.get("/surplus-payments")
    def surplus_payments(request: Request) -> dict[str, Any]:
        staff(world, request)
        return {"items": [], "next_cursor": None}

    @router.get("/returned-payments")
    def returned_payments(request: Request) -> list[dict[str, Any]]:
        staff(world, request)
        return world.town_hall.returned

    @router.get("/regies")
    def regies(request: Request) -> list[dict[str, str]]:
        staff(world, request)
        return [{"regie_id": regie_id, "name": name} for regie_id, name in world.town_hall.regies.items()]

    @router.put("/regies/{regie_id}")
    def name_regie(request: Request, regie_id: uuid.UUID, name: Annotated[str, Body(embed=True)]) -> dict[str, str]:
        staff(world, request)
        if not 1 <= len(name.strip()) <= 120:
            raise Problem(422, "invalid-payload", "Certaines informations sont mal formées.")
        world.town_hall.regies[str(regie_id)] = name.strip()
        return {"regie_id": str(regie_id), "name": name.strip()}

    @router.get("/adhesions")
    def adhesions(
        request: Request,
        activity_id: uuid.UUID | None = None,
        status: Literal["awaiting_payment", "active", "ended"] | None = None,
        query: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> dict[str, Any]:
        staff(world, request)
        names = {"last_name": "Martin", "family_name": "Famille Martin"}
        found = [
            adhesion(world, order, line) | names
            for order in world.orders.values()
            if order["status"] in {"awaiting_payment", "paid"}
            for line in order["lines"]
        ]
        kept = [
            one
            for one in found
            if status in {None, one["status"]}
            and str(activity_id) in {"None", one["activity_id"]}
            and (query or "").lower() in f"{one['first_name']} {one['family_name']}".lower()
        ]
        return _part(kept, cursor, limit)

    return router


def _planning(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/day-counts")
    def counts(request: Request) -> list[dict[str, Any]]:
        staff(world, request)
        start, end = (date.fromisoformat(request.query_params[name]) for name in ("from", "to"))
        days = sorted({day for _member, day in world.booked if start <= day < end})
        return [
            {
                "day": day.isoformat(),
                "activity_id": CANTEEN,
                "activity_name": _CANTEEN_NAME,
                "booked": sum(booked == day for _member, booked in world.booked),
                "expected": sum(booked == day for _member, booked in world.booked - world.town_hall.announced),
                "capacity": None if world.town_hall.room else 80,
                "room": world.town_hall.room,
            }
            for day in days
        ]

    @router.get("/day")
    def day_list(
        request: Request, day: date, activity_id: uuid.UUID, school: str | None = None, group: str | None = None
    ) -> dict[str, Any]:
        staff(world, request)
        booked = [child for child in day_lists.listed(world, day) if child["booked"] and str(activity_id) == CANTEEN]
        shown = day_lists.of_part(booked, school, group)
        return {
            "day": day.isoformat(),
            "activity_id": str(activity_id),
            "count": day_lists.expected(shown),
            "capacity": None if world.town_hall.room else 80,
            "reservations": [child | {"family_name": "Famille Martin", "status": "booked"} for child in shown],
        } | day_lists.parts(booked)

    @router.get("/schools")
    def schools(request: Request) -> list[str]:
        staff(world, request)
        return ["Jules Ferry", "Pasteur"]

    @router.get("/activities/{activity_id}/calendar")
    def calendar(request: Request, activity_id: uuid.UUID) -> dict[str, Any]:
        staff(world, request)
        if world.town_hall.calendar is None:
            raise _not_found()
        texts = {"booking_rule_text": "Réservation possible.", "cancelling_rule_text": "Annulation possible."}
        texts |= {"places_text": _places(world.town_hall.calendar), "blocks_text": _blocks(world.town_hall.calendar)}
        return world.town_hall.calendar | texts | {"notices": [], "version": _version(world.town_hall.calendar)}

    @router.put("/activities/{activity_id}/calendar")
    def publish(request: Request, activity_id: uuid.UUID, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        staff(world, request)
        _check(body)
        if world.town_hall.calendar and body["version"] not in (None, _version(world.town_hall.calendar)):
            raise Problem(409, "calendar-changed", "Ce calendrier a été modifié entre-temps par quelqu'un d'autre.")
        world.town_hall.calendar = body
        return body

    @router.post("/activities/{activity_id}/calendar/preview")
    def preview(request: Request, activity_id: uuid.UUID, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        staff(world, request)
        _check(body["calendar"])
        told = {"timing": "open", "closes_at": NOW, "sentence": "Possible."}
        closed = [closure["from"] for closure in body["calendar"]["closures"]]
        closed = [day for day in closed if day not in world.town_hall.withdrawn]
        days = [
            {"day": day, "closed_reason": reason, "booking": told, "cancelling": told, "reservations": 3, "families": 2}
            | {"for_some": []}
            for day, reason in [(body["from"], None), *((day, "Grève") for day in closed)]
        ]
        texts = {"booking_rule_text": "Réservation essayée.", "cancelling_rule_text": "Annulation essayée."}
        places = body["calendar"]["capacity"]
        booked = 45 if body["calendar"]["shared_places"] else 3
        is_overfull = places is not None and booked > places
        of_whom = "pour le groupe « 3–5 ans »" if body["calendar"]["groups"] else None
        more = {"day": body["from"], "booked": booked, "places": places, "of_whom": of_whom}
        overfull = [more] if is_overfull else []
        texts |= {"places_text": _places(body["calendar"]), "blocks_text": _blocks(body["calendar"])}
        return (
            texts
            | {"closed_families": 2 if body["calendar"].get("arrears_after_days") else 0}
            | {"days": days, "touched": [day for day in days if day["closed_reason"]], "overfull": overfull}
        )

    @router.post("/activities/{activity_id}/withdrawals")
    def withdraw(request: Request, days: Annotated[list[str], Body(embed=True)]) -> dict[str, Any]:
        staff(world, request)
        world.town_hall.withdrawn += days
        return {"reservations": 3 * len(days), "families": 2}

    @router.get("/presence")
    def presence(
        request: Request, day: date, school: str | None = None, group: str | None = None, query: str = ""
    ) -> dict[str, Any]:
        staff(world, request)
        children = day_lists.listed(world, day)
        shown = day_lists.of_part(children, school, group)
        return {
            "activity_id": CANTEEN,
            "day": day,
            "slot": "day",
            "late_after": world.town_hall.late_after,
            "children": shown,
            "others": day_lists.others(world, children, shown, (school, group), query),
            "more_others": False,
        } | day_lists.parts(children)

    @router.post("/presence/marks", status_code=204)
    def keep_marks(
        request: Request, day: Annotated[date, Body()], marks: Annotated[list[dict[str, Any]], Body()]
    ) -> Response:
        staff(world, request)
        for mark in sorted(marks, key=lambda each: each["marked_at"] or ""):
            world.town_hall.presence[mark["member_id"], day] = mark["present"]
            world.town_hall.left_at[mark["member_id"], day] = mark["left_at"]
        return Response(status_code=204)

    @router.get("/kitchen-counts")
    def kitchen_counts(request: Request) -> list[dict[str, Any]]:
        staff(world, request)
        start, end = (date.fromisoformat(request.query_params[name]) for name in ("from", "to"))
        days = sorted({day for _member, day in world.booked if start <= day < end})
        return [
            {
                "day": day.isoformat(),
                "activity_id": CANTEEN,
                "activity_name": _CANTEEN_NAME,
                "slot": "day",
                "slot_name": None,
                "total": sum(booked == day for _member, booked in world.booked),
                "is_final": False,
                "final_from": NOW,
                "schools": [
                    {"school": "", "diet": "without_meat", "under_6": 1, "from_6_to_11": 0, "from_12": 0}
                    | {"unknown_age": world.town_hall.unknown_ages, "total": 1 + world.town_hall.unknown_ages}
                ],
            }
            for day in days
        ]

    @router.get("/kitchen-counts.csv")
    def kitchen_file(request: Request) -> Response:
        staff(world, request)
        headers = {"Content-Disposition": 'attachment; filename="cuisine.csv"'}
        return Response("Jour;Total\r\n", media_type="text/csv", headers=headers)

    @router.get("/all-reservations")
    def reservations(
        request: Request, family_id: uuid.UUID | None = None, cursor: str | None = None, limit: int = 50
    ) -> dict[str, Any]:
        staff(world, request)
        start, end = (date.fromisoformat(request.query_params[name]) for name in ("from", "to"))
        found = [_reservation(*key) for key in sorted(world.booked) if start <= key[1] < end]
        return _part(found if str(family_id) in {FAMILY, "None"} else [], cursor, limit)

    return router


def _version(calendar: dict[str, Any]) -> str:
    return sha256(json.dumps(calendar | {"version": None}).encode()).hexdigest()


def _places(calendar: dict[str, Any]) -> str | None:
    return "Les créneaux qui se chevauchent partagent les places." if calendar["shared_places"] else None


def _blocks(calendar: dict[str, Any]) -> str | None:
    days = calendar.get("arrears_after_days")
    return f"Réservation fermée {days} jours après l'échéance." if days else None


def _check(calendar: dict[str, Any]) -> None:
    if sum(group["reserved"] for group in calendar["groups"]) > (calendar["capacity"] or 0):
        errors = [{"field": "calendar", "message": "Value error, les places réservées dépassent la capacité"}]
        raise Problem(422, "invalid-payload", "Certaines informations sont absentes.", errors=errors)
    if not isinstance(calendar["booking_rule"]["default"].get("days", 0), int):
        errors = [{"field": "booking_rule.default.days_before.days", "message": "not a number"}]
        raise Problem(422, "invalid-payload", "Certaines informations sont absentes.", errors=errors)


def _reservation(member_id: str, day: date) -> dict[str, Any]:
    return {
        "reservation_id": an_id(f"reservation {member_id} {day}"),
        "member_id": member_id,
        "first_name": CHILDREN[member_id],
        "last_name": "Martin",
        "family_id": FAMILY,
        "family_name": "Famille Martin",
        "activity_id": CANTEEN,
        "activity_name": _CANTEEN_NAME,
        "element_name": "Cantine d'Alixan",
        "day": day.isoformat(),
        "status": "booked",
        "unit_price_cents": 500,
        "booked_at": NOW,
        "cancelled_at": None,
    }


def _billing(world: World) -> APIRouter:
    router = APIRouter()
    hall = world.town_hall

    @router.get("/credits")
    def credits_held(request: Request) -> dict[str, Any]:
        staff(world, request, "regisseur", "administrator")
        return {"items": hall.credits}

    @router.get("/ledger/differences")
    def differences(request: Request) -> dict[str, Any]:
        staff(world, request, "regisseur", "administrator")
        return {"items": []}

    @router.get("/invoicing-runs")
    def runs(request: Request) -> list[dict[str, Any]]:
        staff(world, request)
        return hall.runs[::-1]

    @router.get("/invoicing-runs/preview")
    def preview(request: Request, period: str) -> dict[str, Any]:
        staff(world, request)
        cents = hall.chargeable_cents.get(period, 0)
        return {
            "period": period,
            "ended": period < f"{TODAY:%Y-%m}",
            "family_count": int(cents > 0),
            "line_count": cents // 500,
            "total_cents": cents,
            "already_issued_count": sum(i["period"][:7] == period for i in world.invoices),
        }

    @router.post("/invoicing-runs", status_code=201)
    def run(request: Request, period: Annotated[str, Body(embed=True)]) -> dict[str, Any]:
        staff(world, request, "regisseur", "administrator")
        cents = hall.chargeable_cents.pop(period, 0)
        number = f"{period[2:4]}{period[5:]}001" if cents else None
        if number:
            world.invoices.append(invoice(number, cents, month=f"{period}-01"))
        done = {
            "run_id": str(uuid.uuid4()),
            "period": period,
            "automatic": False,
            "invoice_count": int(cents > 0),
            "total_cents": cents,
            "first_number": number,
            "last_number": number,
            "created_at": NOW,
        }
        hall.runs.append(done)
        return done

    return router


def _communication(world: World) -> APIRouter:
    router = APIRouter()
    hall = world.town_hall

    def written(title: str, body: str) -> dict[str, Any]:
        if not 1 <= len(title) <= 150:
            errors = [{"field": "title", "message": "String should have at most 150 characters"}]
            raise Problem(422, "invalid-payload", "Certaines informations sont absentes ou mal formées.", errors=errors)
        return {"title": title, "body": body, "html": f"<p>{body}</p>", "summary": body, "published_on": "2022-07-04"}

    @router.put("/home", status_code=204)
    def change_home(request: Request, title: Annotated[str, Body()], body: Annotated[str, Body()]) -> Response:
        staff(world, request)
        hall.home |= written(title, body)
        return Response(status_code=204)

    @router.post("/news", status_code=201)
    def publish(request: Request, title: Annotated[str, Body()], body: Annotated[str, Body()]) -> dict[str, str]:
        staff(world, request)
        news_id = str(uuid.uuid4())
        hall.news.insert(0, {"news_id": news_id} | written(title, body))
        return {"id": news_id}

    def news_of(news_id: uuid.UUID) -> dict[str, Any]:
        for item in hall.news:
            if item["news_id"] == str(news_id):
                return item
        raise _not_found()

    @router.put("/news/{news_id}", status_code=204)
    def change(
        request: Request, news_id: uuid.UUID, title: Annotated[str, Body()], body: Annotated[str, Body()]
    ) -> Response:
        staff(world, request)
        item = news_of(news_id)
        item |= written(title, body)
        return Response(status_code=204)

    @router.delete("/news/{news_id}", status_code=204)
    def withdraw(request: Request, news_id: uuid.UUID) -> Response:
        staff(world, request)
        hall.news.remove(news_of(news_id))
        return Response(status_code=204)

    @router.post("/documents", status_code=201)
    async def upload(request: Request, title: Annotated[str, Form()], file: UploadFile) -> dict[str, Any]:
        staff(world, request)
        content = await file.read()
        if not content.startswith(b"%PDF-"):
            raise Problem(422, "unaccepted-file", "Ce fichier n'est pas d'un format accepté.")
        hall.uploaded.append((file.filename or "", content))
        document = {
            "document_id": str(uuid.uuid4()),
            "title": title,
            "file_name": file.filename,
            "media_type": "application/pdf",
            "size_bytes": len(content),
            "published_on": "2022-07-04",
        }
        hall.documents.insert(0, document)
        return document

    @router.delete("/documents/{document_id}", status_code=204)
    def withdraw_document(request: Request, document_id: uuid.UUID) -> Response:
        staff(world, request)
        kept = [document for document in hall.documents if document["document_id"] != str(document_id)]
        if len(kept) == len(hall.documents):
            raise _not_found()
        hall.documents[:] = kept
        return Response(status_code=204)

    @router.get("/conversations")
    def conversations(request: Request) -> list[dict[str, Any]]:
        staff(world, request)
        if not world.messages:
            return []
        unread = sum(message["from"] == "family" and not message["read"] for message in world.messages)
        conversation = {"family_id": FAMILY, "family_name": "Famille Martin", "last_message_at": NOW, "unread": unread}
        return [conversation]

    @router.get("/conversations/{family_id}")
    def conversation(request: Request, family_id: uuid.UUID) -> list[dict[str, Any]]:
        staff(world, request)
        if str(family_id) != FAMILY:
            return []
        shown = [dict(message) for message in world.messages]
        for message in world.messages:
            message["read"] = message["read"] or message["from"] == "family"
        return shown

    @router.post("/conversations/{family_id}/messages", status_code=201)
    def answer(
        request: Request, family_id: uuid.UUID, subject: Annotated[str, Body()], body: Annotated[str, Body()]
    ) -> dict[str, str]:
        staff(world, request)
        if str(family_id) != FAMILY:
            raise _not_found()
        message_id = str(uuid.uuid4())
        message = {"message_id": message_id, "from": "town_hall", "author": "Mairie – Alixan", "subject": subject}
        world.messages.append(message | {"body": body, "sent_at": NOW, "read": False})
        return {"id": message_id}

    @router.get("/mails")
    def mails(request: Request, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
        staff(world, request)
        return _part(hall.mails, cursor, limit)

    return router
