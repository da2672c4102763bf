"""What may be published as a document: told by its content, never by its name or by what the browser claims."""

import io
import re
import unicodedata
import zipfile
from typing import ClassVar

from chassis.errors import DomainError

MAX_BYTES = 10 * 1024 * 1024

_SIGNATURES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_OPEN_DOCUMENTS = frozenset(
    {"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet"}
)
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    _OFFICE["word/document.xml"]: ".docx",
    _OFFICE["xl/workbook.xml"]: ".xlsx",
}


class UnacceptedFileError(DomainError):
    """The content is none of the accepted formats."""

    slug: ClassVar[str] = "unaccepted-file"
    sentence = (
        "Ce fichier n'est pas d'un format accepté."
        " Envoyez un PDF, une image PNG ou JPEG, ou un document ODT, ODS, DOCX ou XLSX."
    )


class FileTooLargeError(DomainError):
    """The content is larger than ``MAX_BYTES``."""

    slug: ClassVar[str] = "file-too-large"
    sentence = (
        "Ce fichier dépasse 10 Mo. Réduisez-le, par exemple en l'enregistrant en PDF, puis envoyez-le de nouveau."
    )


def media_type_of(content: bytes) -> str:
    """Media type of a document's content. Raises ``UnacceptedFileError`` or ``FileTooLargeError``."""
    if len(content) > MAX_BYTES:
        raise FileTooLargeError
    for signature, media_type in _SIGNATURES.items():
        if content.startswith(signature):
            return media_type
    if content.startswith(b"PK\x03\x04"):
        return _archive_type(content)
    raise UnacceptedFileError


def _archive_type(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                with archive.open("mimetype") as declared:
                    media_type = declared.read(100).decode("ascii", "replace").strip()
                if media_type in _OPEN_DOCUMENTS:
                    return media_type
            for member, media_type in _OFFICE.items():
                if member in names:
                    return media_type
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UnacceptedFileError from error
    raise UnacceptedFileError


def safe_file_name(name: str, media_type: str) -> str:
    """A file name without folders or control characters, ending as its content demands, at most 120 characters."""
    normal = unicodedata.normalize("NFC", name)
    printable = "".join(c for c in normal if c == " " or unicodedata.category(c)[0] not in "CZ")
    stem = re.split(r"[/\\]", printable)[-1].rsplit(".", 1)[0]
    stem = re.sub(r'[<>:"|?*;%]', "", stem).strip(" .")[:110]
    return (stem or "document") + _EXTENSIONS[media_type]
