"""What a reader found when it compared what it keeps with its owner's statement: kept, counted and shown.

A service that compares has the tables of ``chassis.migrations.create_reconciliation_tables`` and the job
``RECONCILIATION_FIGURES``. What it may mend by itself is what is missing or older here and whose state the statement
carries whole; everything else waits for a person.
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from sqlalchemy import RowMapping, text

from chassis import metrics
from chassis.database import Transaction
from chassis.ids import new_id
from chassis.jobs import Job
from contracts.events.statement import Statement

if TYPE_CHECKING:
    from chassis.runtime import Runtime

_log = structlog.get_logger(__name__)
_FIGURES = "reconciliation-figures"

State = dict[str, str | int | bool]
"""What is known of a thing: ``status``, ``cents``, ``version`` …"""


@dataclass(frozen=True)
class Difference:
    """Something that differs. ``expected`` is what the owner states, None for what it does not know; ``found`` is what
    is kept here, None for what is missing. ``day`` is the one by which the statement is ordered.
    """

    kind: str
    subject_id: UUID
    family_id: UUID
    day: date
    expected: State | None
    found: State | None
    mended: bool = False
    member_id: UUID | None = None


async def begin_comparison(transaction: Transaction) -> None:
    """One page of a commune is compared at a time: pages then never wait for one another's rows in two orders."""
    await transaction.connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended('reconciliation ' || current_setting('app.tenant_id'), 0))")
    )


async def try_to_mend(transaction: Transaction, mend: Callable[[], Awaitable[None]]) -> bool:
    """Mends within the transaction; False, and nothing done, when that fails: a person then looks at it."""
    try:
        async with transaction.connection.begin_nested():
            await mend()
    except Exception as error:
        _log.warning("not_mended", error=type(error).__name__, exc_info=True)
        return False
    return True


def known_ids(statement: Statement, stated: Sequence[UUID]) -> list[UUID]:
    """All that the owner holds of the page."""
    return [*stated, *statement.unsettled]


async def keep_differences(
    transaction: Transaction, statement: Statement, *, compared: int, differences: Sequence[Difference]
) -> None:
    """Keeps what a page showed, in at most four statements: what differs, and what agrees again, which closes.

    A page older than the one that showed a difference does not close it.
    """
    source = statement.event_type.partition(".")[0].replace("_", "-")
    await _close(transaction, source, statement, differences)
    if differences:
        await _insert(transaction, source, statement, differences)
    await _note_page(transaction, source, statement, compared)
    _tell(transaction, source, differences)


async def _close(transaction: Transaction, source: str, page: Statement, found: Sequence[Difference]) -> None:
    await transaction.connection.execute(
        text(
            "update reconciliation_difference set closed_at = :now"
            " where source = :source and closed_at is null and stated_at <= :stated_at"
            " and (day, subject_id) > (cast(:after_day as date), cast(:after_id as uuid))"
            " and (day, subject_id) <= (cast(:until_day as date), cast(:until_id as uuid))"
            " and subject_id <> all(:unsettled)"
            " and (kind, subject_id) not in (select * from unnest(cast(:kinds as text[]), cast(:subjects as uuid[])))"
        ),
        {
            "now": transaction.now(),
            "source": source,
            "stated_at": page.stated_at,
            **scope(page),
            "unsettled": list(page.unsettled),
            "kinds": [each.kind for each in found if not each.mended],
            "subjects": [each.subject_id for each in found if not each.mended],
        },
    )


def scope(page: Statement) -> dict[str, Any]:
    """The page's ends as parameters of a statement."""
    return {
        "after_day": page.after.day,
        "after_id": page.after.id,
        "until_day": page.until.day,
        "until_id": page.until.id,
    }


_INSERT = text(
    """
    insert into reconciliation_difference (tenant_id, difference_id, source, kind, subject_id, family_id, member_id,
                                           day, expected, found, stated_at, found_at, mended_at, closed_at)
    select :tenant, d.difference_id, :source, d.kind, d.subject_id, d.family_id, d.member_id, d.day, d.expected,
           d.found, :stated_at, :now, case when d.mended then cast(:now as timestamptz) end,
           case when d.mended then cast(:now as timestamptz) end
    from jsonb_to_recordset(cast(:rows as jsonb)) as d(
        difference_id uuid, kind text, subject_id uuid, family_id uuid, member_id uuid, day date, expected jsonb,
        found jsonb, mended boolean)
    on conflict (tenant_id, source, kind, subject_id) where closed_at is null
    do update set expected = excluded.expected, found = excluded.found, day = excluded.day,
                  stated_at = excluded.stated_at
    where reconciliation_difference.stated_at <= excluded.stated_at
    """
)


async def _insert(transaction: Transaction, source: str, page: Statement, found: Sequence[Difference]) -> None:
    rows = [{"difference_id": new_id(), **asdict(difference)} for difference in found]
    await transaction.connection.execute(
        _INSERT,
        {
            "tenant": transaction.tenant_id,
            "source": source,
            "stated_at": page.stated_at,
            "now": transaction.now(),
            "rows": json.dumps(rows, default=str, ensure_ascii=False),
        },
    )


_NOTE_PAGE = text(
    """
    with noted as (
        insert into reconciliation_check as kept
            (tenant_id, source, statement_id, stated_at, compared, pages_compared, page_count, checked_at)
        values (:tenant, :source, :statement, :stated_at, :compared, 1, :page_count,
                case when :page_count = 1 then cast(:now as timestamptz) end)
        on conflict (tenant_id, source, statement_id) do update
        set compared = kept.compared + excluded.compared,
            pages_compared = kept.pages_compared + 1,
            page_count = coalesce(kept.page_count, excluded.page_count),
            checked_at = case when kept.pages_compared + 1 = coalesce(kept.page_count, excluded.page_count)
                              then cast(:now as timestamptz) end
        returning source, stated_at, checked_at
    )
    delete from reconciliation_check old using noted
    where noted.checked_at is not null and old.source = noted.source and old.stated_at < noted.stated_at
    """
)


async def _note_page(transaction: Transaction, source: str, page: Statement, compared: int) -> None:
    """A statement is checked once all its pages are, in whatever order; older ones are then forgotten."""
    await transaction.connection.execute(
        _NOTE_PAGE,
        {
            "tenant": transaction.tenant_id,
            "source": source,
            "statement": page.statement_id,
            "stated_at": page.stated_at,
            "compared": compared,
            "page_count": page.page if page.last else None,
            "now": transaction.now(),
        },
    )


def _tell(transaction: Transaction, source: str, differences: Sequence[Difference]) -> None:
    for (kind, was_mended), count in Counter((each.kind, each.mended) for each in differences).items():
        if was_mended:
            metrics.MENDED_DIFFERENCES.labels(transaction.source, kind).inc(count)
        _log.warning("difference_found", source=source, kind=kind, mended=was_mended, count=count)
    transaction.wake(_FIGURES)


async def last_checks(transaction: Transaction) -> Sequence[RowMapping]:
    """The last statement of each owner that was compared whole."""
    rows = await transaction.connection.execute(
        text(
            "select distinct on (source) source, stated_at, checked_at, compared from reconciliation_check"
            " where checked_at is not null order by source, stated_at desc"
        )
    )
    return rows.mappings().all()


async def list_differences(
    transaction: Transaction, *, state: str | None, cursor: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Differences, the last found first; ``state`` is ``open`` or ``mended``, None for both and those closed since."""
    conditions = {None: "true", "open": "closed_at is null", "mended": "mended_at is not null"}
    rows = await transaction.connection.execute(
        text(
            f"select * from reconciliation_difference where {conditions[state]}"  # noqa: S608 - ours
            " and (cast(:cursor as uuid) is null or difference_id < :cursor)"
            " order by difference_id desc limit :limit"
        ),
        {"cursor": cursor, "limit": limit},
    )
    return rows.mappings().all()


async def count_differences(runtime: "Runtime") -> None:
    """Sets the gauge of open differences to what all communes have. Every process counts for itself."""
    totals: Counter[str] = Counter()
    statement = text(
        "select kind, count(*) filter (where closed_at is null) as open from reconciliation_difference group by kind"
    )
    for tenant in await runtime.tenants.all():
        async with runtime.transaction(tenant.id) as transaction:
            for row in await transaction.connection.execute(statement):
                totals[row.kind] += row.open
    for kind, count in totals.items():
        metrics.OPEN_DIFFERENCES.labels(runtime.service, kind).set(count)


RECONCILIATION_FIGURES = Job(_FIGURES, 60, count_differences)
