"""Identity under test: a mail server that really receives, and both the service's and the tests' keys trusted."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from chassis.ids import new_id
from chassis.runtime import Service
from chassis.testing.databases import ServiceDatabases
from chassis.testing.plugin import ALIXAN, Harness, running_service
from contracts.events import FamilyRegistered
from contracts.values import Guardian, PostalAddress, Role
from identity.entrypoints.context import parts_of
from identity.entrypoints.service import SERVICE
from portail_local.ports import free_block

OPERATOR_TOKEN = "operator-of-the-tests"
PASSWORD = "girafe pliante du jeudi"


class MailServer:
    """Receives mails on a port of its own; ``away`` makes it refuse."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.away = False
        self.controller = Controller(self, hostname="127.0.0.1", port=free_block(1), ready_timeout=30)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.away:
            return "451 later"
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    async def mail_to(self, recipient: str, count: int = 1) -> list[EmailMessage]:
        async with asyncio.timeout(20):
            while len(mails := [mail for mail in self.mails if mail["to"] == recipient]) < count:
                await asyncio.sleep(0.05)
        return mails


class Town:
    """Shortcuts to what a commune's people do. Every call comes from an address of its own unless given one."""

    def __init__(self, harness: Harness, slug: str = "alixan") -> None:
        self.harness = harness
        self.slug = slug
        self.tenant_id = ALIXAN.tenant_id
        self.staff = harness.signer.headers(ALIXAN.tenant_id, Role.AGENT)
        self.administrator_id = new_id()
        self.administrator = harness.signer.headers(
            ALIXAN.tenant_id, Role.ADMINISTRATOR, account_id=self.administrator_id
        )
        self.operator = {"authorization": f"Bearer {OPERATOR_TOKEN}"}

    async def call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None, address: str = ""
    ) -> httpx.Response:
        async with self.harness.client(self.slug, headers) as client:
            return await client.request(method, path, json=body, headers={"x-forwarded-for": address or str(new_id())})

    async def register(self, first_name: str, last_name: str, email: str | None = None) -> dict[str, Any]:
        """Opens a parent's account the way it happens: enrolment publishes the family."""
        guardian = Guardian(guardian_id=new_id(), first_name=first_name, last_name=last_name, email=email)
        family = FamilyRegistered(
            family_id=new_id(),
            name=last_name,
            address=PostalAddress(line="2 rue des Écoles", postal_code="26300", city="Alixan"),
            guardians=(guardian,),
        )
        await self.harness.publish(family, tenant_id=self.tenant_id)
        (row,) = await self.harness.eventually(
            "select * from account where guardian_id = $1 and not closed", guardian.guardian_id
        )
        return dict(row)

    async def parent(self, last_name: str, email: str | None = None) -> dict[str, Any]:
        """A parent who has chosen the password of these tests; the row of their account."""
        account = await self.register("Camille", last_name, email)
        given = await self.call("POST", f"/accounts/{account['account_id']}/first-password", {}, self.staff)
        first = await self.log_in(account["user_name"], given.json()["first_password"])
        changed = await self.call(
            "PUT",
            "/account/password",
            {"current_password": given.json()["first_password"], "new_password": PASSWORD},
            self.bearer(first.json()),
        )
        assert changed.status_code == 200, changed.text
        return account

    async def log_in(self, user_name: str, password: str = PASSWORD, address: str = "", **more: Any) -> httpx.Response:
        body = {"user_name": user_name, "password": password, **more}
        return await self.call("POST", "/sessions", body, address=address)

    async def refresh(self, token: str) -> httpx.Response:
        return await self.call("POST", "/sessions/refresh", {"refresh_token": token})

    @staticmethod
    def bearer(session: dict[str, Any]) -> dict[str, str]:
        return {"authorization": f"Bearer {session['access_token']}"}


@pytest.fixture(scope="session")
def service() -> Service:
    return SERVICE


@pytest.fixture(scope="session")
def mail_server() -> Any:
    server = MailServer()
    server.controller.start()
    yield server
    server.controller.stop()


@pytest.fixture(scope="session")
def service_settings(mail_server: MailServer) -> dict[str, Any]:
    return {
        "secret_key": base64.b64encode(os.urandom(32)).decode(),
        "operator_token": OPERATOR_TOKEN,
        "smtp_url": f"smtp://127.0.0.1:{mail_server.controller.port}",
        "mail_sender": "ne-pas-repondre@portail.example",
        "public_url": "http://{hostname}:8080",
    }


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def harness(
    service: Service, service_settings: dict[str, Any], service_databases: ServiceDatabases, amqp_url: str
) -> AsyncIterator[Harness]:
    async with running_service(service, service_databases, amqp_url, service_settings) as running:

        async def serve_keys(_request: httpx.Request) -> httpx.Response:
            own = await parts_of(running.runtime).keys.jwks(running.clock.real_now())
            return httpx.Response(200, json={"keys": [*own["keys"], *running.signer.jwks()["keys"]]})

        running.runtime.http._transport = httpx.MockTransport(serve_keys)
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town(harness: Harness) -> Town:
    town = Town(harness)
    await harness.query(
        "insert into account (tenant_id, account_id, user_name, display_name, roles, must_change_password, closed,"
        " version, guardian_version) values ($1, $2, 'mairie', 'Mairie', '{administrator}', false, false, 1, 0)",
        town.tenant_id,
        town.administrator_id,
    )
    return town
