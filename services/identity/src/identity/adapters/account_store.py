"""Accounts in SQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import IntegrityError

from chassis.database import Transaction
from contracts.values import Role
from identity.adapters import tables
from identity.domain.accounts import Account, UserNameTakenError

_ACCOUNTS_OF_AN_ADDRESS = 5


class SqlAccountStore:
    """Implements ``AccountStore`` in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._tenant_id = transaction.tenant_id

    async def by_id(self, account_id: UUID, *, lock: bool = False) -> Account | None:
        """The account, its row locked when asked."""
        found = await self._select(tables.account.c.account_id == account_id, lock=lock)
        return found[0] if found else None

    async def by_user_name(self, user_name: str) -> Account | None:
        """The account of a folded user name."""
        found = await self._select(tables.account.c.user_name == user_name)
        return found[0] if found else None

    async def by_guardian(self, guardian_id: UUID) -> Account | None:
        """The account of a guardian, its row locked."""
        found = await self._select(tables.account.c.guardian_id == guardian_id, lock=True)
        return found[0] if found else None

    async def by_email(self, email: str) -> list[Account]:
        """Accounts of a mail address, whatever its case; a few at most."""
        return (await self._select(func.lower(tables.account.c.email) == email.lower()))[:_ACCOUNTS_OF_AN_ADDRESS]

    async def of_family(self, family_id: UUID) -> list[Account]:
        """Accounts of a family, their rows locked."""
        return await self._select(tables.account.c.family_id == family_id, lock=True)

    async def administrators(self) -> list[Account]:
        """The accounts that administer the commune, their rows locked in one order: no two take each other away."""
        condition = tables.account.c.roles.contains([Role.ADMINISTRATOR]) & ~tables.account.c.closed
        return await self._select(condition, lock=True)

    async def user_names_like(self, wanted: str) -> set[str]:
        """User names that begin like this; no other is drawn in the commune until the transaction ends."""
        await self._connection.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"user-names/{self._tenant_id}"}
        )
        names = await self._connection.scalars(
            select(tables.account.c.user_name).where(tables.account.c.user_name.startswith(wanted, autoescape=True))
        )
        return set(names)

    async def add(self, account: Account) -> None:
        """A new account. Raises ``UserNameTakenError``."""
        await self._write(insert(tables.account).values(tenant_id=self._tenant_id, **_columns(account)))

    async def save(self, account: Account) -> None:
        """The new state of an account whose row is locked. Raises ``UserNameTakenError``."""
        statement = update(tables.account).where(tables.account.c.account_id == account.account_id)
        await self._write(statement.values(**_columns(account)))

    async def is_newer_family(self, family_id: UUID, version: int) -> bool:
        """Notes a version of a family's file, its row locked; False when a newer one or the same is known."""
        statement = upsert(tables.family).values(tenant_id=self._tenant_id, family_id=family_id, version=version)
        noted = await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "family_id"],
                set_={"version": version},
                where=tables.family.c.version < version,
            )
        )
        return noted.rowcount == 1

    async def _select(self, condition: ColumnElement[bool], *, lock: bool = False) -> list[Account]:
        statement = select(tables.account).where(condition).order_by(tables.account.c.account_id)
        rows = await self._connection.execute(statement.with_for_update() if lock else statement)
        return [read_account(row) for row in rows.mappings()]

    async def _write(self, statement: Any) -> None:  # noqa: ANN401 - an insert or an update
        try:
            await self._connection.execute(statement)
        except IntegrityError as error:
            if "account_user_name_key" in str(error.orig):
                raise UserNameTakenError from error
            raise


def _columns(account: Account) -> dict[str, Any]:
    return {
        "account_id": account.account_id,
        "user_name": account.user_name,
        "display_name": account.display_name,
        "email": account.email,
        "roles": sorted(account.roles),
        "family_id": account.family_id,
        "guardian_id": account.guardian_id,
        "password_hash": account.password_hash,
        "must_change_password": account.must_change_password,
        "closed": account.closed,
        "version": account.version,
        "guardian_version": account.guardian_version,
        "details_at": account.details_at,
    }


def read_account(row: RowMapping) -> Account:
    """An account from a row of its table."""
    columns = {name: value for name, value in row.items() if name not in ("tenant_id", "roles")}
    return Account(**columns, roles=frozenset(map(Role, row["roles"])))
