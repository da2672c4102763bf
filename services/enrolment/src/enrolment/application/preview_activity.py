"""What saving an activity would change for those who are enrolled in it."""

from dataclasses import dataclass
from datetime import date

from enrolment.application.ports import Store
from enrolment.domain.activity import Activity
from enrolment.domain.adhesion import Price
from enrolment.domain.family import first_of_next_month


@dataclass(frozen=True)
class ActivityEffect:
    """How many members have the activity beyond a day, and how many of them pay another price from then on."""

    effective_from: date
    enrolled: int
    repriced: int


async def preview_activity(store: Store, wanted: Activity) -> ActivityEffect:
    """Changes nothing."""
    effective_from = first_of_next_month(store.local_day(store.now()))
    enrolled = await store.entitlements(effective_from, activity_id=wanted.activity_id, hold=False)
    due = [Price.of(wanted.tariff, wanted.slots, each.quotient_familial) for each in enrolled]
    repriced = sum(price != each.price for price, each in zip(due, enrolled, strict=True))
    return ActivityEffect(effective_from, len(enrolled), repriced)
