"""What lists and refusals share."""

from typing import Any

from fake_api.world import Problem


def not_found() -> Problem:
    return Problem(404, "not-found", "Introuvable.")


def part(items: list[dict[str, Any]], cursor: str | None, limit: int) -> dict[str, Any]:
    start = int(cursor or 0)
    following = str(start + limit) if len(items) > start + limit else None
    return {"items": items[start : start + limit], "next_cursor": following}
