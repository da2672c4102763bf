"""Messages that nobody can handle, put into the running system: seen by everyone concerned, mended, replayed, once."""

import asyncio
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aio_pika
import httpx
import pytest

from driver import Mailbox, Portal, System, TownHall, until
from portail_local.layout import ROOT
from portail_local.state import State
from portail_local.system import System as LocalSystem

pytestmark = pytest.mark.timeout(600)  # the command of operators starts several times

EXCHANGE = "portal.events"
Message = tuple[dict[str, Any], bytes]


@pytest.fixture(scope="module")
def publish(running_portal: Portal) -> Callable[..., None]:
    """Puts messages on the exchange of all events, as any service would."""
    state = State(running_portal.state)
    run = state.read_run()
    assert run is not None
    url = LocalSystem(state, run.options).rabbitmq.url()

    async def send(headers: dict[str, Any], body: bytes, times: int) -> None:
        async with await aio_pika.connect(url) as connection:
            exchange = await (await connection.channel()).get_exchange(EXCHANGE)
            message = aio_pika.Message(body, headers=headers, message_id=headers["id"], type=headers["type"])
            for _ in range(times):
                await exchange.publish(message, routing_key=headers["type"])

    def publish(message: Message, times: int = 1) -> None:
        asyncio.run(send(*message, times))

    return publish


@pytest.fixture(scope="module")
def operate(running_portal: Portal) -> Callable[..., tuple[int, str]]:
    """``./portail messages``: exit code, and all that is said."""

    def operate(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "portail_local", "messages", "--state", str(running_portal.state), *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return operate


@pytest.fixture(scope="module")
def tenant_id(town_hall: TownHall) -> str:
    return str(town_hall.api.get("identity", "/commune")["tenant_id"])


def message(tenant: str, kind: str, subject: str, body: bytes, **headers: Any) -> Message:
    envelope = {
        "id": str(uuid.uuid4()),
        "source": "test",
        "type": kind,
        "time": datetime(2022, 7, 4, 7, tzinfo=UTC).isoformat(),
        "subject": subject,
        "tenant": tenant,
        "sequence": 1,
    }
    return {**envelope, **headers}, body


def invoice(tenant: str, family_id: str, number: str, **headers: Any) -> Message:
    """A family's invoice, as billing tells of it."""
    issued = {
        "invoice_id": str(uuid.uuid4()),
        "number": number,
        "family_id": family_id,
        "regie": {"regie_id": str(uuid.uuid4()), "name": "Régie"},
        "period": "2022-09-01",
        "issued_on": "2022-10-01",
        "due_on": "2022-10-31",
        "amount_cents": 1000,
    }
    subject = str(issued["invoice_id"])
    return message(tenant, "billing.invoice_issued.v1", subject, json.dumps(issued).encode(), **headers)


def dead_letters(portal: Portal, service: str, queue: str) -> float:
    """As the metrics tell."""
    page = httpx.get(f"http://127.0.0.1:{portal.ports.replica(service, 0)}/metrics", trust_env=False).text
    found = re.search(rf'portail_dead_letters{{queue="{queue}",service="{service}"}} ([0-9.]+)', page)
    return float(found[1]) if found else -1


def listed(town_hall: TownHall, service: str, message_id: str) -> list[dict[str, Any]]:
    items = town_hall.api.get(service, "/dead-letters")["items"]
    return [item for item in items if item["message_id"] == message_id]


def test_an_invoice_of_a_family_nobody_knows_is_mailed_once_it_is_mended(
    running_portal: Portal,
    system: System,
    town_hall: TownHall,
    mailbox: Mailbox,
    tenant_id: str,
    publish: Callable[..., None],
    operate: Callable[..., tuple[int, str]],
) -> None:
    family_id, queue = str(uuid.uuid4()), "communication.notices"
    # After its last retry: those take eleven minutes.
    announced = invoice(tenant_id, family_id, "2209777", **{"x-attempt": 3})
    message_id, before = announced[0]["id"], dead_letters(running_portal, "communication", queue)
    publish(announced)
    (letter,) = until(lambda: listed(town_hall, "communication", message_id))
    assert (letter["queue"], letter["subject"]) == (queue, announced[0]["subject"])
    assert "FamilyNotYetKnownError" in letter["reason"]
    assert listed(system.town_hall("veyras"), "communication", message_id) == [], "another commune's"
    assert dead_letters(running_portal, "communication", queue) == before + 1
    code, said = operate("dead", "--service", "communication", "--id", message_id)
    assert code == 0
    assert all(told in said for told in (message_id, queue, "alixan", letter["reason"], "1 message mort"))

    family = town_hall.register_family(("Zoé",), family_id=family_id)
    until(lambda: town_hall.api.send("GET", f"/api/communication/v1/conversations/{family_id}").is_success)
    assert operate("replay", "--id", message_id)[0] == 0
    mailbox.wait_for(family.email, "Votre facture")
    publish(announced, 5)
    publish(invoice(tenant_id, family_id, "2209778"))
    mails = mailbox.wait_for(family.email, "Votre facture", count=2)
    found = sum("2209777" in mail.text for mail in mails)
    print("\nmessage that failed, replayed once mended: injected 1, deliveries 7, mails expected 1, found", found)
    assert (found, len(mails)) == (1, 2)
    assert listed(town_hall, "communication", message_id) == []
    assert dead_letters(running_portal, "communication", queue) == before


POISON = {
    "not JSON": ("enrolment.adhesion_paid.v1", b"{", {}, "Contenu illisible"),
    "wrong schema": ("enrolment.adhesion_paid.v1", b"{}", {}, "adhesion_id Field required"),
    "no sequence": ("enrolment.adhesion_paid.v1", b"{}", {"sequence": ""}, "Enveloppe illisible"),
    "unknown version": ("enrolment.adhesion_paid.v2", b"{}", {}, "inconnu"),
    "huge": ("enrolment.adhesion_paid.v1", b"[" + b"0," * 1_000_000 + b"0]", {}, "Contenu illisible"),
}
READERS = {"planning": "planning.enrolment", "billing": "billing.adhesions"}


def test_poison_is_kept_by_each_reader_and_stops_nobody(
    running_portal: Portal,
    system: System,
    town_hall: TownHall,
    tenant_id: str,
    publish: Callable[..., None],
    operate: Callable[..., tuple[int, str]],
) -> None:
    reasons = {}
    for kind, body, headers, reason in POISON.values():
        poison = message(tenant_id, kind, str(uuid.uuid4()), body, **headers)
        publish(poison, 3)
        reasons[poison[0]["id"]] = reason
    found = 0
    for service, queue in READERS.items():
        for message_id, reason in reasons.items():
            (letter,) = until(lambda: listed(town_hall, service, message_id))  # noqa: B023 - called at once
            assert reason in letter["reason"]
            assert letter["queue"] == queue
            found += 1
        assert httpx.get(
            f"http://127.0.0.1:{running_portal.ports.replica(service, 0)}/health/ready", trust_env=False
        ).is_success
    print(f"\npoisoned messages: injected {len(POISON)}, dead letters expected {2 * len(POISON)}, found {found}")

    parent = system.parent("alixan", town_hall.register_family(("Louis",)))
    until(lambda: parent.api.get("planning", "/members"))
    named = [f"--id={message_id}" for message_id in reasons]
    assert operate("purge")[0] == 1, "never everything by accident"
    assert operate("purge", *named) == (0, f"{found} messages morts effacés.\n")
    assert not any(listed(town_hall, service, each) for service in READERS for each in reasons)
