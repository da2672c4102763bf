"""Merchant contracts in PostgreSQL. Each secret is sealed, bound to the commune and the régie it belongs to."""

import base64
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.secrets import SecretBox
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.adapters.scoped import Scoped
from payment_gateway.adapters.tables import daily_number, merchant_contract
from payment_gateway.application.ports import ContractPeriod, MerchantContract

_columns = merchant_contract.c
CONTRACT_COLUMNS = [_columns.contract_id, _columns.regie_id, _columns.terms, _columns.sealed_secrets]
_MOST_CONTRACTS = 20


class SqlContracts(Scoped):
    """Contracts of one commune. ``secrets`` seals and opens their keys."""

    def __init__(self, transaction: Transaction, secrets: SecretBox) -> None:
        super().__init__(transaction)
        self._secrets = secrets

    async def current_contract(self, regie_id: UUID) -> MerchantContract | None:
        """The contract in force of a régie, with its secrets."""
        statement = select(*CONTRACT_COLUMNS).where(_columns.regie_id == regie_id, _columns.closed_at.is_(None))
        row = (await self._connection.execute(statement)).one_or_none()
        return self.read_contract(row) if row else None

    def read_contract(self, row: Row[Any]) -> MerchantContract:
        """A contract out of its columns, its secrets opened."""
        return self.open_contract(row.contract_id, row.regie_id, row.terms, row.sealed_secrets)

    def open_contract(
        self, contract_id: UUID, regie_id: UUID, written: dict[str, Any], sealed_secrets: dict[str, str]
    ) -> MerchantContract:
        """A contract out of what is written of it, its secrets opened."""
        secrets = {name: self._open(regie_id, name, sealed) for name, sealed in sealed_secrets.items()}
        terms = PROTOCOLS[written["protocol"]].terms.model_validate(written).with_secrets(secrets)
        return MerchantContract(contract_id, regie_id, terms)

    async def replace_contract(self, contract: MerchantContract, now: datetime) -> None:
        """Closes the régie's contract and opens another. Two at once follow one another."""
        name = f"contract/{self._transaction.tenant_id}/{contract.regie_id}"
        await self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
        await self._connection.execute(
            update(merchant_contract)
            .where(_columns.regie_id == contract.regie_id, _columns.closed_at.is_(None))
            .values(closed_at=now)
        )
        secrets = contract.terms.secrets()
        values = {
            **self._tenant,
            "contract_id": contract.contract_id,
            "regie_id": contract.regie_id,
            "protocol": contract.protocol,
            "site": contract.shop,
            "mode": contract.mode,
            "terms": contract.terms.model_dump(mode="json"),
            "sealed_secrets": {name: self._seal(contract.regie_id, name, value) for name, value in secrets.items()},
            "opened_at": now,
        }
        await self._connection.execute(insert(merchant_contract).values(values))

    async def contracts_of(self, protocol: str) -> list[MerchantContract]:
        """The commune's latest contracts of a protocol, present and past, each with its secrets."""
        statement = (
            select(*CONTRACT_COLUMNS)
            .where(_columns.protocol == protocol)
            .order_by(_columns.contract_id.desc())
            .limit(_MOST_CONTRACTS)
        )
        return [self.read_contract(row) for row in await self._connection.execute(statement)]

    async def contract_history(self, regie_id: UUID) -> list[ContractPeriod]:
        """A régie's contracts with their secrets, the one in force first, as many as a person would look at."""
        statement = (
            select(*CONTRACT_COLUMNS, _columns.opened_at)
            .where(_columns.regie_id == regie_id)
            .order_by(_columns.contract_id.desc())
            .limit(_MOST_CONTRACTS)
        )
        rows: Iterable[Any] = await self._connection.execute(statement)
        return [ContractPeriod(self.read_contract(row), row.opened_at) for row in rows]

    async def next_daily_number(self, contract: MerchantContract, day: date, count: int = 1) -> int:
        """The first of ``count`` numbers in a row that no other transaction draws for this shop on this day.

        Their row stays locked until the end.
        """
        values = {**self._tenant, "protocol": contract.protocol, "site": contract.shop, "day": day, "last": count}
        statement = (
            insert(daily_number)
            .values(values)
            .on_conflict_do_update(
                index_elements=["tenant_id", "protocol", "site", "day"], set_={"last": daily_number.c.last + count}
            )
            .returning(daily_number.c.last)
        )
        last: int = (await self._connection.execute(statement)).scalar_one()
        return last - count + 1

    async def reseal_secrets(self) -> int:
        """Seals every secret of the commune's contracts anew, under the present key. Returns how many contracts."""
        rows = (await self._connection.execute(select(*CONTRACT_COLUMNS).with_for_update())).all()
        for row in rows:
            sealed = {
                name: self._seal(row.regie_id, name, self._open(row.regie_id, name, value))
                for name, value in row.sealed_secrets.items()
            }
            statement = update(merchant_contract).where(_columns.contract_id == row.contract_id)
            await self._connection.execute(statement.values(sealed_secrets=sealed))
        return len(rows)

    def _seal(self, regie_id: UUID, name: str, secret: str) -> str:
        return base64.b64encode(self._secrets.seal(secret.encode(), purpose=self._purpose(regie_id, name))).decode()

    def _open(self, regie_id: UUID, name: str, sealed: str) -> str:
        return self._secrets.open(base64.b64decode(sealed), purpose=self._purpose(regie_id, name)).decode()

    def _purpose(self, regie_id: UUID, name: str) -> str:
        return f"{name.replace('_', '-')}/{self._transaction.tenant_id}/{regie_id}"
