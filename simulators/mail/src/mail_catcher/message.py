"""Reading a mail: its text, its page, its attachments, whatever the sender got wrong."""

import contextlib
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.message import EmailMessage, MIMEPart
from email.message import Message as OldMessage
from email.parser import BytesHeaderParser

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
class Headers:
    subject: str
    sender: str
    to: str


@dataclass(frozen=True, slots=True)
class Message:
    text: str | None
    html: str | None
    attachments: tuple[Attachment, ...]


def read_headers(raw: bytes) -> Headers:
    """Reads what a list of mails shows; the parser of whole mails takes ten times as long."""
    parsed = BytesHeaderParser().parsebytes(raw)
    return Headers(_header(parsed, "Subject"), _header(parsed, "From"), _header(parsed, "To"))


def read_message(raw: bytes) -> Message:
    """Reads the contents of a mail as received (RFC 5322 and MIME)."""
    parsed = message_from_bytes(raw, policy=policy.default)
    return Message(
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


def _header(message: OldMessage, name: str) -> str:
    value: Header | str = message.get(name, "")
    with contextlib.suppress(HeaderParseError, LookupError, UnicodeError, ValueError):  # else shown as sent
        value = make_header(decode_header(value))
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
