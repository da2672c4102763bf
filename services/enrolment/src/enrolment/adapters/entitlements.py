"""Prices of the adhesions in force, in SQL."""

from datetime import date
from uuid import UUID

from enrolment.adapters.catalogue import to_slots, to_tariff
from enrolment.adapters.sql import SqlPart, as_json
from enrolment.domain.adhesion import Entitlement, Price

_IN_FORCE = """
    a.status = 'active' and a.valid_until > :on
    and (cast(:family_id as uuid) is null or a.family_id = :family_id)
    and (cast(:activity_id as uuid) is null or a.activity_id = :activity_id)
"""

_LOCK_FAMILIES = f"""
    select 1 from family where family_id in (select a.family_id from adhesion a where {_IN_FORCE})
    order by family_id for no key update
"""  # noqa: S608 - our own text


def price_row(price: Price) -> dict[str, object]:
    """A price as ``jsonb_to_recordset`` reads it."""
    return {"unit_price_cents": price.unit_cents, "tariff_label": price.label, "slot_prices": {**price.slot_cents}}


class SqlEntitlements(SqlPart):
    """See ``application.ports.Entitlements``."""

    async def entitlements(
        self, on: date, *, family_id: UUID | None = None, activity_id: UUID | None = None, hold: bool = True
    ) -> list[Entitlement]:
        """Adhesions in force beyond ``on``, with the price fixed for that day."""
        scope = {"on": on, "family_id": family_id, "activity_id": activity_id}
        if hold:
            await self._run(_LOCK_FAMILIES, **scope)
        rows = await self._run(
            f"""
            select a.adhesion_id, a.family_id, a.member_id, a.activity_id, family.quotient_familial,
                activity.adhesion_fee_cents, activity.unit_tariff, activity.tariff_label, activity.slots,
                price.unit_price_cents, price.tariff_label as price_label, price.slot_prices
            from adhesion a
            join family using (tenant_id, family_id)
            join activity using (tenant_id, activity_id)
            cross join lateral (
                select p.unit_price_cents, p.tariff_label, p.slot_prices from adhesion_price p
                where p.tenant_id = a.tenant_id and p.adhesion_id = a.adhesion_id and p.effective_from <= :on
                order by p.effective_from desc limit 1
            ) price
            where {_IN_FORCE}
            order by a.adhesion_id
            """,  # noqa: S608 - our own text
            **scope,
        )
        return [
            Entitlement(
                adhesion_id=row.adhesion_id,
                family_id=row.family_id,
                member_id=row.member_id,
                activity_id=row.activity_id,
                quotient_familial=row.quotient_familial,
                tariff=to_tariff(row),
                slots=to_slots(row.slots),
                price=Price(row.unit_price_cents, row.price_label, row.slot_prices),
            )
            for row in rows
        ]

    async def write_prices(self, effective_from: date, prices: dict[UUID, Price]) -> dict[UUID, int]:
        """Stores new prices by adhesion; gives the adhesions' new versions."""
        rows = [{"adhesion_id": adhesion_id, **price_row(price)} for adhesion_id, price in prices.items()]
        await self._run(
            """
            insert into adhesion_price
                (tenant_id, adhesion_id, effective_from, unit_price_cents, tariff_label, slot_prices)
            select :tenant_id, row.adhesion_id, :effective_from, row.unit_price_cents, row.tariff_label, row.slot_prices
            from jsonb_to_recordset(cast(:rows as jsonb)) as row
                (adhesion_id uuid, unit_price_cents int, tariff_label text, slot_prices jsonb)
            on conflict (tenant_id, adhesion_id, effective_from) do update
            set unit_price_cents = excluded.unit_price_cents, tariff_label = excluded.tariff_label,
                slot_prices = excluded.slot_prices
            """,
            effective_from=effective_from,
            rows=as_json(rows),
        )
        versions = await self._run(
            "update adhesion set version = version + 1 where adhesion_id = any(:ids) returning adhesion_id, version",
            ids=list(prices),
        )
        return {row.adhesion_id: row.version for row in versions}
