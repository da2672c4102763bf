"""Reading mails, the wrong ones included."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_catcher.message import for_frame, read_headers, read_message, with_links


def test_a_mail_with_both_versions_and_an_attachment():
    mail = EmailMessage()
    mail["From"], mail["To"] = "Alixan <no-reply@alixan.fr>", "claire@example.org"
    mail["Subject"] = "Votre facture de septembre est disponible à la régie périscolaire, à régler avant le 31 octobre"
    mail.set_content("Bonjour à tous")
    mail.add_alternative("<p>Bonjour à tous</p>", subtype="html")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="facture n°1.pdf")
    headers, read = read_headers(mail.as_bytes()), read_message(mail.as_bytes())
    assert headers.subject == mail["Subject"]
    assert (headers.sender, headers.to) == ("Alixan <no-reply@alixan.fr>", "claire@example.org")
    assert read.text.strip() == "Bonjour à tous"
    assert read.html.strip() == "<p>Bonjour à tous</p>"
    assert [(part.name, part.content_type, part.content) for part in read.attachments] == [
        ("facture n°1.pdf", "application/pdf", b"%PDF-1.7")
    ]


def test_an_attachment_without_a_name_gets_one_and_a_forwarded_mail_is_kept():
    inner, mail = EmailMessage(), EmailMessage()
    inner["Subject"] = "Dedans"
    inner.set_content("x")
    mail.set_content("y")
    mail.add_attachment(b"1", maintype="application", subtype="octet-stream")
    mail.add_attachment(inner)
    first, second = read_message(mail.as_bytes()).attachments
    assert first.name == "piece-jointe-1"
    assert second.content_type == "message/rfc822"
    assert b"Dedans" in second.content


def test_an_unknown_charset_is_shown_as_well_as_can_be():
    raw = b"Content-Type: text/plain; charset=nowhere\n\nBonjour \xc3\xa9t\xc3\xa9"
    assert read_message(raw).text == "Bonjour été"


@pytest.mark.parametrize("to", ['"', "=?utf-8?q?@", ":?=b.c.<boundary=é", "a.b,\n .)(c== "])
def test_a_malformed_address_is_shown_as_sent(to):
    read = read_headers(f"To: {to}\nSubject: S\n\nx".encode())
    assert read.subject == "S"
    assert read.to[0] == to[0]


@given(st.binary(max_size=400))
def test_any_bytes_are_read(raw):
    read_message(raw)
    assert isinstance(read_headers(raw).subject, str)


@given(st.binary(max_size=200))
def test_any_body_is_read(body):
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-7\n\n" + body
    assert isinstance(read_message(raw + b"\n--b--\n").html, str)


def test_addresses_become_links_and_the_rest_is_escaped():
    html = with_links("<b> Voir https://alixan.fr/a?b=1&c=2. (http://x.fr)\njavascript:alert(1)")
    assert html == (
        "&lt;b&gt; Voir "
        '<a href="https://alixan.fr/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">'
        "https://alixan.fr/a?b=1&amp;c=2</a>. ("
        '<a href="http://x.fr" target="_blank" rel="noopener noreferrer">http://x.fr</a>)\njavascript:alert(1)'
    )


def test_links_of_the_page_open_elsewhere():
    assert for_frame("<p>x</p>") == '<base target="_blank"><p>x</p>'
    assert for_frame('<html><HEAD lang="fr"><title>') == '<html><HEAD lang="fr"><base target="_blank"><title>'
