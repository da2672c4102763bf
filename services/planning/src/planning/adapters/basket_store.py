"""Commits baskets with the database's function ``commit_baskets``: one round trip for any number of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

import asyncpg

from chassis.ids import new_id
from planning.adapters.asking import Asks
from planning.application.ports import Basket

_TYPES = (
    *("uuid", "text", "uuid[]", "uuid[]", "timestamptz[]", "bigint[]", "uuid[]", "text[]", "text[]", "text[]"),
    *("text[]", "uuid[]", "uuid[]", "text[]", "bytea[]", "bytea[]"),
    *("int[]", "uuid[]", "text[]"),
    *("int[]", "uuid[]", "uuid[]", "uuid[]", "uuid[]", "date[]", "text[]", "int[]", "text[]", "text[]"),
    "timestamptz[]",
    *("int[]", "uuid[]", "int[]", "uuid[]"),
    *("int[]", "uuid[]", "uuid[]", "date[]", "text[]"),
    *("int[]", "uuid[]", "date[]", "text[]", "text[]", "int[]", "int[]"),
    *("int[]", "uuid[]", "text[]", "uuid[]", "uuid[]", "text[]", "text[]", "text[]"),
    *("boolean[]", "uuid[]", "text[]", "text[]"),
)
_COMMIT = (
    "select * from commit_baskets("  # noqa: S608 - ours
    + ", ".join(f"${number}::{name}" for number, name in enumerate(_TYPES, 1))
    + ")"
)


@dataclass(frozen=True)
class Sent:
    """A basket, and the trace of the request that sent it."""

    basket: Basket
    traceparent: str | None


async def commit_baskets(asks: Asks, source: str, tenant_id: UUID, sent: Sequence[Sent]) -> list[bool]:
    """Whether each basket was committed. None that was not has any effect.

    One alone is not committed when someone else, the other home, has booked the same; of several, that is raised
    (``asyncpg.UniqueViolationError``), for then the others' are not committed either.
    """
    baskets = [each.basket for each in sent]
    columns = chain(
        _columns([_facts(each) for each in sent], 14),
        _columns(_drafted(baskets), 3),
        _columns(_booked(baskets), 11),
        _columns(_cancelled(baskets), 3),
        [sorted({m for b in baskets for m in (*(n.member_id for n in b.booked), *(c.member_id for c in b.cancelled))})],
        _columns(_excluded(baskets), 5),
        _columns(_taken(baskets), 7),
        _columns(_traced(baskets), 8),
        _columns([_told(basket) for basket in baskets], 4),
    )
    try:
        done = {row[0] for row in await asks.ask(_COMMIT, tenant_id, source, *columns)}
    except asyncpg.UniqueViolationError as error:
        if len(sent) > 1 or error.constraint_name != "reservation_booked_idx":
            raise
        return [False]
    return [place in done for place in range(1, len(baskets) + 1)]


def _columns(rows: Sequence[tuple[Any, ...]], number: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(number)]


def _facts(sent: Sent) -> tuple[Any, ...]:
    basket, event, request = sent.basket, sent.basket.event, sent.basket.request
    return (
        *(basket.basket_id, basket.family_id, basket.committed_at, basket.calendar_version),
        *(new_id(), event.event_type, event.model_dump_json(), sent.traceparent),
        *(basket.actor.kind, basket.actor.account_id, basket.actor.guardian_id),
        *((request.key, request.request_hash) if request else (None, None)),
        basket.answer if request else None,
    )


def _drafted(baskets: Sequence[Basket]) -> list[tuple[Any, ...]]:
    return [
        (place, line.line_id, line.action) for place, basket in enumerate(baskets, 1) for line in basket.draft or ()
    ]


def _booked(baskets: Sequence[Basket]) -> list[tuple[Any, ...]]:
    return [
        (
            *(place, new.reservation_id, new.member_id, new.activity_id, new.regie_id, new.day, new.slot),
            *(new.unit_price_cents, new.tariff_label, _array(counter for counter, _ in new.counters)),
            new.pay_until,
        )
        for place, basket in enumerate(baskets, 1)
        for new in basket.booked
    ]


def _cancelled(baskets: Sequence[Basket]) -> list[tuple[Any, ...]]:
    return [
        (place, cancellation.reservation_id, cancellation.version)
        for place, basket in enumerate(baskets, 1)
        for cancellation in basket.cancelled
    ]


def _taken(baskets: Sequence[Basket]) -> list[tuple[Any, ...]]:
    return [
        (place, *counted, taken.places, taken.limit)
        for place, basket in enumerate(baskets, 1)
        for counted, taken in basket.taken.items()
    ]


def _excluded(baskets: Sequence[Basket]) -> list[tuple[Any, ...]]:
    return [
        (place, new.member_id, new.activity_id, new.day, slot)
        for place, basket in enumerate(baskets, 1)
        for new in basket.booked
        for slot in new.excluded_slots
    ]


def _traced(baskets: Sequence[Basket]) -> list[tuple[Any, ...]]:
    return [
        (
            *(place, new_id(), trace.action, member_id, activity_id, slot),
            *(_array(day.isoformat() for day in days), trace.reason),
        )
        for place, basket in enumerate(baskets, 1)
        for trace in basket.traces
        for member_id, activity_id, slot, days in trace.entries()
    ]


def _told(basket: Basket) -> tuple[Any, ...]:
    told = basket.told
    event = (new_id(), told.event_type, told.model_dump_json()) if told else (None, None, None)
    return (basket.draft is None, *event)


def _array(texts: Iterable[str]) -> str:
    """An array as PostgreSQL writes it."""
    quoted = ('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)
    return "{" + ",".join(quoted) + "}"
