"""Files that people sent, given back: always as a download, never as a page of the portal."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}


def attachment(content: bytes, media_type: str, file_name: str) -> Response:
    """A file to save, under a name that ``chassis.files`` made safe. Opened in place all the same, it runs nothing."""
    named = f"attachment; filename*=UTF-8''{quote(file_name)}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": named, **_HEADERS})


def attachment_responses(media_types: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI ``responses`` of a route that gives files of these types; its ``response_class`` is ``Response``."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"content": dict.fromkeys(media_types, binary)}}
