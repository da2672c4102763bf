"""What every service's handlers must hold: one end whatever the order and however often, in the event's commune.

The same history, with the same ids, is told to several communes, to each in another order; the consumers are those
of the service's declaration, so that no handler is forgotten.
"""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from chassis.errors import DomainError
from chassis.ids import new_id
from chassis.messaging.consumer import ConsumerWorker
from chassis.tenants import store_tenant
from chassis.testing.examples import states_of
from chassis.testing.plugin import Harness, commune
from contracts.envelope import Envelope
from contracts.event import Event
from contracts.events import TenantRegistered, TenantUpdated
from contracts.events.statement import Statement

_SHUFFLES = 4
_AT_ONCE = 3
"""Times each message is delivered at the same moment."""

_TENANT_TABLES = """
    select c.relname as name from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and c.relname not in ('outbox', 'idempotency_key', 'dead_letter')
    order by 1
"""
_DRAWN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-46-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Told:
    """A message as one consumer is given it."""

    worker: ConsumerWorker
    envelope: Envelope
    body: bytes

    @property
    def handler(self) -> str:
        """Which handler it is for."""
        return f"{self.worker.queues.main} {self.envelope.type}"


@dataclass
class Figures:
    """What was done. ``refused`` are the messages that the domain refused."""

    orders: int = 0
    messages: int = 0
    deliveries: int = 0
    duplicates: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Setting:
    """What a service's test gives.

    ``prepare`` brings a commune to where the history begins, with ids of ``known_id``; ``fixed`` gives fields of
    events a certain value; ``ignored`` names columns, by table, that depend on the order without harm, ``only`` the
    condition of the rows that count. ``needs`` names, for a handler («queue type»), those without which it waits.
    ``every_state`` names tables that keep each state, not the newest alone.
    """

    prepare: Callable[[Harness, UUID], Awaitable[None]] | None = None
    fixed: Mapping[type[Event], Mapping[str, object]] = field(default_factory=dict)
    ignored: Mapping[str, Sequence[str]] = field(default_factory=dict)
    only: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    every_state: Sequence[str] = ()


async def every_order_has_one_end(harness: Harness, setting: Setting) -> Figures:
    """Tells the history in its order, backwards, shuffled, and its newest states only; each message several times.

    Fails when a commune does not end like the first one, when the first one then changes by what the others were
    told, when an old state published once more changes anything, or when a handler never does anything.
    """
    figures = Figures()
    first = await _new_commune(harness, setting)
    history = _history(harness, first, setting)
    await _tell_all(history, figures)
    expected = await _state(harness, first, setting)
    again = _history(harness, first, setting)  # under new ids: published again
    newest_ones = {message.envelope.id for message in _newest(again)}
    await _tell_all([message for message in again if message.envelope.id not in newest_ones], figures)
    assert await _differences(harness, first, setting, expected) == [], "an old state came back"  # noqa: S101

    newest = await _new_commune(harness, setting)
    await _tell_all(_newest(_history(harness, newest, setting)), figures)
    differences = await _differences(harness, newest, setting, expected)
    unwanted = [row for row in differences if row.split()[1] not in setting.every_state]
    assert unwanted == [], "told the newest states only"  # noqa: S101

    for shuffle in range(_SHUFFLES):
        other = await _new_commune(harness, setting)
        messages = _history(harness, other, setting)[::-1]
        if shuffle:
            random.Random(shuffle).shuffle(messages)  # noqa: S311 - reproducible
        await _tell_all(messages, figures)
        assert await _differences(harness, other, setting, expected) == [], f"order {shuffle}"  # noqa: S101
        figures.orders += 1

    for handler in sorted({message.handler for message in history}):
        assert await _does_something(harness, handler, setting, figures), f"{handler} changes nothing"  # noqa: S101
    assert await _differences(harness, first, setting, expected) == [], "another commune's events"  # noqa: S101
    return figures


async def _does_something(harness: Harness, handler: str, setting: Setting, figures: Figures) -> bool:
    alone, all_rows = await _new_commune(harness, setting), replace(setting, only={})
    history = _history(harness, alone, setting)
    await _tell_all([message for message in history if message.handler in setting.needs.get(handler, ())], figures)
    before = await _state(harness, alone, all_rows)
    await _tell_all([message for message in history if message.handler == handler], figures)
    return await _differences(harness, alone, all_rows, before) != []


async def _new_commune(harness: Harness, setting: Setting) -> UUID:
    tenant_id = new_id()
    async with harness.runtime.database.platform() as connection:
        await store_tenant(connection, _described(tenant_id), 0)
    if setting.prepare:
        await setting.prepare(harness, tenant_id)
    return tenant_id


def _described(tenant_id: UUID) -> TenantRegistered:
    return commune(f"c{tenant_id.hex}").model_copy(update={"tenant_id": tenant_id})


def _history(harness: Harness, tenant_id: UUID, setting: Setting) -> list[Told]:
    """Every state of every event of every consumer, oldest states first."""
    own = _described(tenant_id).model_dump(include={"tenant_id", "slug", "hostnames", "time_zone"})
    told = []
    for worker in harness.runtime.workers:
        for model in worker.consumer.handlers:
            if issubclass(model, Statement):
                continue  # an invented one contradicts the events; its readers have tests of their own
            always = own if model in (TenantRegistered, TenantUpdated) else {}
            for revision, event in states_of(model, {**always, **setting.fixed.get(model, {})}):
                envelope = harness.envelope(event, tenant_id=tenant_id, sequence=revision)
                told.append((revision, Told(worker, envelope, event.model_dump_json().encode())))
    return [message for _, message in sorted(told, key=lambda each: each[0])]


def _newest(history: Sequence[Told]) -> list[Told]:
    """The last state of each aggregate."""
    return list({(message.handler, message.envelope.subject): message for message in history}.values())


async def _tell_all(messages: Sequence[Told], figures: Figures) -> None:
    """What fails for now comes again after the others, as it does through the retry queues."""
    waiting = list(messages)
    while waiting:
        again = [message for message in waiting if not await _tell(message, figures)]
        assert len(again) < len(waiting), [message.envelope.type for message in again]  # noqa: S101
        waiting = again


async def _tell(message: Told, figures: Figures) -> bool:
    """Delivers a message, several times at once; False when it must come again."""
    outcomes = await asyncio.gather(
        *(message.worker.handle(message.envelope, message.body) for _ in range(_AT_ONCE)), return_exceptions=True
    )
    figures.deliveries += len(outcomes)
    errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    if any(isinstance(error, DomainError) for error in errors):
        figures.refused.append(f"{message.envelope.type}: {errors[0]}")
        return True
    if errors:
        return False
    assert sorted(map(str, outcomes)) == ["duplicate"] * (_AT_ONCE - 1) + ["handled"], outcomes  # noqa: S101
    figures.messages += 1
    figures.duplicates += _AT_ONCE - 1
    return True


async def _differences(
    harness: Harness, tenant_id: UUID, setting: Setting, expected: Mapping[str, list[str]]
) -> list[str]:
    """Rows that a commune has too many («+») or lacks («-»)."""
    state = await _state(harness, tenant_id, setting)
    rows, wanted = ({f"{name} {row}" for name in each for row in each[name]} for each in (state, expected))
    return [f"+ {row}" for row in sorted(rows - wanted)] + [f"- {row}" for row in sorted(wanted - rows)]


async def _state(harness: Harness, tenant_id: UUID, setting: Setting) -> dict[str, list[str]]:
    """Every row of a commune, table by table, without its own id and without ids drawn on the way."""
    conditions = {row["name"]: setting.only.get(row["name"], "true") for row in await harness.query(_TENANT_TABLES)}
    statements = [
        f"select '{name}' as name, to_jsonb(t) as row from {name} t where tenant_id = $1 and {condition}"  # noqa: S608
        for name, condition in conditions.items()
    ]
    statements.append("select 'tenant', to_jsonb(t) from tenant t where id = $1")
    state: dict[str, list[str]] = {}
    for row in await harness.query(" union all ".join(statements), tenant_id):
        ignored = setting.ignored.get(row["name"], ())
        kept = {name: value for name, value in json.loads(row["row"]).items() if name not in ignored}
        state.setdefault(row["name"], []).append(_without_drawn_ids(json.dumps(kept, sort_keys=True), tenant_id))
    return {name: sorted(rows) for name, rows in state.items()}


def _without_drawn_ids(row: str, tenant_id: UUID) -> str:
    """Version 5 ids are those of the history; others are drawn, as is the commune's name here."""
    return _DRAWN_ID.sub("<drawn>", row.replace(tenant_id.hex, "<commune>"))
