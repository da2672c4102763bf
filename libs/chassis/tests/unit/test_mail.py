"""A mail as it leaves, read back by the library's strict parser."""

from email import message_from_bytes, policy
from typing import Any

import pytest

from chassis.mail import Mailer

MAIL = {
    "sender_name": "Portail famille de Crûas, la «mairie»",
    "sender": "ne-pas-repondre@cruas.example",
    "recipient": "claire@example.org",
    "subject": "Votre facture d'août de la régie périscolaire est disponible :\nà régler avant le 31 octobre",
    "body": "Bonjour à tous,\n\nMontant : 12,00 €\n" + "Une ligne longue. " * 80,
    "message_id": "42@cruas.example",
}


class Server:
    """Stands in for the connection: keeps what is sent, as bytes."""

    is_connected = True

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[str], bytes]] = []

    async def send_message(self, message: Any, *, sender: str, recipients: list[str]) -> None:
        self.sent.append((sender, recipients, message.as_bytes()))


async def sent(monkeypatch: pytest.MonkeyPatch, **changed: str | None) -> Any:
    server, mailer = Server(), Mailer("smtp://127.0.0.1:25")
    monkeypatch.setattr(mailer, "_server", server)
    monkeypatch.setattr(mailer, "_keeps_connection", True)
    await mailer.send(**{**MAIL, **changed})
    ((sender, recipients, raw),) = server.sent
    assert (sender, recipients) == (MAIL["sender"], [MAIL["recipient"]])
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) < 998, "RFC 5322, 2.1.1"
    return message_from_bytes(raw, policy=policy.default)


async def test_what_it_says_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = await sent(monkeypatch)
    (address,) = mail["From"].addresses
    assert (address.display_name, address.addr_spec) == (MAIL["sender_name"], MAIL["sender"])
    assert mail["To"] == MAIL["recipient"]
    assert mail["Subject"] == MAIL["subject"].replace("\n", " ")
    assert mail["Message-ID"] == f"<{MAIL['message_id']}>"
    assert mail["Date"].datetime
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content() == MAIL["body"]
    assert [mail.defects, *(value.defects for value in mail.values())] == [[], *([()] * len(mail.values()))]


async def test_a_page_comes_beside_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = await sent(monkeypatch, html="<p>Bonjour à tous</p>")
    assert mail.get_content_type() == "multipart/alternative"
    assert mail.get_body(("plain",)).get_content() == MAIL["body"]
    assert mail.get_body(("html",)).get_content() == "<p>Bonjour à tous</p>"


@pytest.mark.parametrize("field", ["sender", "recipient", "message_id"])
@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028"])
async def test_no_header_comes_in_with_an_address(monkeypatch: pytest.MonkeyPatch, field: str, line_break: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        await sent(monkeypatch, **{field: f"{MAIL[field]}{line_break}Bcc: everyone@example.org"})


async def test_a_name_or_a_subject_stays_in_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = await sent(monkeypatch, sender_name="Mairie\nBcc: a@b.fr", subject="Facture\r\nBcc: a@b.fr")
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Facture Bcc: a@b.fr"
