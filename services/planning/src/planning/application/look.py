"""Gathers a family's outlook: a constant number of queries, whatever the number of days, members and activities."""

from datetime import date, timedelta
from uuid import UUID

from chassis.clock import local_day
from planning.application.ports import Commune, OutlookStore
from planning.domain.calendars import Holidays
from planning.domain.cells import Moment
from planning.domain.drafts import DraftLine
from planning.domain.outlook import Outlook

_COUNTED_BACK = timedelta(days=365)
"""How far before a day its deadlines can lie: 90 counted days (the most a rule may ask) and all holidays between."""


def moment(store: OutlookStore, commune: Commune) -> Moment:
    """The present, read once."""
    now = store.now()
    help_sentence = f"Pour une demande exceptionnelle, contactez la mairie au {commune.phone}."
    return Moment(now, local_day(now, commune.time_zone), commune.time_zone, help_sentence)


async def look_at_period(
    store: OutlookStore, commune: Commune, family_id: UUID, from_day: date, to_day: date
) -> Outlook:
    """Everything about the half-open period ``[from_day, to_day)``, with the whole draft."""
    return await _look(store, commune, family_id, (from_day, to_day), await store.draft(family_id))


async def look_at_draft(store: OutlookStore, commune: Commune, family_id: UUID) -> Outlook:
    """Everything about the days of the draft."""
    draft = await store.draft(family_id)
    days = [line.day for line in draft] or [moment(store, commune).today]
    return await _look(store, commune, family_id, (min(days), max(days) + timedelta(days=1)), draft)


async def _look(
    store: OutlookStore, commune: Commune, family_id: UUID, period: tuple[date, date], draft: tuple[DraftLine, ...]
) -> Outlook:
    """Draft lines of a member or activity that the family no longer has are left out."""
    present = moment(store, commune)
    members = await store.members(family_id)
    activities = await store.activities(min([period[0], *(line.day for line in draft)]))
    return Outlook(
        family_id=family_id,
        moment=present,
        members=members,
        activities=activities,
        entitlements=await store.entitlements(family_id),
        holidays=await store.holidays(period[0] - _COUNTED_BACK, period[1]),
        draft=tuple(line for line in draft if line.member_id in members and line.activity_id in activities),
        bookings=await store.bookings(list(members), *period),
        places=await store.places(list(activities), *period),
    )


async def look_at_members(store: OutlookStore, commune: Commune, family_id: UUID) -> Outlook:
    """The family's members and activities, without any day."""
    present = moment(store, commune)
    return Outlook(
        family_id=family_id,
        moment=present,
        members=await store.members(family_id),
        activities=await store.activities(present.today),
        entitlements=await store.entitlements(family_id),
        holidays=Holidays(),
    )
