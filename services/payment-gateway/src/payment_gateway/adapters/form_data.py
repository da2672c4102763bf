"""Messages that banks send as url-encoded forms, read byte by byte."""

from urllib.parse import unquote_to_bytes

from payment_gateway.application.bank_port import UnreadableMessageError
from payment_gateway.domain.judgement import Verdict


def read_form(raw: bytes) -> dict[str, str]:
    """Names and values in UTF-8, ``+`` being a space. A name given twice could be read in two ways: refused.

    Raises ``UnreadableMessageError``.
    """
    values: dict[str, str] = {}
    for part in raw.split(b"&"):
        name, equals, value = part.partition(b"=")
        if not equals:
            raise UnreadableMessageError(Verdict.MALFORMED)
        decoded = _decoded(name)
        if decoded in values:
            raise UnreadableMessageError(Verdict.MALFORMED)
        values[decoded] = _decoded(value)
    return values


def _decoded(text: bytes) -> str:
    try:
        return unquote_to_bytes(text.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise UnreadableMessageError(Verdict.MALFORMED) from error
