"""The checks that keep communes apart find what they are there for: each gap is planted and must be told."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.ids import new_id
from chassis.outbox import Outgoing, insert_events
from chassis.testing.isolation import isolation_gaps, isolation_leaks
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from contracts.events import InvoiceSettled

_TENANT = "(select nullif(current_setting('app.tenant_id', true), '')::uuid)"
_TABLE = "create table planted (tenant_id uuid not null, id uuid, primary key (tenant_id, id));"
_FORCED = "alter table planted enable row level security; alter table planted force row level security;"
_POLICY = f"create policy tenant on planted using (tenant_id = {_TENANT}) with check (tenant_id = {_TENANT});"
_RIGHT = _TABLE + _FORCED + _POLICY
_USABLE = "grant select, insert, update, delete on planted to sample_app;"

PLANTED = {
    "no policy": (_TABLE, {"table planted: row security is not forced",
                           "table planted: no policy keeps communes apart"}),
    "not forced": (_TABLE + "alter table planted enable row level security;" + _POLICY,
                   {"table planted: row security is not forced"}),
    "reads everything": (
        _TABLE + _FORCED + f"create policy tenant on planted using (true) with check (tenant_id = {_TENANT});",
        {"table planted: no policy keeps communes apart", "table planted: policy tenant lets more through"},
    ),
    "writes everything": (
        _TABLE + _FORCED + f"create policy tenant on planted using (tenant_id = {_TENANT}) with check (true);",
        {"table planted: no policy keeps communes apart", "table planted: policy tenant lets more through"},
    ),
    "one more policy": (_RIGHT + "create policy wide on planted for select using (id is not null);",
                        {"table planted: policy wide lets more through"}),
    "for reading only": (
        _TABLE + _FORCED + f"create policy tenant on planted for select using (tenant_id = {_TENANT});",
        {"table planted: no policy keeps communes apart", "table planted: policy tenant lets more through"},
    ),
    "a commune may be null": (_RIGHT + "alter table planted drop constraint planted_pkey;"
                              "alter table planted alter tenant_id drop not null;",
                              {"table planted: tenant_id may be null"}),
    "a key across communes": (_RIGHT + "create unique index planted_id_key on planted (id);",
                              {"key planted_id_key: does not begin with tenant_id"}),
    "no tenant_id": ("create table planted (id uuid primary key, name text);" + _USABLE,
                     {"table planted: no tenant_id"}),
    "a view of its owner": (_RIGHT + "create view planted_view as select * from planted;"
                            "grant select on planted_view to sample_app;", {"view planted_view: reads as its owner"}),
    "a view that keeps": (_RIGHT + "create materialized view planted_view as select * from planted;"
                          "grant select on planted_view to sample_app;",
                          {"view planted_view: keeps rows of every commune"}),
    "a function of its owner": (
        _RIGHT + "create function planted_all() returns setof planted language sql security definer as"
        " 'select * from planted';",
        {"function planted_all: runs as its owner"},
    ),
    "the role owns": (_RIGHT + "alter table planted owner to sample_app;", {"table planted: belongs to sample_app"}),
    "the role may create": ("grant create on schema public to sample_app;",
                            {"schema public: sample_app creates in it"}),
    "the relay reads": (_RIGHT + "grant select on planted to sample_relay;",
                        {"table planted: is not for the relay to see"}),
}  # fmt: skip


@pytest.fixture
async def planting(harness: Harness):
    yield harness.query
    for statement in (
        "do $$ begin if exists (select from pg_matviews where matviewname = 'planted_view')"
        " then drop materialized view planted_view; else drop view if exists planted_view; end if; end $$",
        "drop function if exists planted_all",
        "drop table if exists planted cascade",
        "revoke create on schema public from sample_app",
    ):
        await harness.query(statement)


async def _plant(harness: Harness, script: str) -> None:
    for statement in filter(None, script.split(";")):
        await harness.query(statement)


async def test_the_service_as_it_is_has_no_gap(harness: Harness) -> None:
    assert await isolation_gaps(harness) == []
    assert await isolation_leaks(harness) == []


@pytest.mark.parametrize("planted", PLANTED)
async def test_a_planted_gap_is_found(harness: Harness, planting, planted: str) -> None:
    script, expected = PLANTED[planted]
    await _plant(harness, script)
    assert set(await isolation_gaps(harness)) == expected


@pytest.mark.parametrize("attribute", ["bypassrls", "superuser", "createrole"])
async def test_a_role_above_row_security_is_found(harness: Harness, attribute: str) -> None:
    await harness.query(f"alter role sample_app {attribute}")
    try:
        assert "role sample_app: is above row security" in await isolation_gaps(harness)
        assert attribute == "createrole" or "note: seen" in await isolation_leaks(harness)
    finally:
        await harness.query(f"alter role sample_app no{attribute}")


async def test_a_role_within_another_is_found(harness: Harness) -> None:
    await harness.query("grant sample_owner to sample_app")
    try:
        assert "role sample_app: is a member of sample_owner" in await isolation_gaps(harness)
    finally:
        await harness.query("revoke sample_owner from sample_app")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (_TABLE, {"seen without a commune", "seen", "changed", "deleted", "given away", "written"}),
        (_TABLE + _FORCED + f"create policy p on planted using (true) with check (tenant_id = {_TENANT})",
         {"seen without a commune", "seen", "deleted"}),
        (_TABLE + _FORCED + f"create policy p on planted using (tenant_id = {_TENANT}) with check (true)",
         {"given away", "written"}),
        (_TABLE + _FORCED + f"create policy p on planted using (tenant_id = coalesce({_TENANT}, tenant_id))"
         f" with check (tenant_id = {_TENANT})", {"seen without a commune"}),
        (_TABLE + _FORCED, {"the own commune sees nothing"}),
    ],
)  # fmt: skip
async def test_a_leak_is_seen_by_trying(harness: Harness, planting, script: str, expected: set[str]) -> None:
    await _plant(harness, script + ";" + _USABLE)
    assert set(await isolation_leaks(harness)) == {f"planted: {leak}" for leak in expected}
    assert await harness.query("select from planted") == []


async def test_an_event_of_another_commune_cannot_be_published(harness: Harness) -> None:
    event = InvoiceSettled(invoice_id=new_id(), number="1", family_id=new_id(), paid_cents=1)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with harness.runtime.transaction(ALIXAN.tenant_id) as transaction:
            await insert_events(
                transaction.connection,
                [Outgoing(event, 1)],
                tenant_id=VEYRAS.tenant_id,
                source="sample",
                time=transaction.now(),
            )


@pytest.mark.parametrize("table", ["note", "outbox", "idempotency_key"])
async def test_a_query_without_tenant_sees_nothing(harness: Harness, table: str) -> None:
    async with harness.runtime.transaction(ALIXAN.tenant_id) as transaction:
        await transaction.connection.execute(
            text("insert into note (tenant_id, id, words) values (:tenant, :id, 'là')"),
            {"tenant": ALIXAN.tenant_id, "id": new_id()},
        )
    async with harness.runtime.database.platform() as connection:
        assert (await connection.execute(text(f"select * from {table}"))).all() == []
