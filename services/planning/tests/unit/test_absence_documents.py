"""Documents of absences: what is taken, told by content and size."""

import pytest

from chassis.files import FileTooLargeError, UnacceptedFileError
from planning.domain.absence_documents import MAX_BYTES, SentFile, TooManyDocumentsError, accept, tell_documents

PDF, JPEG, PNG = b"%PDF-1.7", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("content", "media_type", "file_name"),
    [(PDF, "application/pdf", "mot.pdf"), (JPEG, "image/jpeg", "mot.jpg"), (PNG, "image/png", "mot.png")],
)
def test_the_content_tells_the_type_and_the_end_of_the_name(content: bytes, media_type: str, file_name: str) -> None:
    (document,) = accept([SentFile("C:\\photos\\mot.exe", content)])
    assert (document.media_type, document.file_name, document.content) == (media_type, file_name, content)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg onload='x()'/>",
        b"<html>%PDF-",
        b" %PDF-1.7",
        b"\xff\xd8",
        b"PK\x03\x04",
        b"GIF89a",
    ],
)
def test_anything_else_is_refused_with_a_way_out(content: bytes) -> None:
    with pytest.raises(UnacceptedFileError, match=r"« mot » n'est ni un PDF.*Photographiez"):
        accept([SentFile("mot.pdf", content)])


def test_a_photo_that_only_its_telephone_reads_is_told() -> None:
    with pytest.raises(UnacceptedFileError, match=r"HEIC.*capture d'écran"):
        accept([SentFile("mot.jpg", b"\x00\x00\x00\x18ftypheic")])


def test_an_empty_file_is_told() -> None:
    with pytest.raises(UnacceptedFileError, match="« mot » est vide"):
        accept([SentFile("mot.pdf", b"")])


def test_five_megabytes_pass_and_a_byte_more_does_not() -> None:
    full = JPEG + bytes(MAX_BYTES - len(JPEG))
    assert len(accept([SentFile("photo.jpg", full)])[0].content) == MAX_BYTES
    with pytest.raises(FileTooLargeError, match="« photo » dépasse 5 Mo"):
        accept([SentFile("photo.jpg", full + b"x")])


def test_three_pass_and_four_do_not() -> None:
    assert len(accept([SentFile("mot.pdf", PDF)] * 3)) == 3
    with pytest.raises(TooManyDocumentsError, match="3 documents au plus"):
        accept([SentFile("mot.pdf", PDF)] * 4)


@pytest.mark.parametrize(("number", "told"), [(1, "Un document est joint."), (2, "2 documents sont joints.")])
def test_the_trail_tells_how_many(number: int, told: str) -> None:
    assert tell_documents(number) == told
