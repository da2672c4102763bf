"""Communication under test, with a mail server that keeps what it receives."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from chassis.runtime import Service
from communication.entrypoints.service import SERVICE
from portail_local.ports import free_block


class MailServer:
    """Keeps received mails; ``down`` makes it refuse them for now."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.down = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.down:
            return "451 later"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture(scope="session")
def service() -> Service:
    return SERVICE


@pytest.fixture(scope="session")
def mail_port() -> int:
    return free_block(1)


@pytest.fixture(scope="session")
def mail_server(mail_port: int) -> Iterator[MailServer]:
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=mail_port, ready_timeout=30)
    controller.start()
    yield server
    controller.stop()


@pytest.fixture(scope="session")
def service_settings(mail_port: int) -> dict[str, Any]:
    return {"smtp_url": f"smtp://127.0.0.1:{mail_port}", "public_url": "http://{hostname}:8080"}
