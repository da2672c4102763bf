"""What planning keeps of enrolment's events. Each statement ignores what is not newer than what is known."""

import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy import text

from chassis.database import Transaction
from contracts.events import ActivityPublished, AdhesionPaid, EntitlementChanged, FamilyRegistered, MemberRegistered
from planning.adapters.commune_calendars import ONE_ACTIVITY, read_activity
from planning.adapters.recounting import recount
from planning.adapters.waiting_store import mark_waited_for
from planning.adapters.writing_store import CALENDARS_LOCK
from planning.domain.limits import counts_alike

_FAMILY = """
    insert into family (tenant_id, family_id, version, name, missing)
    values (:tenant_id, :family_id, :version, :name, :missing)
    on conflict (tenant_id, family_id) do update
    set version = excluded.version, name = excluded.name, missing = excluded.missing
    where family.version < excluded.version
"""
_MEMBER = """
    insert into member (tenant_id, member_id, version, kind, first_name, last_name, birth_date, school, diet,
                        missing)
    values (:tenant_id, :member_id, :version, :kind, :first_name, :last_name, :birth_date, :school, :diet, :missing)
    on conflict (tenant_id, member_id) do update
    set version = excluded.version, kind = excluded.kind, first_name = excluded.first_name,
        last_name = excluded.last_name, birth_date = excluded.birth_date, school = excluded.school,
        diet = excluded.diet, missing = excluded.missing
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
                          regie_id, slots)
    values (:tenant_id, :activity_id, :version, :name, :category, :element_name, :season, :opens_on, :closes_on,
            :regie_id, cast(:slots as jsonb))
    on conflict (tenant_id, activity_id) do update
    set version = excluded.version, name = excluded.name, category = excluded.category,
        element_name = excluded.element_name, season = excluded.season, opens_on = excluded.opens_on,
        closes_on = excluded.closes_on, regie_id = excluded.regie_id,
        slots = excluded.slots
    where activity.version < excluded.version
"""
_ENTITLEMENTS = """
    insert into entitlement (tenant_id, adhesion_id, version, family_id, member_id, activity_id, valid_from,
                             valid_until)
    select distinct on (e.adhesion_id) :tenant_id, e.* from unnest(
        cast(:adhesion_ids as uuid[]), cast(:versions as bigint[]), cast(:family_ids as uuid[]),
        cast(:member_ids as uuid[]), cast(:activity_ids as uuid[]), cast(:begins as date[]), cast(:ends as date[])
    ) as e(adhesion_id, version) order by e.adhesion_id, e.version desc
    on conflict (tenant_id, adhesion_id) do update
    set version = excluded.version, family_id = excluded.family_id, member_id = excluded.member_id,
        activity_id = excluded.activity_id, valid_from = excluded.valid_from, valid_until = excluded.valid_until
    where entitlement.version < excluded.version
"""
_PRICES = """
    insert into entitlement_price (tenant_id, adhesion_id, sequence, effective_from, unit_price_cents, tariff_label,
                                   slot_prices)
    select :tenant_id, p.adhesion_id, p.sequence, p.effective_from, p.cents, p.label,
           cast(p.slot_prices as jsonb)
    from unnest(
        cast(:adhesion_ids as uuid[]), cast(:versions as bigint[]), cast(:begins as date[]), cast(:cents as int[]),
        cast(:labels as text[]), cast(:slot_prices as text[])
    ) as p (adhesion_id, sequence, effective_from, cents, label, slot_prices)
    on conflict do nothing
"""


class Projections:
    """Keeps enrolment's state, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def keep_family(self, event: FamilyRegistered, version: int) -> None:
        """Its name, for the town hall's lists, and what it has still to hand in."""
        facts = {"name": event.name, "missing": list(event.missing)}
        if await self._run(_FAMILY, family_id=event.family_id, version=version, **facts):
            await mark_waited_for(self._transaction, family_ids=[event.family_id])

    async def keep_member(self, event: MemberRegistered, version: int) -> None:
        """The name, what decides groups, the diet, what is missing, and which families the member belongs to now."""
        newer = await self._run(
            _MEMBER,
            member_id=event.member_id,
            version=version,
            kind=event.kind,
            first_name=event.first_name,
            last_name=event.last_name,
            birth_date=event.birth_date,
            school=event.school,
            diet=event.diet,
            missing=list(event.missing),
        )
        if newer:
            families = {"member_id": event.member_id, "family_ids": list(event.family_ids)}
            await self._run(_LEAVE_FAMILIES, **families)
            await self._run(_JOIN_FAMILIES, **families)
            await mark_waited_for(self._transaction, member_id=event.member_id)

    async def keep_activity(self, event: ActivityPublished, version: int) -> None:
        """The activity as published; its calendar is the town's to set here.

        Where slots share places and are others now, what is booked is counted anew.
        """
        await self._run(f"select pg_advisory_xact_lock({CALENDARS_LOCK})")
        before = await self._transaction.ask(ONE_ACTIVITY, event.activity_id)
        facts = event.model_dump(exclude={"regie", "slots"})
        slots = json.dumps([slot.model_dump() for slot in event.slots])
        if await self._run(_ACTIVITY, **facts, version=version, regie_id=event.regie.regie_id, slots=slots):
            (row,) = await self._transaction.ask(ONE_ACTIVITY, event.activity_id)
            activity = read_activity(row)
            if before and not counts_alike(read_activity(before[0]), activity):
                await recount(self._transaction, activity)
            await mark_waited_for(self._transaction, activity_id=event.activity_id)

    async def keep_entitlements(self, events: Sequence[tuple[AdhesionPaid, int]]) -> None:
        """Adhesions in force, each with its version, and their first prices."""
        await self._run(
            _ENTITLEMENTS,
            adhesion_ids=[event.adhesion_id for event, _ in events],
            versions=[version for _, version in events],
            family_ids=[event.family_id for event, _ in events],
            member_ids=[event.member_id for event, _ in events],
            activity_ids=[event.activity_id for event, _ in events],
            begins=[event.valid_from for event, _ in events],
            ends=[event.valid_until for event, _ in events],
        )
        await self._keep_prices([(event, version, event.valid_from) for event, version in events])

    async def keep_price(self, event: EntitlementChanged, version: int) -> None:
        """A price from a day on; it may be known before the adhesion itself."""
        await self._keep_prices([(event, version, event.effective_from)])

    async def _keep_prices(self, prices: Sequence[tuple[AdhesionPaid | EntitlementChanged, int, date]]) -> None:
        await self._run(
            _PRICES,
            adhesion_ids=[event.adhesion_id for event, _, _ in prices],
            versions=[version for _, version, _ in prices],
            begins=[day for _, _, day in prices],
            cents=[event.unit_price_cents for event, _, _ in prices],
            labels=[event.tariff_label for event, _, _ in prices],
            slot_prices=[_slot_prices(event) for event, _, _ in prices],
        )

    async def _run(self, statement: str, **values: object) -> bool:
        """Runs a statement; ``tenant_id`` is given to those that name it. True when a row was written."""
        if ":tenant_id" in statement:
            values["tenant_id"] = self._transaction.tenant_id
        return (await self._transaction.connection.execute(text(statement), values)).rowcount > 0


def _slot_prices(event: AdhesionPaid | EntitlementChanged) -> str:
    return json.dumps({price.slot: price.unit_price_cents for price in event.slot_prices})
