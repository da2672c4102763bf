import io
import zipfile

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
        archive(mimetype="application/java-archive"),
        archive(a="b"),
    ],
)
def test_other_content_is_refused(content: bytes) -> None:
    with pytest.raises(UnacceptedFileError):
        media_type_of(content)


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
        ("a" * 300 + ".pdf", "a" * 110 + ".pdf"),
    ],
)
def test_file_names_are_made_safe(name: str, expected: str) -> None:
    assert safe_file_name(name, "application/pdf") == expected
