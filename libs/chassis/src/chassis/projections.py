"""What a service keeps of another's aggregates, whatever the order in which events arrive."""

from collections.abc import Mapping

from sqlalchemy import text

from chassis.database import Transaction


async def keep_if_newer(
    transaction: Transaction,
    table: str,
    *,
    key: Mapping[str, object],
    version: int,
    facts: Mapping[str, object] | None = None,
) -> bool:
    """Writes one row of ``table``, whose columns are tenant_id, those of ``key``, version and those of ``facts``.

    Nothing is written when the same version or a newer one is known. True when the row was written; it is then
    locked until the transaction ends.
    """
    values = {"tenant_id": transaction.tenant_id, **key, "version": version, **(facts or {})}
    changed = ", ".join(f"{column} = excluded.{column}" for column in ("version", *(facts or {})))
    written = await transaction.connection.execute(
        text(
            f"insert into {table} ({', '.join(values)}) values ({', '.join(f':{column}' for column in values)})"  # noqa: S608 - names are the services' own
            f" on conflict ({', '.join(('tenant_id', *key))}) do update set {changed}"
            f" where {table}.version < excluded.version"
        ),
        values,
    )
    return written.rowcount == 1
