"""Gathers a family's outlook, in one round trip whatever the number of days, members and activities."""

from datetime import date, timedelta
from uuid import UUID

from chassis.clock import local_day
from planning.application.ports import Commune, Holdings, OutlookStore
from planning.domain.cells import Moment
from planning.domain.outlook import Outlook


def moment(store: OutlookStore, commune: Commune) -> Moment:
    """The present, read once."""
    now = store.now()
    help_sentence = f"Pour une demande exceptionnelle, contactez la mairie au {commune.phone}."
    return Moment(now, local_day(now, commune.time_zone), commune.time_zone, help_sentence)


async def look_at_period(
    store: OutlookStore, commune: Commune, family_id: UUID, from_day: date, to_day: date, *, lists: bool = False
) -> Outlook:
    """Everything about the half-open period ``[from_day, to_day)``, with the whole draft.

    ``lists``: with what the lists of its days until today say.
    """
    present = moment(store, commune)
    listed_before = present.today + timedelta(days=1) if lists else None
    held = await store.holdings(family_id, (from_day, to_day), listed_before=listed_before)
    return outlook_of(family_id, present, held)


async def look_at_draft(store: OutlookStore, commune: Commune, family_id: UUID) -> Outlook:
    """Everything about the days of the draft."""
    return outlook_of(family_id, moment(store, commune), await store.holdings(family_id, None))


async def look_at_members(store: OutlookStore, commune: Commune, family_id: UUID) -> Outlook:
    """The family's members and activities, without any day."""
    present = moment(store, commune)
    return outlook_of(family_id, present, await store.holdings(family_id, (present.today, present.today)))


def outlook_of(family_id: UUID, present: Moment, held: Holdings) -> Outlook:
    """Draft lines of a member or activity that the family no longer has are left out."""
    return Outlook(
        family_id=family_id,
        moment=present,
        members=held.members,
        activities=held.activities,
        entitlements=held.entitlements,
        holidays=held.holidays,
        draft=tuple(
            line for line in held.draft if line.member_id in held.members and line.activity_id in held.activities
        ),
        bookings=held.bookings,
        places=held.places,
        spots=held.spots,
        offers=held.offers,
        freed=held.freed,
        waited=held.waited,
        custodies=held.custodies,
        listed=held.listed,
        missing=held.missing,
        owed=held.owed,
    )
