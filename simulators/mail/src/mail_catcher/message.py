"""Reading a mail: its text, its page, its attachments, whatever the sender got wrong."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart

from markupsafe import Markup, escape

_LINK = re.compile(r"https?://[^\s<>\"«»]+")
_AFTER_LINK = ".,;:!?)]}'’"
"""Characters that end a sentence rather than an address."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    subject: str
    sender: str
    to: str
    text: str | None
    html: str | None
    attachments: tuple[Attachment, ...]


def read_message(raw: bytes) -> Message:
    """Reads a mail as received (RFC 5322 and MIME)."""
    parsed = message_from_bytes(raw, policy=policy.default)
    return Message(
        subject=_header(parsed, "Subject"),
        sender=_header(parsed, "From"),
        to=_header(parsed, "To"),
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
        attachments=tuple(_attachment(part, number) for number, part in enumerate(parsed.iter_attachments(), 1)),
    )


def with_links(text: str) -> Markup:
    """The text, escaped, its http(s) addresses made into links."""
    pieces: list[Markup] = []
    end = 0
    for match in _LINK.finditer(text):
        url = match[0].rstrip(_AFTER_LINK)
        pieces.append(escape(text[end : match.start()]))
        pieces.append(Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(url))
        end = match.start() + len(url)
    return Markup("").join([*pieces, escape(text[end:])])


def for_frame(html: str) -> str:
    """The page with its links opening in a new tab: the frame itself goes nowhere."""
    base = '<base target="_blank">'
    head = re.search(r"<head(\s[^>]*)?>", html, re.IGNORECASE)
    return base + html if head is None else html[: head.end()] + base + html[head.end() :]


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = str(message.get(name, ""))
    except Exception:
        # The library's address parser raises errors of many kinds on malformed addresses: show them as sent.
        value = next((raw for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    return " ".join(str(value).split())


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return None if part is None else _text(part)


def _text(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        # A charset that does not exist: show what can be shown.
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _attachment(part: EmailMessage, number: int) -> Attachment:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else part.as_bytes()
    return Attachment(part.get_filename() or f"piece-jointe-{number}", part.get_content_type(), content)
