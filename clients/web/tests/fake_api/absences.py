"""planning: absences of booked days; the fake town excuses nothing but illness, on proof."""

import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, File, Form, Request, Response, UploadFile

from fake_api.identity import parent, staff
from fake_api.waiting import _what
from fake_api.world import NOW, Problem, World, an_id

NAME = "planning"
_SAID = {"how": "Une absence s'annonce jusqu'à 2 jours après."}


def _absence(member_id: str, day: date, said: dict[str, Any]) -> dict[str, Any]:
    said = said | {"documents": [each | {"content": ""} for each in said.get("documents", [])]}
    names = {name: an_id(f"{name} {member_id} {day}") for name in ("absence", "announcement")}
    told = {f"{name}_id": known for name, known in names.items()} | {"announced_at": NOW}
    return _what(member_id, day) | {"on_paper": False} | said | told


def _kept(name: str, content: bytes) -> dict[str, Any]:
    if not content.startswith(b"%PDF-"):
        raise Problem(422, "unaccepted-file", f"Le fichier « {name} » n'est ni un PDF, ni une image JPEG ou PNG.")
    of_file = {"file_name": name, "media_type": "application/pdf", "size_bytes": len(content)}
    return {"document_id": an_id(name), **of_file, "content": content}


def _own(world: World) -> dict[str, Any]:
    how = "Une absence s'annonce jusqu'à 2 jours après. Elle n'est pas facturée pour : maladie (sur justificatif)."
    return {
        "announced": [_absence(*what, said) for what, said in world.absent.items()],
        "supplements": world.supplements,
        "possible": [
            _what(*what) | {"how": how, "on_proof": ["illness"]}
            for what in sorted(world.booked)
            if what not in world.absent
        ],
    }


def _announce(world: World, body: dict[str, Any], kept: list[dict[str, Any]]) -> None:
    for day in map(date.fromisoformat, body["days"]):
        if (body["member_id"], day) in world.absent:
            lines = [{"day": str(day), "slot": "day", "reason": "Absence annoncée.", "slug": "absence-announced"}]
            raise Problem(409, "lines-refused", "Certaines absences ne peuvent pas être annoncées.", lines=lines)
        world.absent[body["member_id"], day] = {
            "reason": body["reason"],
            "on_paper": body["on_paper"],
            "documents": kept,
            "state": "absence_announced" if body["reason"] == "illness" else "absent_unjustified",
            "billed": True,
            "sentence": "La mairie décidera au vu du justificatif ; d'ici là, le jour reste facturé.",
        }


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/absences")
    def own(request: Request) -> dict[str, Any]:
        parent(world, request)
        return _own(world)

    @router.post("/absences")
    async def announce(
        request: Request,
        absence: Annotated[str, Form()],
        documents: Annotated[list[UploadFile], File(default_factory=list)],
    ) -> dict[str, Any]:
        parent(world, request)
        body = json.loads(absence)
        kept = [_kept(str(each.filename), await each.read()) for each in documents]
        _announce(world, body, kept)
        return _own(world)

    def waiting(announcement_id: str) -> dict[str, Any]:
        for what, said in world.absent.items():
            if an_id(f"announcement {what[0]} {what[1]}") == announcement_id:
                if said["state"] == "absence_announced":
                    return said
                raise Problem(409, "absence-decided", "Cette absence est déjà décidée. Rien n'a été changé.")
        raise Problem(404, "not-found", "Cette page ou cet élément n'existe pas, ou n'est pas à vous.")

    @router.post("/absences/{announcement_id}/documents", status_code=201)
    async def add(
        request: Request, announcement_id: str, documents: Annotated[list[UploadFile], File()]
    ) -> dict[str, Any]:
        parent(world, request)
        waiting(announcement_id)["documents"] += [_kept(str(each.filename), await each.read()) for each in documents]
        return {}

    def with_document(document_id: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        for said in world.absent.values():
            for each in said.get("documents", []):
                if each["document_id"] == document_id:
                    return said["documents"], each
        raise Problem(404, "not-found", "Cette page ou cet élément n'existe pas, ou n'est pas à vous.")

    @router.delete("/absences/documents/{document_id}", status_code=204)
    def take_back(request: Request, document_id: str) -> Response:
        parent(world, request)
        documents, document = with_document(document_id)
        documents.remove(document)
        return Response(status_code=204)

    def download(document_id: str) -> Response:
        _documents, document = with_document(document_id)
        headers = {"Content-Disposition": f"inline; filename*=UTF-8''{document['file_name']}"}
        return Response(document["content"], media_type=document["media_type"], headers=headers)

    @router.get("/absences/documents/{document_id}")
    def own_document(request: Request, document_id: str) -> Response:
        parent(world, request)
        return download(document_id)

    @router.get("/town-hall/absences/documents/{document_id}")
    def document(request: Request, document_id: str) -> Response:
        staff(world, request)
        return download(document_id)

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
