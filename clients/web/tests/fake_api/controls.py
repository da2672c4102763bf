"""What the services answer about their books and their dead letters."""

from typing import Any

from fastapi import APIRouter, Request

from fake_api.identity import staff
from fake_api.world import FAMILY, NOW, World, an_id

READERS = ("billing", "enrolment")
OWNERS = ("planning", "payment-gateway")
_CHECKED_BY = {"planning": ("billing",), "payment-gateway": READERS}


def routes(world: World, service: str) -> APIRouter:
    """What a service answers: all have dead letters, owners state, readers compare."""
    router, books = APIRouter(), world.town_hall.books

    @router.get("/dead-letters")
    def dead_letters(request: Request) -> dict[str, Any]:
        staff(world, request)
        return {"items": books.dead.get(service, [])}

    if service in READERS:

        @router.get("/reconciliation")
        def reconciliation(request: Request, state: str | None = None) -> dict[str, Any]:
            staff(world, request, "regisseur", "administrator")
            wanted = [
                difference
                for difference in books.differences
                if difference["reader"] == service and (state == "mended") == (difference["mended_at"] is not None)
            ]
            return {"checks": books.checks.get(service, []), "items": wanted, "next_cursor": None}

    if service in OWNERS:

        @router.post("/statements", status_code=202)
        def ask(request: Request) -> dict[str, str]:
            staff(world, request, "regisseur", "administrator")
            books.asked.append(service)
            if not books.slow:
                for reader in _CHECKED_BY[service]:
                    check = {"source": service, "stated_at": NOW, "checked_at": NOW, "compared": 1240}
                    books.checks.setdefault(reader, []).append(check)
            return {"asked_at": NOW}

    return router


def difference(reader: str, sentence: str, advice: str | None = None, **changes: Any) -> dict[str, Any]:
    """Open when there is an advice, else mended."""
    return {
        "reader": reader,
        "difference_id": an_id(sentence),
        "kind": "charge_differs" if advice else "charge_missing",
        "subject_id": an_id(f"subject of {sentence}"),
        "family_id": FAMILY,
        "sentence": sentence,
        "advice": advice,
        "expected": {"version": 1, "cents": 500},
        "found": {"version": 1, "cents": 990} if advice else None,
        "found_at": NOW,
        "mended_at": None if advice else NOW,
        "closed_at": None if advice else NOW,
    } | changes


def dead_letter(event_type: str, queue: str, reason: str, at: str = NOW) -> dict[str, Any]:
    """A message that waits for the operator."""
    return {
        "message_id": an_id(f"{event_type} {queue} {at}"),
        "queue": queue,
        "type": event_type,
        "subject": an_id(f"subject of {event_type}"),
        "reason": reason,
        "buried_at": at,
    }
