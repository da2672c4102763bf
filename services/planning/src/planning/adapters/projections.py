"""What planning keeps of enrolment's events. Each statement ignores what is not newer than what is known."""

from sqlalchemy import text

from chassis.database import Transaction
from contracts.events import ActivityPublished, AdhesionPaid, EntitlementChanged, FamilyRegistered, MemberRegistered

_FAMILY = """
    insert into family (tenant_id, family_id, version, name) values (:tenant_id, :family_id, :version, :name)
    on conflict (tenant_id, family_id) do update set version = excluded.version, name = excluded.name
    where family.version < excluded.version
"""
_MEMBER = """
    insert into member (tenant_id, member_id, version, kind, first_name, last_name)
    values (:tenant_id, :member_id, :version, :kind, :first_name, :last_name)
    on conflict (tenant_id, member_id) do update
    set version = excluded.version, kind = excluded.kind, first_name = excluded.first_name,
        last_name = excluded.last_name
    where member.version < excluded.version
"""
_LEAVE_FAMILIES = "delete from member_family where member_id = :member_id and family_id <> all(:family_ids)"
_JOIN_FAMILIES = """
    insert into member_family (tenant_id, family_id, member_id)
    select :tenant_id, family_id, :member_id from unnest(cast(:family_ids as uuid[])) as f (family_id)
    on conflict do nothing
"""
_ACTIVITY = """
    insert into activity (tenant_id, activity_id, version, name, category, element_name, season, opens_on, closes_on,
                          regie_id)
    values (:tenant_id, :activity_id, :version, :name, :category, :element_name, :season, :opens_on, :closes_on,
            :regie_id)
    on conflict (tenant_id, activity_id) do update
    set version = excluded.version, name = excluded.name, category = excluded.category,
        element_name = excluded.element_name, season = excluded.season, opens_on = excluded.opens_on,
        closes_on = excluded.closes_on, regie_id = excluded.regie_id
    where activity.version < excluded.version
"""
_ENTITLEMENT = """
    insert into entitlement (tenant_id, adhesion_id, version, family_id, member_id, activity_id, valid_from,
                             valid_until)
    values (:tenant_id, :adhesion_id, :version, :family_id, :member_id, :activity_id, :valid_from, :valid_until)
    on conflict (tenant_id, adhesion_id) do update
    set version = excluded.version, family_id = excluded.family_id, member_id = excluded.member_id,
        activity_id = excluded.activity_id, valid_from = excluded.valid_from, valid_until = excluded.valid_until
    where entitlement.version < excluded.version
"""
_PRICE = """
    insert into entitlement_price (tenant_id, adhesion_id, sequence, effective_from, unit_price_cents, tariff_label)
    values (:tenant_id, :adhesion_id, :version, :effective_from, :unit_price_cents, :tariff_label)
    on conflict do nothing
"""


class Projections:
    """Keeps enrolment's state, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def keep_family(self, event: FamilyRegistered, version: int) -> None:
        """Its name only, for the town hall's lists."""
        await self._run(_FAMILY, family_id=event.family_id, version=version, name=event.name)

    async def keep_member(self, event: MemberRegistered, version: int) -> None:
        """The name, and which families the member belongs to now."""
        newer = await self._run(
            _MEMBER,
            member_id=event.member_id,
            version=version,
            kind=event.kind,
            first_name=event.first_name,
            last_name=event.last_name,
        )
        if newer:
            families = {"member_id": event.member_id, "family_ids": list(event.family_ids)}
            await self._run(_LEAVE_FAMILIES, **families)
            await self._run(_JOIN_FAMILIES, **families)

    async def keep_activity(self, event: ActivityPublished, version: int) -> None:
        """The activity as published; its calendar is the town's to set here."""
        facts = event.model_dump(exclude={"regie"})
        await self._run(_ACTIVITY, **facts, version=version, regie_id=event.regie.regie_id)

    async def keep_entitlement(self, event: AdhesionPaid, version: int) -> None:
        """The adhesion in force, and its first price."""
        facts = event.model_dump(
            include={"adhesion_id", "family_id", "member_id", "activity_id", "valid_from", "valid_until"}
        )
        await self._run(_ENTITLEMENT, **facts, version=version)
        await self._run(
            _PRICE,
            adhesion_id=event.adhesion_id,
            version=version,
            effective_from=event.valid_from,
            unit_price_cents=event.unit_price_cents,
            tariff_label=event.tariff_label,
        )

    async def keep_price(self, event: EntitlementChanged, version: int) -> None:
        """A price from a day on; it may be known before the adhesion itself."""
        await self._run(
            _PRICE,
            adhesion_id=event.adhesion_id,
            version=version,
            effective_from=event.effective_from,
            unit_price_cents=event.unit_price_cents,
            tariff_label=event.tariff_label,
        )

    async def _run(self, statement: str, **values: object) -> bool:
        """Runs a statement; ``tenant_id`` is given to those that name it. True when a row was written."""
        if ":tenant_id" in statement:
            values["tenant_id"] = self._transaction.tenant_id
        return (await self._transaction.connection.execute(text(statement), values)).rowcount > 0
