"""What planning keeps of enrolment's events. Each ignores what is not newer than what is known."""

from sqlalchemy import text

from chassis.database import Transaction
from chassis.messaging.consumer import Received
from chassis.projections import keep_if_newer
from contracts.events import ActivityPublished, AdhesionPaid, EntitlementChanged, FamilyRegistered, MemberRegistered

_LEAVE_FAMILIES = text("delete from member_family where member_id = :member_id and family_id <> all(:family_ids)")
_JOIN_FAMILIES = text(
    """
    insert into member_family (tenant_id, family_id, member_id)
    select :tenant_id, family_id, :member_id from unnest(cast(:family_ids as uuid[])) as f (family_id)
    on conflict do nothing
    """
)
_PRICE = text(
    """
    insert into entitlement_price (tenant_id, adhesion_id, sequence, effective_from, unit_price_cents, tariff_label)
    values (:tenant_id, :adhesion_id, :sequence, :effective_from, :unit_price_cents, :tariff_label)
    on conflict do nothing
    """
)


async def keep_family(transaction: Transaction, received: Received[FamilyRegistered]) -> None:
    """Its name only, for the town hall's lists."""
    family = received.event
    key, facts = {"family_id": family.family_id}, {"name": family.name}
    await keep_if_newer(transaction, "family", key=key, version=received.sequence, facts=facts)


async def keep_member(transaction: Transaction, received: Received[MemberRegistered]) -> None:
    """The name, and which families the member belongs to now."""
    member = received.event
    key, facts = {"member_id": member.member_id}, member.model_dump(include={"kind", "first_name", "last_name"})
    if await keep_if_newer(transaction, "member", key=key, version=received.sequence, facts=facts):
        families = {**key, "family_ids": list(member.family_ids)}
        await transaction.connection.execute(_LEAVE_FAMILIES, families)
        await transaction.connection.execute(_JOIN_FAMILIES, {**families, "tenant_id": transaction.tenant_id})


async def keep_activity(transaction: Transaction, received: Received[ActivityPublished]) -> None:
    """The activity as published; its calendar is the town's to set here."""
    activity = received.event
    facts = activity.model_dump(include={"name", "category", "element_name", "season", "opens_on", "closes_on"})
    facts["regie_id"] = activity.regie.regie_id
    key = {"activity_id": activity.activity_id}
    await keep_if_newer(transaction, "activity", key=key, version=received.sequence, facts=facts)


async def keep_entitlement(transaction: Transaction, received: Received[AdhesionPaid]) -> None:
    """The adhesion in force, and its first price."""
    adhesion = received.event
    facts = adhesion.model_dump(include={"family_id", "member_id", "activity_id", "valid_from", "valid_until"})
    key = {"adhesion_id": adhesion.adhesion_id}
    await keep_if_newer(transaction, "entitlement", key=key, version=received.sequence, facts=facts)
    price = adhesion.model_dump(include={"unit_price_cents", "tariff_label"})
    await _keep_price(transaction, {**key, **price, "effective_from": adhesion.valid_from}, received.sequence)


async def keep_price(transaction: Transaction, received: Received[EntitlementChanged]) -> None:
    """A price from a day on; it may be known before the adhesion itself."""
    price = received.event.model_dump(include={"adhesion_id", "effective_from", "unit_price_cents", "tariff_label"})
    await _keep_price(transaction, price, received.sequence)


async def _keep_price(transaction: Transaction, price: dict[str, object], sequence: int) -> None:
    values = {**price, "sequence": sequence, "tenant_id": transaction.tenant_id}
    await transaction.connection.execute(_PRICE, values)
