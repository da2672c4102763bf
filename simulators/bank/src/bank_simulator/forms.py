"""Forms sent by shops: reading them, the checks of their fields, and what refuses them."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

Fields = tuple[tuple[str, str], ...]
Check = Callable[[str], None]

_MAX_BODY_BYTES = 65_536


class RequestRefusedError(Exception):
    """The shop's request is wrong.

    ``field`` names the culprit, ``code`` is the protocol's for it; ``problem`` is for the shop's developer.
    """

    def __init__(self, field: str, problem: str, code: str = "") -> None:
        super().__init__(f"{field} : {problem}")
        self.field = field
        self.problem = problem
        self.code = code


async def read_body(request: Request) -> bytes:
    """The body, up to 64 KiB. Raises RequestRefusedError."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY_BYTES:
            raise RequestRefusedError("formulaire", "plus de 64 Ko")
    return bytes(body)


def parse_form(body: bytes) -> Fields:
    """The fields of an ``application/x-www-form-urlencoded`` body, in the order sent. Raises RequestRefusedError."""
    try:
        return tuple(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=150))
    except ValueError as error:
        raise RequestRefusedError("formulaire", "le corps n'est pas un formulaire en UTF-8") from error


def form(pattern: str, expected: str) -> Check:
    """A value of this form. Like every check, it raises ValueError, in French."""
    compiled = re.compile(pattern)

    def check(value: str) -> None:
        if compiled.fullmatch(value) is None:
            raise ValueError(f"«{value[:80]}» – attendu : {expected}")

    return check


def one_of(*allowed: str) -> Check:
    def check(value: str) -> None:
        if value not in allowed:
            raise ValueError(f"«{value[:80]}» – valeurs possibles : {', '.join(filter(None, allowed))}")

    return check


def url_up_to(longest: int) -> Check:
    """A whole http(s) address."""

    def check(value: str) -> None:
        if len(value) > longest:
            raise ValueError(f"{len(value)} caractères – {longest} au plus")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not value.isascii() or " " in value:
            raise ValueError(f"«{value[:80]}» n'est pas une adresse http(s) complète")

    return check


def origin(url: str) -> str:
    """``https://shop.example:8443`` of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
