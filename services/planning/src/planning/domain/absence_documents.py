"""Documents that a family joins to an absence: what is accepted, and for how long it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import DomainError
from chassis.files import PDF_AND_IMAGES, FileTooLargeError, UnacceptedFileError, media_type_of, safe_file_name

MOST_DOCUMENTS = 3
"""Of one announcement."""
MAX_BYTES = 5 * 1024 * 1024
"""Of one document: a photo of a telephone passes."""


_HEIC_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1"})
"""Of photos as some telephones keep them; most browsers there turn them into JPEG."""


class TooManyDocumentsError(DomainError):
    """More than ``MOST_DOCUMENTS`` of one announcement."""

    slug = "too-many-documents"
    sentence = (
        f"{MOST_DOCUMENTS} documents au plus accompagnent une absence. Retirez-en un, ou réunissez les pages en un PDF."
    )


class NoDocumentWantedError(DomainError):
    """The town hall has nothing to decide: a document would be kept for nobody."""

    slug = "no-document-wanted"
    sentence = (
        "Pour cette raison, aucun justificatif n'est demandé, et aucun n'est gardé."
        " Rien n'a été annoncé : annoncez l'absence sans fichier."
    )


@dataclass(frozen=True)
class SentFile:
    """A file as it was sent; ``content`` may be cut off beyond ``MAX_BYTES`` + 1."""

    name: str
    content: bytes


@dataclass(frozen=True)
class AbsenceDocument:
    """A file that was accepted, under a name that is safe to show."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Retention:
    """In days: a document is deleted so long after the decision, and at the latest so long after the day itself."""

    after_decision: int
    after_day: int


def accept(sent: Sequence[SentFile]) -> list[AbsenceDocument]:
    """The documents, typed by their content.

    Raises ``TooManyDocumentsError``, ``UnacceptedFileError``, ``FileTooLargeError``.
    """
    check_number(len(sent))
    return [_accept(each) for each in sent]


def check_number(documents: int) -> None:
    """Raises ``TooManyDocumentsError``."""
    if documents > MOST_DOCUMENTS:
        raise TooManyDocumentsError


def tell_documents(number: int) -> str:
    """How many were joined, as the trail says it: never their names."""
    return "Un document est joint." if number == 1 else f"{number} documents sont joints."


def _accept(sent: SentFile) -> AbsenceDocument:
    media_type = media_type_of(sent.content)
    shown = safe_file_name(sent.name, "")
    if not sent.content:
        raise UnacceptedFileError(f"Le fichier « {shown} » est vide. Vérifiez-le, puis choisissez-le de nouveau.")
    if len(sent.content) > MAX_BYTES:
        raise FileTooLargeError(
            f"Le fichier « {shown} » dépasse 5 Mo. Envoyez une photo de moindre taille, ou un PDF plus léger."
        )
    if sent.content[4:8] == b"ftyp" and sent.content[8:12] in _HEIC_BRANDS:
        raise UnacceptedFileError(
            f"La photo « {shown} » est au format HEIC, que la mairie ne peut pas lire."
            " Faites-en une capture d'écran, ou enregistrez-la en JPEG."
        )
    if media_type is None:
        raise UnacceptedFileError(
            f"Le fichier « {shown} » n'est ni un PDF, ni une image JPEG ou PNG. Photographiez le document, ou"
            " enregistrez-le en PDF."
        )
    return AbsenceDocument(safe_file_name(sent.name, PDF_AND_IMAGES[media_type]), media_type, sent.content)
