"""Baskets that are not the family's draft: it is left alone, the trail has a reason, and the family is told."""

from alembic import op

revision = "0025"
down_revision = "0024"

# The parameters come last and may be missing, so that the code of before commits as it did.
CHANGES = (
    (
        "traced_days text[])",
        "traced_days text[], traced_reasons text[] default null, leaving_drafts boolean[] default null,"
        " told_ids uuid[] default null, told_types text[] default null, told_bodies text[] default null)",
    ),
    (
        "            and n not in (\n                select coalesce(b.n, d.n)",
        "            and (coalesce(leaving_drafts[n], false) or n not in (\n                select coalesce(b.n, d.n)",
    ),
    (
        "                where b.n is null or d.n is null\n            )\n",
        "                where b.n is null or d.n is null\n            ))\n",
    ),
    (
        "as b (family_id, n) where goes[n]);",
        "as b (family_id, n)\n        where goes[n] and not coalesce(leaving_drafts[n], false));",
    ),
    ("activity_id, slot, days)\n    select tenant,", "activity_id, slot, days, reason)\n    select tenant,"),
    ("activity_id, slot, days::date[]\n", "activity_id, slot, days::date[], reason\n"),
    (
        "                traced_days)\n        as e (basket, entry_id, action, member_id, activity_id, slot, days)",
        "                traced_days, traced_reasons)\n"
        "        as e (basket, entry_id, action, member_id, activity_id, slot, days, reason)",
    ),
    (
        "    insert into idempotency_key",
        """    -- What the family is told of a basket that somebody else committed.
    insert into outbox (tenant_id, source, time, id, type, subject, sequence, traceparent, body)
    select tenant, event_source, instants[n], told_ids[n], told_types[n], basket_ids[n], 1, traceparents[n],
           told_bodies[n]::jsonb
    from generate_subscripts(families, 1) as n
    where goes[n] and told_ids[n] is not null
    order by n;

    insert into idempotency_key""",
    ),
)


def upgrade() -> None:
    function: str = op.get_bind().exec_driver_sql("select pg_get_functiondef('commit_baskets'::regproc)").scalar_one()
    for old, new in CHANGES:
        assert function.count(old) == 1, old  # noqa: S101 - what is changed is there, once
        function = function.replace(old, new)
    op.execute("drop function commit_baskets")
    op.get_bind().exec_driver_sql(function)
