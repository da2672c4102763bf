"""The SMTP side: everything is accepted, nothing is forwarded."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from mail_catcher.message import read_headers
from mail_catcher.store import Mail, Store

_log = structlog.get_logger("mail_catcher.smtp")


class Receiver:
    """Keeps each mail. Logs no address: mails are personal even in a demonstration."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        headers = read_headers(raw)
        recipients = tuple(str(address) for address in envelope.rcpt_tos)
        sender = headers.sender or str(envelope.mail_from or "")
        number = self._store.add(Mail(0, self._now(), recipients, sender, headers.to, headers.subject), raw)
        _log.info("mail_received", mail=number, bytes=len(raw))
        return "250 Message kept"


@asynccontextmanager
async def listening(receiver: Receiver, host: str, port: int) -> AsyncIterator[int]:
    """Listens until the context ends; gives the port (a free one when ``port`` is 0)."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(receiver, hostname="mail-catcher", enable_SMTPUTF8=True, loop=loop), host, port
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
