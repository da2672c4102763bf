"""communication."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from fake_api.identity import parent
from fake_api.world import NOW, Problem, World, an_id

NAME = "communication"


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/home")
    def home() -> dict[str, Any]:
        return world.town_hall.home

    @router.get("/news")
    def news(limit: int = 10) -> list[dict[str, Any]]:
        return world.town_hall.news[:limit]

    @router.get("/news/{news_id}")
    def news_item(news_id: str) -> dict[str, Any]:
        for item in world.town_hall.news:
            if item["news_id"] == news_id:
                return item
        raise Problem(404, "not-found", "Cette actualité n'existe pas ou n'existe plus.")

    @router.get("/documents")
    def documents() -> list[dict[str, Any]]:
        return world.town_hall.documents

    @router.get("/documents/{document_id}/content")
    def content(document_id: str) -> Response:
        if document_id not in {document["document_id"] for document in world.town_hall.documents}:
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
            "read": False,
        }
        world.messages.append(message)
        return message

    @router.post("/messages/read", status_code=204)
    def read(request: Request) -> Response:
        parent(world, request)
        for message in world.messages:
            message["read"] = message["read"] or message["from"] == "town_hall"
        return Response(status_code=204)

    @router.get("/messages/summary")
    def summary(request: Request) -> dict[str, int]:
        parent(world, request)
        return {"unread": sum(m["from"] == "town_hall" and not m["read"] for m in world.messages)}

    return router
