"""Merchant contracts in PostgreSQL. Their HMAC key is sealed, bound to the commune and the régie it belongs to."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.secrets import SecretBox
from payment_gateway.adapters.scoped import Scoped
from payment_gateway.adapters.tables import merchant_contract
from payment_gateway.application.ports import MerchantContract
from payment_gateway.domain.payment import Mode


class SqlContracts(Scoped):
    """Contracts of one commune. ``secrets`` seals and opens their keys."""

    def __init__(self, transaction: Transaction, secrets: SecretBox) -> None:
        super().__init__(transaction)
        self._secrets = secrets

    async def current_contract(self, regie_id: UUID) -> MerchantContract | None:
        """The contract in force of a régie, with its key."""
        columns = merchant_contract.c
        statement = select(merchant_contract).where(columns.regie_id == regie_id, columns.closed_at.is_(None))
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            return None
        key = self._secrets.open(row.sealed_hmac_key, purpose=self._purpose(regie_id)).decode()
        return MerchantContract(
            contract_id=row.contract_id,
            regie_id=row.regie_id,
            protocol=row.protocol,
            site=row.site,
            rang=row.rang,
            identifiant=row.identifiant,
            page_url=row.page_url,
            bank_public_key_pem=row.bank_public_key_pem,
            mode=Mode(row.mode),
            shop_name=row.shop_name,
            hmac_key=key,
        )

    async def replace_contract(self, contract: MerchantContract, now: datetime) -> None:
        """Closes the régie's contract and opens another. Two at once follow one another."""
        name = f"contract/{self._transaction.tenant_id}/{contract.regie_id}"
        await self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
        columns = merchant_contract.c
        await self._connection.execute(
            update(merchant_contract)
            .where(columns.regie_id == contract.regie_id, columns.closed_at.is_(None))
            .values(closed_at=now)
        )
        values = {**self._tenant, **asdict(contract), "opened_at": now}
        key = values.pop("hmac_key").encode()
        sealed = self._secrets.seal(key, purpose=self._purpose(contract.regie_id))
        await self._connection.execute(insert(merchant_contract).values({**values, "sealed_hmac_key": sealed}))

    async def bank_keys(self, protocol: str) -> list[str]:
        """The public keys of the banks the commune has, or had, a contract with."""
        statement = (
            select(merchant_contract.c.bank_public_key_pem)
            .where(merchant_contract.c.protocol == protocol)
            .distinct()
            .limit(20)
        )
        return list((await self._connection.scalars(statement)).all())

    def _purpose(self, regie_id: UUID) -> str:
        return f"hmac-key/{self._transaction.tenant_id}/{regie_id}"
