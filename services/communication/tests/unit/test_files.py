import io
import tracemalloc
import zipfile
from unittest.mock import patch

import pytest

from communication.domain.files import MAX_BYTES, FileTooLargeError, UnacceptedFileError, media_type_of, safe_file_name


def archive(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, text in members.items():
            zipped.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7 rest", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (archive(mimetype="application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
        (archive(word__document_xml="<w/>"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_type_is_told_by_content(content: bytes, expected: str) -> None:
    assert media_type_of(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>",
        b"MZ\x90",
        b"PK\x03\x04 broken",
        b"<!--%PDF-1.7 -->",
        b" %PDF-1.7",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='stolen()'/>",
        archive(mimetype="application/java-archive"),
        archive(mimetype="application/vnd.oasis.opendocument.text")[:-30],
        archive(mimetype="text/html", word__document_xmlx="<w/>"),
        archive(a="b"),
    ],
)
def test_other_content_is_refused(content: bytes) -> None:
    with pytest.raises(UnacceptedFileError):
        media_type_of(content)


def test_an_empty_file_is_told() -> None:
    with pytest.raises(UnacceptedFileError, match="vide"):
        media_type_of(b"")


def test_macros_are_refused_with_a_way_out() -> None:
    with pytest.raises(UnacceptedFileError, match="en PDF"):
        media_type_of(archive(word__document_xml="<w/>", **{"word__vbaProject.bin": "x"}))


def test_an_archive_is_not_unpacked() -> None:
    """42 kB of zeros packed a thousandfold, in the very member that tells the type."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("mimetype", b"\0" * 500_000_000)
    bomb = buffer.getvalue()
    tracemalloc.start()
    with pytest.raises(UnacceptedFileError):
        media_type_of(bomb)
    assert tracemalloc.get_traced_memory()[1] < 20 * len(bomb)
    tracemalloc.stop()


def test_an_archive_of_countless_members_is_refused_unread() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("word/document.xml", "<w/>")
        for number in range(20_000):
            zipped.writestr(str(number), "")
    with pytest.raises(UnacceptedFileError), patch.object(zipfile, "ZipFile", side_effect=AssertionError):
        media_type_of(buffer.getvalue())


def test_a_large_file_is_refused() -> None:
    with pytest.raises(FileTooLargeError):
        media_type_of(b"%PDF-" + bytes(MAX_BYTES))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Règlement 2022.pdf", "Règlement 2022.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\fakepath\\menu.exe", "menu.pdf"),
        ("menu\r\nX-Evil: 1.pdf", "menuX-Evil 1.pdf"),
        ("", "document.pdf"),
        ("menu\u202efdp.exe", "menufdp.pdf"),
        ("menu.pdf.exe", "menu.pdf.pdf"),
        ("menu.html", "menu.pdf"),
        (".htaccess", "document.pdf"),
        ("..", "document.pdf"),
        ("menu\0.html", "menu.pdf"),
        ("menu\ud800.pdf", "menu.pdf"),
        ("=HYPERLINK(1).pdf", "=HYPERLINK(1).pdf"),
        ("é\u200b\ufeff.pdf", "é.pdf"),
        ("a" * 300 + ".pdf", "a" * 110 + ".pdf"),
    ],
)
def test_file_names_are_made_safe(name: str, expected: str) -> None:
    assert safe_file_name(name, "application/pdf") == expected
