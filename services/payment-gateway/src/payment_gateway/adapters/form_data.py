"""Messages that banks send as url-encoded forms, read byte by byte."""

from urllib.parse import unquote_to_bytes

from payment_gateway.application.bank_port import UnreadableMessageError
from payment_gateway.domain.judgement import Verdict


def read_form(raw: bytes) -> dict[str, str]:
    """Names and values in UTF-8, ``+`` being a space. A name given twice could be read in two ways: refused.

    A name alone has an empty value; line ends around the form and empty parts are nothing. Raises
    ``UnreadableMessageError``.
    """
    values: dict[str, str] = {}
    for part in filter(None, raw.strip(b"\r\n").split(b"&")):
        name, _, value = part.partition(b"=")
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
