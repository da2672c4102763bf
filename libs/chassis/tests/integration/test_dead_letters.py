"""Whatever comes has its effect once, or is a dead letter with its reason; operators replay and purge."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import asyncpg
import pytest
from sqlalchemy import text

from chassis import metrics
from chassis.__main__ import command_line
from chassis.ids import new_id
from chassis.messaging.operate import run
from chassis.messaging.topology import DELIVERY_LIMIT, Queues
from chassis.runtime import Runtime
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from contracts.events import InvoiceSettled
from contracts.values import Role

BILLS = Queues("sample.bills")
TYPE = InvoiceSettled.event_type


def settled(number: str) -> InvoiceSettled:
    return InvoiceSettled(invoice_id=new_id(), number=number, family_id=new_id(), paid_cents=100)


def headers(harness: Harness, event: InvoiceSettled, **changes: Any) -> dict[str, Any]:
    """An envelope's headers, some of them changed, or left out where the change is None."""
    envelope = harness.envelope(event, tenant_id=ALIXAN.tenant_id).to_headers()
    return {name: value for name, value in {**envelope, **changes}.items() if value is not None}


async def letter(harness: Harness, message_id: object, seconds: float = 30) -> asyncpg.Record:
    (row,) = await harness.eventually("select * from dead_letter where message_id = $1", message_id, seconds=seconds)
    return row


def done(outcome: str = "") -> float:
    """How many deliveries the replicas of this process have dealt with, with that outcome or any."""
    samples = [sample for metric in metrics.MESSAGES.collect() for sample in metric.samples]
    return sum(
        sample.value
        for sample in samples
        if sample.name.endswith("_total")
        and outcome in sample.labels["outcome"]
        and sample.labels["queue"] == BILLS.main
    )


async def dealt_with(count: float, outcome: str = "") -> None:
    async with asyncio.timeout(20):
        while done(outcome) < count:
            await asyncio.sleep(0.02)


class Operator:
    """Runs the operator's command as a container would, in a thread since it has an event loop of its own."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    async def __call__(self, *arguments: str) -> tuple[int, str]:
        """Exit code, and what is said."""
        parsed = command_line().parse_args(["messages", "--service", "sample", *arguments])
        self._capsys.readouterr()
        try:
            await asyncio.to_thread(run, parsed)
        except SystemExit as refused:
            return 1, str(refused)
        lines = self._capsys.readouterr().out.splitlines(keepends=True)
        return 0, "".join(line for line in lines if not re.match(r"\d{4}-\d\d-\d\d ", line))  # not the service's logs


@pytest.fixture
def operate(harness: Harness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Operator:
    address = harness.runtime.settings.relay_database_url.get_secret_value()
    monkeypatch.setenv("PORTAIL_RELAY_DATABASE_URL", address.replace("sample_relay", "{name}_relay"))
    monkeypatch.setenv("PORTAIL_AMQP_URL", harness.amqp_url)
    return Operator(capsys)


@pytest.fixture
async def second(harness: Harness) -> AsyncIterator[Runtime]:
    """Another replica, as far as the broker and the database know."""
    runtime = Runtime(harness.runtime.declaration, harness.runtime.settings, harness.clock)
    await runtime.start()
    async with asyncio.timeout(20):
        while await runtime.problems():
            await asyncio.sleep(0.05)
    yield runtime
    await runtime.stop()


GOOD = settled("F1")
POISON: dict[str, tuple[dict[str, Any], bytes, str]] = {
    "not JSON": ({}, b"{", "Contenu illisible"),
    "not text": ({}, b"\xff\xfe\x00", "Contenu illisible"),
    "empty": ({}, b"", "Contenu illisible"),
    "wrong schema": ({}, b'{"number": 1, "family_id": "x"}', "invoice_id Field required"),
    "huge": ({}, b"[" + b"0," * 2_500_000 + b"0]", "Contenu illisible"),
    "another subject": ({"subject": str(new_id())}, GOOD.model_dump_json().encode(), "ne parlent pas"),
    "no id": ({"id": None}, b"{}", "il manque l'en-tête 'id'"),
    "no tenant": ({"tenant": None}, b"{}", "il manque l'en-tête 'tenant'"),
    "garbled tenant": ({"tenant": "alixan"}, b"{}", "Enveloppe illisible"),
    "bytes for a tenant": ({"tenant": bytearray(b"\xff\x00")}, b"{}", "Enveloppe illisible"),
    "a list for a time": ({"time": ["hier"]}, b"{}", "Enveloppe illisible"),
    "no time zone": ({"time": "2022-07-04T09:00:00"}, b"{}", "time without time zone"),
    "NUL in a header": ({"time": "2022\x00"}, b"{}", "Enveloppe illisible"),
    "sequence 0": ({"sequence": 0}, GOOD.model_dump_json().encode(), "sequence out of range"),
    "a sequence of words": ({"sequence": "dernier"}, b"{}", "Enveloppe illisible"),
    "unknown version": ({"type": "billing.invoice_settled.v2"}, GOOD.model_dump_json().encode(), "inconnu"),
    "garbled attempts": ({"x-attempt": "beaucoup", "sequence": "x"}, b"{}", "Enveloppe illisible"),
}


@pytest.mark.parametrize("kind", POISON)
async def test_poison_is_kept_with_its_reason_and_the_service_goes_on(harness: Harness, kind: str) -> None:
    changes, body, reason = POISON[kind]
    message_id = new_id()
    sent = headers(harness, GOOD, **{"id": str(message_id), **changes})
    await harness.send(sent, body)
    if "id" in sent:
        row = await letter(harness, message_id)
    else:
        (row,) = await harness.eventually("select * from dead_letter where reason like '%''id''%'")
    assert reason in row["reason"]
    assert (row["queue"], row["type"], row["body"]) == (BILLS.main, sent["type"], body)
    assert (row["tenant_id"] == ALIXAN.tenant_id) is (sent.get("tenant") == str(ALIXAN.tenant_id))
    assert "x-attempt" not in json.loads(row["headers"])
    after = settled("suite")
    await harness.publish(after, tenant_id=ALIXAN.tenant_id, message_id=after.invoice_id)
    await harness.eventually("select 1 from inbox where message_id = $1", after.invoice_id)
    assert await harness.query("select 1 from inbox where message_id = $1", message_id) == []


async def test_the_same_dead_letter_is_kept_once(harness: Harness) -> None:
    """Delivered again, whether or not it has an id of its own."""
    before, tenant = done("dead"), str(VEYRAS.tenant_id)
    for message_id in (str(new_id()), None):
        await harness.send(headers(harness, GOOD, id=message_id, tenant=tenant), b"[]", routing_key=TYPE, times=20)
    await dealt_with(before + 40, "dead")
    last = new_id()
    await harness.send(headers(harness, GOOD, id=str(last), tenant=tenant), b"[]", routing_key=TYPE)
    await letter(harness, last)
    assert len(await harness.query("select 1 from dead_letter where tenant_id = $1", VEYRAS.tenant_id)) == 3


async def test_an_event_writes_in_its_own_commune_only(harness: Harness) -> None:
    """Row security refuses what a handler would write elsewhere, and the whole of it with that."""
    event = settled(f"chez {VEYRAS.tenant_id}")
    sent = headers(harness, event, id=str(event.invoice_id), **{"x-attempt": 3})
    await harness.send(sent, event.model_dump_json().encode())
    assert "row-level security" in (await letter(harness, event.invoice_id))["reason"]
    assert await harness.query("select 1 from note where words like 'facture chez%'") == []


async def test_what_the_domain_refuses_is_told_in_its_words(harness: Harness) -> None:
    refused = settled("never")
    await harness.publish(refused, tenant_id=ALIXAN.tenant_id, message_id=refused.invoice_id)
    row = await letter(harness, refused.invoice_id)
    assert row["reason"] == "La note est trop longue. (too-long)"
    assert row["subject"] == refused.invoice_id
    assert json.loads(row["body"])["number"] == "never"


async def test_after_the_last_retry_comes_the_reason(harness: Harness) -> None:
    message_id = str(new_id())
    event = settled("boom")
    await harness.send(headers(harness, event, id=message_id, **{"x-attempt": 3}), event.model_dump_json().encode())
    assert (await letter(harness, message_id))["reason"] == "Échec malgré 3 reprises. RuntimeError : passing trouble"


async def test_a_commune_unknown_to_the_service_gets_nothing(harness: Harness) -> None:
    """Its own event may be on its way: it is awaited through the retries, and only then given up."""
    stranger, event, message_id = new_id(), settled("ailleurs"), str(new_id())
    sent = headers(harness, event, id=message_id, tenant=str(stranger))
    await harness.send({**sent, "x-attempt": 3}, event.model_dump_json().encode())
    row = await letter(harness, message_id)
    assert "n'est pas encore connue" in row["reason"]
    assert row["tenant_id"] == stranger
    assert await harness.query("select 1 from note where tenant_id = $1", stranger) == []


async def test_a_delayed_message_has_its_effect_once(harness: Harness) -> None:
    """Through a real retry queue: the commune becomes known while the message waits there."""
    late = ALIXAN.model_copy(update={"tenant_id": new_id(), "slug": "tardive", "hostnames": ("tardive.localhost",)})
    event = settled("attendue")
    await harness.publish(event, tenant_id=late.tenant_id, message_id=event.invoice_id)
    await harness.publish(late, tenant_id=late.tenant_id)
    await harness.eventually("select 1 from tenant where id = $1", late.tenant_id)
    await harness.eventually("select 1 from inbox where message_id = $1", event.invoice_id, seconds=15)
    notes = await harness.query("select 1 from note where tenant_id = $1", late.tenant_id)
    assert len(notes) == 1


async def test_a_registry_event_describes_its_own_commune_only(harness: Harness) -> None:
    stolen, message_id = ALIXAN.model_copy(update={"name": "Volée"}), new_id()
    await harness.publish(stolen, tenant_id=VEYRAS.tenant_id, sequence=9, message_id=message_id)
    assert "en décrit une autre" in (await letter(harness, message_id))["reason"]
    (tenant,) = await harness.query("select description->>'name' as name from tenant where id = $1", ALIXAN.tenant_id)
    assert tenant["name"] == "Alixan"


async def test_beyond_the_brokers_delivery_limit(harness: Harness) -> None:
    """As when the process dies each time it handles the message."""
    (worker,) = [worker for worker in harness.runtime.workers if worker.queues == BILLS]
    await worker.stop()
    event = settled("qui tue")
    await harness.publish(event, tenant_id=ALIXAN.tenant_id, message_id=event.invoice_id)
    deliveries = 0
    async with await aio_pika.connect(harness.amqp_url) as connection:
        queue = await (await connection.channel()).get_queue(BILLS.main)
        async with asyncio.timeout(20):
            while not (rows := await harness.query("select * from dead_letter where subject = $1", event.invoice_id)):
                if message := await queue.get(fail=False):
                    deliveries += 1
                    await message.reject(requeue=True)
    await worker.start()
    assert deliveries == DELIVERY_LIMIT + 1
    assert "Délivré trop souvent" in rows[0]["reason"]


async def test_several_replicas_and_many_deliveries_are_one_effect(harness: Harness, second: Runtime) -> None:
    """Two processes of the service read the queue; each message comes fifty times."""
    events, before, duplicates = [settled(f"répétée {number}") for number in range(4)], done(), done("duplicate")
    for event in events:
        await harness.publish(event, tenant_id=ALIXAN.tenant_id, message_id=event.invoice_id, times=50)
    await dealt_with(before + 200)
    rows = await harness.query("select count(*) as n from note where words like 'facture répétée%' group by words")
    assert [row["n"] for row in rows] == [1, 1, 1, 1]
    assert done("duplicate") - duplicates == 196
    assert all(worker.is_consuming() for worker in second.workers)


async def test_dead_letters_wait_in_the_queue_while_the_database_is_away(harness: Harness) -> None:
    refused, before = settled("never"), done("dead")
    await harness.query("alter role sample_relay nologin")
    await harness.query(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where usename = 'sample_relay' and datname = current_database()"
    )
    try:
        await harness.publish(refused, tenant_id=ALIXAN.tenant_id, message_id=refused.invoice_id)
        await dealt_with(before + 1, "dead")
        assert await harness.query("select 1 from dead_letter where message_id = $1", refused.invoice_id) == []
        assert await harness.runtime.problems() == [], "ready all the same"
    finally:
        await harness.query("alter role sample_relay login")
    await letter(harness, refused.invoice_id)


async def test_replayed_once_mended_it_has_its_effect_once(harness: Harness, operate: Operator) -> None:
    event, this = settled("suite de réparée"), ("replay", "--queue=sample.bills")
    await harness.publish(event, tenant_id=ALIXAN.tenant_id, message_id=event.invoice_id)
    await letter(harness, event.invoice_id)
    before = done("dead")
    assert await operate(*this, f"--id={event.invoice_id}") == (0, "1 message mort remis dans sa file.\n")
    await dealt_with(before + 1, "dead")
    assert "n'existe pas" in (await letter(harness, event.invoice_id))["reason"], "not mended yet: dead again, once"
    await harness.query("insert into note values ($1, $2, 'réparée')", ALIXAN.tenant_id, new_id())
    assert (await operate(*this, f"--id={event.invoice_id}", f"--type={TYPE}"))[0] == 0
    await harness.eventually("select 1 from inbox where message_id = $1", event.invoice_id)
    before = done("duplicate")
    await harness.publish(event, tenant_id=ALIXAN.tenant_id, message_id=event.invoice_id, times=5)
    await dealt_with(before + 5, "duplicate")
    assert len(await harness.query("select 1 from note where words = 'facture suite de réparée'")) == 1
    assert await harness.query("select 1 from dead_letter where message_id = $1", event.invoice_id) == []
    code, said = await operate(*this, f"--id={event.invoice_id}")
    assert (code, said) == (1, "Aucun message mort ne correspond.")


async def test_a_replay_starts_with_all_its_retries(harness: Harness, operate: Operator) -> None:
    event = settled("boom")
    sent = headers(harness, event, id=str(event.invoice_id), **{"x-attempt": 3})
    await harness.send(sent, event.model_dump_json().encode())
    await letter(harness, event.invoice_id)
    before = done("retried")
    assert (await operate("replay", f"--id={event.invoice_id}"))[0] == 0
    await dealt_with(before + 1, "retried")


async def test_operators_see_everything_and_purge_what_they_name(harness: Harness, operate: Operator) -> None:
    stranger, red = new_id(), "\x1b[31m"
    sent = headers(harness, GOOD, id=str(stranger), tenant=red)
    await harness.send(sent, b'{"' + red.encode() + b'": 1}', routing_key=TYPE)
    await letter(harness, stranger)
    code, said = await operate("dead", "--body", f"--id={stranger}")
    assert code == 0
    assert all(part in said for part in (str(stranger), BILLS.main, TYPE, "(illisible)", "Enveloppe illisible", "{"))
    assert "\x1b" not in said, "what was sent does not reach the terminal"
    for everything in ((), (f"--type={TYPE}",), ("--yes",), ("--queue=sample.bills",)):
        assert (await operate("purge", *everything))[0] == 1
    assert await harness.query("select 1 from dead_letter where message_id = $1", stranger)
    assert await operate("purge", f"--id={stranger}") == (0, "1 message mort effacé.\n")
    assert await harness.query("select 1 from dead_letter where message_id = $1", stranger) == []
    assert (await operate("purge", "--queue=sample.bills", "--yes"))[0] == 0
    assert BILLS.main not in (await operate("dead"))[1]
    assert await operate("dead", "--service=other") == (1, "Il n'y a pas de service «other».")
    assert await operate("dead", "--queue=sample.none") == (1, "Aucun message mort ne correspond.")


async def test_the_metrics_count_what_waits(harness: Harness) -> None:
    event = settled("boom")
    await harness.publish(event, tenant_id=ALIXAN.tenant_id)
    for _ in range(3):
        refused = settled("never")
        await harness.publish(refused, tenant_id=ALIXAN.tenant_id, message_id=refused.invoice_id)
        await letter(harness, refused.invoice_id)
    kept = dict(await harness.query("select queue, count(*) from dead_letter group by queue"))
    async with harness.client() as client:
        lines = (await client.get("http://alixan.localhost/metrics")).text.splitlines()
    for queue in (BILLS.main, "sample.tenants"):
        assert f'portail_dead_letters{{queue="{queue}",service="sample"}} {kept.get(queue, 0)}.0' in lines
    (waiting,) = [line for line in lines if line.startswith('portail_retries_waiting{queue="sample.bills"')]
    assert float(waiting.rpartition(" ")[2]) >= 1


async def test_the_town_hall_sees_its_own(harness: Harness) -> None:
    for tenant in (ALIXAN, VEYRAS):
        event = settled("never")
        await harness.publish(event, tenant_id=tenant.tenant_id, message_id=event.invoice_id)
        await letter(harness, event.invoice_id)
    async with harness.client("veyras", harness.signer.headers(VEYRAS.tenant_id, Role.AGENT)) as client:
        items = (await client.get("/dead-letters")).json()["items"]
    own = await harness.query("select message_id from dead_letter where tenant_id = $1", VEYRAS.tenant_id)
    assert {item["message_id"] for item in items} == {str(row["message_id"]) for row in own}
    newest = items[0]
    assert (newest["message_id"], newest["subject"]) == (str(event.invoice_id), str(event.invoice_id))
    assert newest.keys() == {"message_id", "queue", "type", "subject", "reason", "buried_at"}
    async with harness.client("veyras", harness.signer.headers(VEYRAS.tenant_id, Role.PARENT)) as client:
        assert (await client.get("/dead-letters")).status_code == 403


async def test_the_application_can_neither_write_nor_delete_them(harness: Harness) -> None:
    for statement in ("delete from dead_letter", "update dead_letter set reason = ''"):
        with pytest.raises(Exception, match="permission denied"):
            async with harness.runtime.transaction(ALIXAN.tenant_id) as transaction:
                await transaction.connection.execute(text(statement))
    async with harness.runtime.database.platform() as connection:
        assert (await connection.execute(text("select 1 from dead_letter"))).all() == []
