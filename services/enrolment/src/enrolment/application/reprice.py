"""Lets a changed quotient familial or tariff count from the next month on."""

from uuid import UUID

from contracts.events import EntitlementChanged
from enrolment.application.ports import Store
from enrolment.application.published_prices import published_prices
from enrolment.domain.family import first_of_next_month


async def reprice(store: Store, *, family_id: UUID | None = None, activity_id: UUID | None = None) -> None:
    """Fixes the price of next month on for the adhesions in force of a family or an activity, where it differs."""
    effective_from = first_of_next_month(store.local_day(store.now()))
    entitlements = await store.entitlements(effective_from, family_id=family_id, activity_id=activity_id)
    changed = [entitlement for entitlement in entitlements if entitlement.due_price != entitlement.price]
    if not changed:
        return
    versions = await store.write_prices(effective_from, {item.adhesion_id: item.due_price for item in changed})
    for item in changed:
        await store.publish(
            EntitlementChanged(
                adhesion_id=item.adhesion_id,
                family_id=item.family_id,
                member_id=item.member_id,
                activity_id=item.activity_id,
                unit_price_cents=item.due_price.unit_cents,
                tariff_label=item.due_price.label,
                effective_from=effective_from,
                slot_prices=published_prices(item.due_price),
            ),
            sequence=versions[item.adhesion_id],
        )
