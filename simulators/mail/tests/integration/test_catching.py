"""Real mails through a real SMTP connection, read back through the pages and the API."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib
import httpx
import pytest_asyncio
import uvicorn

from mail_catcher.app import create_app
from mail_catcher.settings import Settings
from mail_catcher.store import KEPT


@dataclass
class Catcher:
    http: httpx.AsyncClient
    smtp_port: int

    async def send(self, subject="Facture disponible", to="claire@example.org", html=None, attachment=None):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "no-reply@alixan.fr", to, subject
        mail.set_content("Bonjour,\nvotre facture : http://alixan.localhost:8080/factures.")
        if html is not None:
            mail.add_alternative(html, subtype="html")
        if attachment is not None:
            mail.add_attachment(attachment, maintype="text", subtype="html", filename="pièce.html")
        await aiosmtplib.send(mail, hostname="127.0.0.1", port=self.smtp_port)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Catcher]:
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    task = asyncio.create_task(server.serve())
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline
        assert not task.done()
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        yield Catcher(http, app.state.smtp_port)
    server.should_exit = True
    await task


@pytest_asyncio.fixture
async def catcher() -> AsyncIterator[Catcher]:
    async with running(Settings(smtp_port=0)) as catcher:
        yield catcher


async def test_mails_are_listed_newest_first_and_filtered(catcher):
    await catcher.send("Premier")
    await catcher.send("Mot de passe oublié", to="Paul <paul@example.org>")
    everything = (await catcher.http.get("/api/mails")).json()
    assert [mail["subject"] for mail in everything] == ["Mot de passe oublié", "Premier"]
    assert everything[0]["recipients"] == ["paul@example.org"]
    assert "votre facture" in everything[0]["text"]
    assert everything[0]["html"] is None
    for query, expected in [("to=PAUL@", 1), ("subject=oubli%C3%A9", 1), ("to=paul&subject=premier", 0), ("to=%25", 0)]:
        assert len((await catcher.http.get(f"/api/mails?{query}")).json()) == expected, query
    listing = (await catcher.http.get("/?to=paul")).text
    assert "Mot de passe oublié" in listing
    assert "Premier" not in listing


async def test_a_hidden_recipient_is_seen(catcher):
    mail = EmailMessage()
    mail["Subject"] = "Sans destinataire"
    mail.set_content("x")
    await aiosmtplib.send(
        mail, sender="a@alixan.fr", recipients=["hidden@example.org"], hostname="127.0.0.1", port=catcher.smtp_port
    )
    assert (await catcher.http.get("/api/mails?to=hidden@example.org")).json()[0]["sender"] == "a@alixan.fr"


async def test_the_text_is_shown_with_links_and_markup_is_inert(catcher):
    await catcher.send("<script>alert(1)</script>")
    number = (await catcher.http.get("/api/mails")).json()[0]["id"]
    response = await catcher.http.get(f"/mails/{number}")
    assert '<a href="http://alixan.localhost:8080/factures" target="_blank"' in response.text
    assert "<script>" not in response.text
    assert "script-src" not in response.headers["content-security-policy"]
    assert response.headers["content-security-policy"].startswith("default-src 'none'")


async def test_the_page_of_a_mail_lives_in_a_sandbox(catcher):
    await catcher.send(html="<h1>Bonjour</h1><script>alert(1)</script><img src='https://tracker.example/x'>")
    number = (await catcher.http.get("/api/mails")).json()[0]["id"]
    assert f'src="/mails/{number}/html" sandbox="allow-popups' in (await catcher.http.get(f"/mails/{number}")).text
    framed = await catcher.http.get(f"/mails/{number}/html")
    policy = framed.headers["content-security-policy"]
    assert "<h1>Bonjour</h1>" in framed.text
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy


async def test_attachments_are_downloads(catcher):
    await catcher.send(attachment=b"<script>alert(1)</script>")
    mail = (await catcher.http.get("/api/mails")).json()[0]
    (attached,) = mail["attachments"]
    assert (attached["name"], attached["size"]) == ("pièce.html", 25)
    response = await catcher.http.get(attached["url"])
    assert response.content == b"<script>alert(1)</script>"
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''pi%C3%A8ce.html"
    source = await catcher.http.get(f"/mails/{mail['id']}/source")
    assert b"Subject: Facture disponible" in source.content


async def test_unknown_addresses_are_not_found(catcher):
    await catcher.send()
    number = (await catcher.http.get("/api/mails")).json()[0]["id"]
    for path in ("/mails/0", "/mails/99999", f"/mails/{10**30}", f"/mails/{number}/html", "/nowhere"):
        response = await catcher.http.get(path)
        assert (response.status_code, "Page introuvable" in response.text) == (404, True), path
    for position in (0, 1, -1):
        assert (await catcher.http.get(f"/mails/{number}/attachments/{position}")).status_code == 404
    assert (await catcher.http.get("/mails/abc")).status_code == 422


async def test_everything_can_be_deleted(catcher):
    await catcher.send()
    assert (await catcher.http.delete("/api/mails")).status_code == 204
    assert (await catcher.http.get("/api/mails")).json() == []
    assert "Aucun message pour le moment" in (await catcher.http.get("/")).text


async def test_the_last_mails_are_kept_and_survive_a_restart(tmp_path):
    settings = Settings(smtp_port=0, state_dir=tmp_path)
    async with running(settings) as catcher:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=catcher.smtp_port)
        async with client:
            for number in range(KEPT + 3):
                await client.sendmail("a@alixan.fr", ["b@example.org"], f"Subject: n{number}\r\n\r\nx")
    async with running(settings) as catcher:
        subjects = [mail["subject"] for mail in (await catcher.http.get("/api/mails")).json()]
    assert subjects == [f"n{number}" for number in range(KEPT + 2, 2, -1)]


async def test_signs_of_life(catcher):
    assert (await catcher.http.get("/health/live")).json() == {"status": "ok"}
    assert (await catcher.http.get("/health/ready")).json() == {"status": "ok"}
