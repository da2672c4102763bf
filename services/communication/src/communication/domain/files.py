"""What may be published as a document: told by its content, never by its name or by what the browser claims."""

import io
import zipfile
import zlib

from chassis import files
from chassis.files import PDF_AND_IMAGES

MAX_BYTES = 10 * 1024 * 1024

_OPEN_DOCUMENTS = frozenset(
    {"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet"}
)
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_EXTENSIONS = {
    **PDF_AND_IMAGES,
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    _OFFICE["word/document.xml"]: ".docx",
    _OFFICE["xl/workbook.xml"]: ".xlsx",
}
MEDIA_TYPES = tuple(_EXTENSIONS)
"""Of the documents that can be published."""
_MOST_DIRECTORY_BYTES = 512 * 1024
"""Of an archive's list of contents: some ten thousand members, where an office document has tens."""


class UnacceptedFileError(files.UnacceptedFileError):
    """The content is none of the accepted formats."""

    sentence = (
        "Ce fichier n'est pas d'un format accepté."
        " Envoyez un PDF, une image PNG ou JPEG, ou un document ODT, ODS, DOCX ou XLSX."
    )


_WITH_MACROS = "Ce document contient des macros. Enregistrez-le sans elles, ou en PDF, puis envoyez-le de nouveau."


class FileTooLargeError(files.FileTooLargeError):
    """The content is larger than ``MAX_BYTES``."""

    sentence = (
        "Ce fichier dépasse 10 Mo. Réduisez-le, par exemple en l'enregistrant en PDF, puis envoyez-le de nouveau."
    )


def media_type_of(content: bytes) -> str:
    """Media type of a document's content. Raises ``UnacceptedFileError`` or ``FileTooLargeError``."""
    if not content:
        raise UnacceptedFileError("Ce fichier est vide. Vérifiez-le, puis envoyez-le de nouveau.")
    if len(content) > MAX_BYTES:
        raise FileTooLargeError
    if media_type := files.media_type_of(content):
        return media_type
    if content.startswith(b"PK\x03\x04"):
        return _archive_type(content)
    raise UnacceptedFileError


def _archive_type(content: bytes) -> str:
    """Reads the list of contents only, and a hundred bytes of one member: nothing is unpacked, so nothing can swell."""
    if _directory_bytes(content) > _MOST_DIRECTORY_BYTES:
        raise UnacceptedFileError
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                with archive.open("mimetype") as declared:
                    media_type = declared.read(100).decode("ascii", "replace").strip()
                if media_type in _OPEN_DOCUMENTS:
                    return media_type
            if any(name.endswith("vbaProject.bin") for name in names):
                raise UnacceptedFileError(_WITH_MACROS)
            for member, media_type in _OFFICE.items():
                if member in names:
                    return media_type
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError, zlib.error) as error:
        raise UnacceptedFileError from error
    raise UnacceptedFileError


def _directory_bytes(content: bytes) -> int:
    """The length that a ZIP archive's last record claims for its list of contents."""
    end = content.rfind(b"PK\x05\x06")
    return int.from_bytes(content[end + 12 : end + 16], "little") if end >= 0 else 0


def safe_file_name(name: str, media_type: str) -> str:
    """A file name that is safe to show and to serve, ending as its content demands."""
    return files.safe_file_name(name, _EXTENSIONS[media_type])
