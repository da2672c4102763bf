"""Files that people send: told by their content, never by their name or by what the browser claims."""

import re
import unicodedata
from collections.abc import Mapping
from typing import ClassVar

from chassis.errors import DomainError

PDF_AND_IMAGES: Mapping[str, str] = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
"""Media types that ``media_type_of`` tells, each with the ending of its files' names."""
_SIGNATURES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class UnacceptedFileError(DomainError):
    """The content is empty, or none of the accepted formats."""

    slug: ClassVar[str] = "unaccepted-file"


class FileTooLargeError(DomainError):
    """The content is larger than what is accepted where it was sent."""

    slug: ClassVar[str] = "file-too-large"


def media_type_of(content: bytes) -> str | None:
    """The media type of a PDF or an image, by its first bytes; None for anything else."""
    return next((media_type for signature, media_type in _SIGNATURES.items() if content.startswith(signature)), None)


def safe_file_name(name: str, ending: str) -> str:
    """A file name without folders or control characters, with the ending of its content, at most 120 characters."""
    normal = unicodedata.normalize("NFC", name)
    printable = "".join(c for c in normal if c == " " or unicodedata.category(c)[0] not in "CZ")
    stem = re.split(r"[/\\]", printable)[-1].rsplit(".", 1)[0]
    stem = re.sub(r'[<>:"|?*;%]', "", stem).strip(" .")[:110]
    return (stem or "document") + ending
