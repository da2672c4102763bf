"""Forgotten passwords, with a real mail server."""

import asyncio
import re
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from chassis.ids import new_id

PASSWORD = "girafe pliante du jeudi"
NEW = "le hibou ne dort jamais"


async def ask(town: Any, name: str, address: str = "") -> httpx.Response:
    response: httpx.Response = await town.call("POST", "/password-resets", {"user_name": name}, address=address)
    return response


def token_in(mail: EmailMessage) -> str:
    found = re.search(r"http://alixan\.localhost:8080/mot-de-passe/(\S+)", mail.get_content())
    assert found
    return found.group(1)


async def use(town: Any, token: str, password: str = NEW) -> httpx.Response:
    response: httpx.Response = await town.call("PUT", f"/password-resets/{token}", {"new_password": password})
    return response


async def test_the_whole_way(town: Any, mail_server: Any) -> None:
    parent = await town.parent("Oubli", "oubli@example.org")
    session = (await town.log_in(parent["user_name"])).json()
    asked = await ask(town, "Camille.Oubli")
    assert (asked.status_code, asked.json()) == (202, {})
    (mail,) = await mail_server.mail_to("oubli@example.org")
    assert "Alixan" in mail["subject"]
    assert "Alixan" in mail["from"]
    assert "camille.oubli" in mail.get_content()
    token = token_in(mail)
    weak = await use(town, token, "court")
    assert (weak.status_code, weak.json()["type"]) == (422, "urn:portail-famille:problem:weak-password")
    assert (await use(town, token)).status_code == 204
    assert (await town.log_in(parent["user_name"], NEW)).status_code == 200
    assert (await town.refresh(session["refresh_token"])).status_code == 401
    again = await use(town, token, "une troisième phrase")
    assert (again.status_code, again.json()["type"]) == (409, "urn:portail-famille:problem:reset-expired")
    assert token not in str(await town.harness.query("select * from password_reset"))


async def test_unknown_names_get_the_same_answer_and_no_mail(town: Any, mail_server: Any) -> None:
    before = len(mail_server.mails)
    asked = await ask(town, "personne@nulle.part")
    assert (asked.status_code, asked.json()) == (202, {})
    await town.harness.eventually("select 1 where not exists (select from password_reset where next_try_at <= now())")
    assert await town.harness.query("select 1 from password_reset where requested_name is not null") == []
    assert len(mail_server.mails) == before


async def test_a_shared_mail_address_gets_a_link_for_each_account(town: Any, mail_server: Any) -> None:
    names = {(await town.register(name, "Commun", "commun@example.org"))["user_name"] for name in ("Ana", "Bob")}
    await ask(town, "Commun@Example.org")
    mails = await mail_server.mail_to("commun@example.org", count=2)
    assert {name for name in names for mail in mails if name in mail.get_content()} == names
    assert len({token_in(mail) for mail in mails}) == 2


async def test_an_hour_later_the_link_is_dead(town: Any, mail_server: Any) -> None:
    await town.register("Tard", "Venu", "tard@example.org")
    await ask(town, "tard.venu")
    (mail,) = await mail_server.mail_to("tard@example.org")
    await town.harness.query("update password_reset set expires_at = expires_at - interval '1 hour'")
    assert (await use(town, token_in(mail))).status_code == 409


async def test_two_uses_at_once_count_once(town: Any, mail_server: Any) -> None:
    await town.register("Deux", "Fois", "deux@example.org")
    await ask(town, "deux.fois")
    (mail,) = await mail_server.mail_to("deux@example.org")
    answers = await asyncio.gather(*(use(town, token_in(mail), f"phrase numéro {n} du hibou") for n in range(3)))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409]


async def test_the_mail_leaves_when_the_server_is_back(town: Any, mail_server: Any) -> None:
    await town.register("Poste", "Fermee", "poste@example.org")
    mail_server.away = True
    try:
        await ask(town, "poste.fermee")
        await town.harness.eventually("select 1 from password_reset where sendings = 1 and sent_at is null")
    finally:
        mail_server.away = False
    await town.harness.query("update password_reset set next_try_at = requested_at where sendings = 1")
    await town.harness.run_job("reset-mails")
    (mail,) = await mail_server.mail_to("poste@example.org")
    assert (await use(town, token_in(mail))).status_code == 204


async def test_an_address_that_cannot_be_written_holds_nobody_up(town: Any, mail_server: Any) -> None:
    await town.register("Adresse", "Cassee", "a@b\r\nBcc: c@d")
    await town.register("Adresse", "Bonne", "bonne@example.org")
    await ask(town, "adresse.cassee")
    await ask(town, "adresse.bonne")
    await mail_server.mail_to("bonne@example.org")
    (row,) = await town.harness.eventually(
        "select r.* from password_reset r join account using (tenant_id, account_id)"
        " where user_name = 'adresse.cassee' and next_try_at is null"
    )
    assert row["sent_at"] is None


async def test_many_requests_send_few_mails(town: Any, mail_server: Any) -> None:
    await town.register("Trop", "Demande", "trop@example.org")
    for _ in range(6):
        await ask(town, "trop.demande")
    await mail_server.mail_to("trop@example.org", count=3)
    await town.harness.eventually("select 1 where not exists (select from password_reset where next_try_at <= now())")
    assert len(await mail_server.mail_to("trop@example.org")) == 3


async def test_an_address_that_asks_endlessly_is_told_to_wait(town: Any) -> None:
    address = str(new_id())
    await ask(town, "nul.le.part", address)
    await town.harness.query("update attempt set level = 300 where kind = 'reset_address'")
    assert (await ask(town, "nul.le.part", address)).status_code == 202
    assert (await ask(town, "nul.le.part", address)).status_code == 429


@pytest.mark.parametrize("token", ["x", "é" * 100, "%00"])
async def test_an_invented_link_is_refused(town: Any, token: str) -> None:
    assert (await use(town, token)).status_code == 409
