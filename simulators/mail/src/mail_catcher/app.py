"""The HTTP application: pages for people, an API for the tests."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException

from mail_catcher.message import Message, read_message
from mail_catcher.rendering import STATIC, mail_frame, page
from mail_catcher.settings import Settings
from mail_catcher.smtp import Receiver, listening
from mail_catcher.store import KEPT, Mail, Store

router = APIRouter()
_PARIS = ZoneInfo("Europe/Paris")
_LARGEST_ID = 2**63 - 1


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


CurrentStore = Annotated[Store, Depends(_store)]


def _read(number: int, store: CurrentStore) -> tuple[Mail, bytes]:
    found = store.mail(number) if 0 < number <= _LARGEST_ID else None
    if found is None:
        raise HTTPException(404, "unknown mail")
    return found


CurrentMail = Annotated[tuple[Mail, bytes], Depends(_read)]


@router.get("/")
async def list_page(store: CurrentStore, to: str = "", subject: str = "") -> HTMLResponse:
    return page("list.html", mails=store.mails(to, subject), to=to, subject=subject, kept=KEPT)


@router.get("/mails/{number}")
async def mail_page(found: CurrentMail) -> HTMLResponse:
    mail, raw = found
    return page("mail.html", mail=mail, message=read_message(raw))


@router.get("/mails/{number}/html")
async def html_part(found: CurrentMail) -> HTMLResponse:
    html = read_message(found[1]).html
    if html is None:
        raise HTTPException(404, "this mail has no page")
    return mail_frame(html)


@router.get("/mails/{number}/attachments/{position}")
async def attachment(found: CurrentMail, position: int) -> Response:
    """Always a download, never shown here: an attachment may be a page with scripts."""
    attachments = read_message(found[1]).attachments
    if not 1 <= position <= len(attachments):
        raise HTTPException(404, "unknown attachment")
    wanted = attachments[position - 1]
    return _download(wanted.content, wanted.content_type, wanted.name)


@router.get("/mails/{number}/source")
async def source(found: CurrentMail) -> Response:
    """The mail as received."""
    return _download(found[1], "message/rfc822", f"mail-{found[0].id}.eml")


@router.get("/api/mails")
async def list_mails(store: CurrentStore, to: str = "", subject: str = "") -> list[dict[str, Any]]:
    """The mails whose recipients contain ``to`` and whose subject contains ``subject``, newest first, in full."""
    found = [store.mail(mail.id) for mail in store.mails(to, subject)]
    return [_as_json(mail, read_message(raw)) for mail, raw in filter(None, found)]


@router.delete("/api/mails", status_code=204)
async def clear(store: CurrentStore) -> None:
    store.clear()


@router.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/health/ready")
async def ready(store: CurrentStore) -> JSONResponse:
    try:
        store.ping()
    except sqlite3.Error as error:
        return JSONResponse({"status": "not ready", "reasons": [f"store: {error}"]}, status_code=503)
    return JSONResponse({"status": "ok"})


def create_app(settings: Settings) -> FastAPI:
    offset = timedelta(seconds=settings.clock_offset_seconds)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = Store(settings.state_dir)
        receiver = Receiver(store, lambda: (datetime.now(UTC) + offset).astimezone(_PARIS))
        async with listening(receiver, settings.host, settings.smtp_port) as smtp_port:
            app.state.store, app.state.smtp_port = store, smtp_port
            yield
        store.close()

    app = FastAPI(title="Courrier de démonstration", lifespan=lifespan, openapi_url=None)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(router)
    app.add_exception_handler(StarletteHTTPException, _http_error)
    return app


async def _http_error(request: Request, error: Exception) -> Response:
    """People read a page, tests read JSON."""
    if not isinstance(error, StarletteHTTPException):
        raise error
    if error.status_code == 404 and not request.url.path.startswith("/api/"):
        return page("not_found.html", status_code=404)
    return JSONResponse({"detail": error.detail}, status_code=error.status_code, headers=error.headers)


def _download(content: bytes, content_type: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=content_type, headers=headers)


def _as_json(mail: Mail, message: Message) -> dict[str, Any]:
    return {
        "id": mail.id,
        "received_at": mail.received_at.isoformat(),
        "recipients": list(mail.recipients),
        "sender": mail.sender,
        "to": mail.to,
        "subject": mail.subject,
        "text": message.text,
        "html": message.html,
        "attachments": [
            {
                "name": attachment.name,
                "content_type": attachment.content_type,
                "size": len(attachment.content),
                "url": f"/mails/{mail.id}/attachments/{position}",
            }
            for position, attachment in enumerate(message.attachments, 1)
        ],
    }
