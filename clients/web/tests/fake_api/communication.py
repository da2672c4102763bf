"""communication."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from fake_api.identity import parent
from fake_api.world import NOW, Problem, World, an_id

NAME = "communication"

NEWS = [
    {
        "news_id": an_id("news"),
        "title": "Les inscriptions à la cantine sont ouvertes",
        "html": "<p>Réservez avant le <strong>jeudi 12h</strong> pour la semaine suivante.</p>",
        "summary": "Réservez avant le jeudi 12h pour la semaine suivante.",
        "published_on": "2022-06-20",
    }
]
DOCUMENT = {
    "document_id": an_id("document"),
    "title": "Règlement de la cantine",
    "file_name": "reglement.pdf",
    "media_type": "application/pdf",
    "size_bytes": 212_000,
    "published_on": "2022-06-20",
}


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/home")
    def home() -> dict[str, Any]:
        return {
            "title": "Chers parents,",
            "html": "<p>Ce portail Famille, disponible 24h / 24, vous permet de consulter vos informations, "
            "d'effectuer les réservations et de payer en ligne.</p>"
            "<h3>Préinscriptions aux services périscolaires</h3><ul>"
            "<li><strong>Restauration scolaire</strong> : jusqu'au jeudi 12h pour la semaine suivante,</li>"
            "<li><strong>Garderie</strong> : jusqu'à la veille à 23h59.</li></ul>",
            "published_on": "2022-06-20",
        }

    @router.get("/news")
    def news(limit: int = 10) -> list[dict[str, Any]]:
        return NEWS[:limit]

    @router.get("/news/{news_id}")
    def news_item(news_id: str) -> dict[str, Any]:
        for item in NEWS:
            if item["news_id"] == news_id:
                return item
        raise Problem(404, "not-found", "Cette actualité n'existe pas ou n'existe plus.")

    @router.get("/documents")
    def documents() -> list[dict[str, Any]]:
        return [DOCUMENT]

    @router.get("/documents/{document_id}/content")
    def content(document_id: str) -> Response:
        if document_id != DOCUMENT["document_id"]:
            raise Problem(404, "not-found", "Ce document n'existe pas.")
        headers = {"Content-Disposition": 'attachment; filename="reglement.pdf"'}
        return Response(b"%PDF-1.7 rules", media_type="application/pdf", headers=headers)

    @router.get("/messages")
    def messages(request: Request) -> list[dict[str, Any]]:
        parent(world, request)
        return world.messages

    @router.post("/messages", status_code=201)
    def send(request: Request, subject: Annotated[str, Body()], body: Annotated[str, Body()]) -> dict[str, Any]:
        parent(world, request)
        message = {
            "message_id": an_id(f"message {len(world.messages)}"),
            "from": "family",
            "author": "Camille Martin",
            "subject": subject,
            "body": body,
            "sent_at": NOW,
            "read": True,
        }
        world.messages.append(message)
        return message

    @router.post("/messages/read", status_code=204)
    def read(request: Request) -> Response:
        parent(world, request)
        for message in world.messages:
            message["read"] = True
        return Response(status_code=204)

    @router.get("/messages/summary")
    def summary(request: Request) -> dict[str, int]:
        parent(world, request)
        return {"unread": sum(not message["read"] for message in world.messages)}

    return router
