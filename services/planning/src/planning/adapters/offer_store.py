"""Places given on to those who wait, in SQL, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from contracts.events.planning import ReservationState
from contracts.values import PlaceOfferStatus, ReservationStatus
from planning.adapters.reservation_queries import ELEMENT_NAME, element_name
from planning.adapters.waiting_store import GIVE_PLACES, SqlWaitingStore
from planning.adapters.writing_store import MEMBER_LOCK
from planning.application.waiting_ports import Freed, GivenPlace
from planning.domain.limits import CountedSlot
from planning.domain.slots import DaySlot
from planning.domain.waiting import Ending, PlaceOffer

_NEXT_FREED = """
    select f.activity_id, f.day, array_agg(distinct f.slot) as slots, array_agg(f.mark_id) as marks
    from freed_slot f
    join (select activity_id, day from freed_slot order by mark_id limit 1) as first using (activity_id, day)
    group by 1, 2
"""
_GIVE = """
    with given as (
        select * from unnest(
            cast(:offers as uuid[]), cast(:waiting as uuid[]), cast(:reservations as uuid[]), cast(:families as uuid[]),
            cast(:members as uuid[]), cast(:activities as uuid[]), cast(:regies as uuid[]), cast(:days as date[]),
            cast(:slots as text[]), cast(:prices as int[]), cast(:labels as text[]), cast(:counters as text[]),
            cast(:joined as timestamptz[]), cast(:expiries as timestamptz[])
        ) as g (offer_id, waiting_id, reservation_id, family_id, member_id, activity_id, regie_id, day, slot,
                unit_price_cents, tariff_label, counters, joined_at, expires_at)
    ), served as (
        delete from waiting where waiting_id in (select waiting_id from given)
    ), held as (
        insert into reservation (tenant_id, reservation_id, version, basket_id, family_id, member_id, activity_id,
                                 regie_id, day, slot, tariff_label, unit_price_cents, counters, status, booked_at)
        select :tenant_id, reservation_id, 1, offer_id, family_id, member_id, activity_id, regie_id, day, slot,
               tariff_label, unit_price_cents, counters::text[],
               case when expires_at is null then 'booked' else 'offered' end, cast(:now as timestamptz)
        from given
    )
    insert into place_offer (tenant_id, offer_id, reservation_id, family_id, member_id, activity_id, day, slot,
                             joined_at, offered_at, expires_at, status, ended_at)
    select :tenant_id, offer_id, reservation_id, family_id, member_id, activity_id, day, slot, joined_at,
           cast(:now as timestamptz),
           expires_at, case when expires_at is null then 'confirmed' else 'offered' end,
           case when expires_at is null then cast(:now as timestamptz) end
    from given
"""
_OFFERS = f"""
    select o.offer_id, o.reservation_id, o.family_id, o.member_id, o.activity_id, o.day, o.slot, o.status, o.expires_at,
           o.reason, m.first_name, m.school, {element_name("o")} as element_name,
           coalesce(r.unit_price_cents, 0) as unit_price_cents, coalesce(r.counters, '{{}}') as counters
    from place_offer o
    join member m using (tenant_id, member_id)
    join activity a using (tenant_id, activity_id)
    left join reservation r on (r.tenant_id, r.reservation_id) = (o.tenant_id, o.reservation_id)
"""  # noqa: S608 - ours
_OPEN = f"""
    {_OFFERS} where o.status = 'offered' and o.activity_id = :activity_id and o.day = any(cast(:days as date[]))
    order by o.offer_id for update of o
"""
_OFFER = f"{_OFFERS} where o.family_id = :family_id and o.offer_id = :offer_id"
_BOOKED_OTHERWISE = """
    exists (select from reservation b
            where (b.member_id, b.activity_id, b.day, b.slot, b.status)
                = (o.member_id, o.activity_id, o.day, o.slot, 'booked'))
"""
_OVERDUE = f"""
    with due as materialized (
        select o.offer_id, {_BOOKED_OTHERWISE} as booked_otherwise
        from place_offer o
        where o.status = 'offered'
          and (o.expires_at < cast(:now as timestamptz) or o.day < :today or {_BOOKED_OTHERWISE})
        order by o.offer_id
        limit :limit
        for update of o skip locked
    )
    select x.*, due.booked_otherwise from due join ({_OFFERS}) as x using (offer_id)
"""  # noqa: S608 - ours
_BOOK = f"""
    with booked as (
        update reservation set status = 'booked', basket_id = :basket_id, booked_at = cast(:now as timestamptz),
            pay_until = cast(:pay_until as timestamptz)
        where reservation_id = :reservation_id and status = 'offered'
        returning *
    ), accepted as (
        update place_offer set status = 'accepted', ended_at = cast(:now as timestamptz)
        where offer_id = :offer_id
    )
    select r.*, {ELEMENT_NAME} as element_name from booked r join activity a using (tenant_id, activity_id)
"""  # noqa: S608 - ours
_END = """
    with ended as (
        update place_offer o set status = e.status, reason = e.reason, ended_at = cast(:now as timestamptz)
        from unnest(cast(:ids as uuid[]), cast(:statuses as text[]), cast(:reasons as text[]))
            as e (offer_id, status, reason)
        where o.offer_id = e.offer_id
        returning o.reservation_id
    )
    delete from reservation where reservation_id in (select reservation_id from ended) and status = 'offered'
"""
_FORGET_SERVED = """
    delete from waiting w
    where exists (select from reservation r
                  where (r.member_id, r.activity_id, r.day, r.slot, r.status)
                      = (w.member_id, w.activity_id, w.day, w.slot, 'booked'))
"""


class SqlOfferStore(SqlWaitingStore):
    """Implements ``OfferStore``."""

    async def next_freed(self) -> Freed | None:
        """See the port."""
        for row in await self.run(_NEXT_FREED):
            return Freed(row.activity_id, row.day, row.slots, row.marks)
        return None

    async def settle(self, freed: Freed) -> None:
        """See the port."""
        await self.run("delete from freed_slot where mark_id = any(:marks)", marks=list(freed.marks))

    async def try_hold_member(self, member_id: UUID) -> bool:
        """See the port."""
        rows = await self.run(f"select pg_try_advisory_xact_lock({MEMBER_LOCK}) as held", member_id=member_id)
        return bool(rows[0].held)

    async def booked(self, activity_id: UUID, day: date) -> Mapping[CountedSlot, int]:
        """See the port."""
        statement = "select slot, counter, booked from place_count where activity_id = :activity_id and day = :day"
        rows = await self.run(statement, activity_id=activity_id, day=day)
        return {CountedSlot(activity_id, day, row.slot, row.counter): row.booked for row in rows}

    async def give(self, places: Sequence[GivenPlace]) -> None:
        """See the port. A draft that wanted to book the same is given up."""
        await self.run(
            _GIVE,
            families=[place.waiting.family_id for place in places],
            members=[place.reservation.member_id for place in places],
            activities=[place.reservation.activity_id for place in places],
            days=[place.reservation.day for place in places],
            slots=[place.reservation.slot for place in places],
            now=self.now(),
            offers=[place.offer_id for place in places],
            waiting=[place.waiting.waiting_id for place in places],
            reservations=[place.reservation.reservation_id for place in places],
            regies=[place.reservation.regie_id for place in places],
            prices=[place.reservation.unit_price_cents for place in places],
            labels=[place.reservation.tariff_label for place in places],
            counters=[_array(place.counters) for place in places],
            joined=[place.waiting.joined_at for place in places],
            expiries=[place.expires_at for place in places],
        )
        await self.give_up_drafts((place.waiting.family_id, place.waiting.what) for place in places)

    async def offer(self, family_id: UUID, offer_id: UUID, *, lock: bool = False) -> PlaceOffer | None:
        """See the port."""
        statement = f"{_OFFER} for update of o" if lock else _OFFER
        rows = await self.run(statement, family_id=family_id, offer_id=offer_id)
        return _place_offer(rows[0]) if rows else None

    async def open_offers(self, activity_id: UUID, days: Sequence[date]) -> Sequence[PlaceOffer]:
        """Those of these days, locked."""
        return [_place_offer(row) for row in await self.run(_OPEN, activity_id=activity_id, days=list(days))]

    async def overdue_offers(self, now: datetime, today: date, limit: int) -> Mapping[PlaceOffer, PlaceOfferStatus]:
        """See the port."""
        rows = await self.run(_OVERDUE, now=now, today=today, limit=limit)
        return {
            _place_offer(row): PlaceOfferStatus.WITHDRAWN if row.booked_otherwise else PlaceOfferStatus.LAPSED
            for row in rows
        }

    async def book(self, offer: PlaceOffer, basket_id: UUID, pay_until: datetime | None) -> ReservationState:
        """See the port."""
        (row,) = await self.run(
            _BOOK,
            reservation_id=offer.reservation_id,
            offer_id=offer.offer_id,
            basket_id=basket_id,
            pay_until=pay_until,
            now=self.now(),
        )
        await self.give_up_drafts([(offer.family_id, offer.what)])
        return ReservationState.model_validate({**row._mapping, "status": ReservationStatus.BOOKED})

    async def end_offers(self, ended: Mapping[PlaceOffer, Ending]) -> None:
        """See the port."""
        await self.run(
            _END,
            ids=[offer.offer_id for offer in ended],
            statuses=[ending.status for ending in ended.values()],
            reasons=[ending.reason for ending in ended.values()],
            now=self.now(),
        )
        self.transaction.wake(GIVE_PLACES)

    async def forget_served(self) -> None:
        """See the port."""
        await self.run(_FORGET_SERVED)

    async def forget_past(self, today: date, ended_before: date) -> None:
        """Deletes what is waited for on past days, and offers of days further back."""
        await self.run("delete from waiting where day < :today", today=today)
        await self.run("delete from place_offer where day < :day and status <> 'offered'", day=ended_before)
        await self.run("delete from freed_slot where day < :today", today=today)


def _array(counters: Sequence[str]) -> str:
    """As PostgreSQL writes an array of texts; counters are made of codes."""
    return "{" + ",".join(f'"{counter}"' for counter in counters) + "}"


def _place_offer(row: Row[Any]) -> PlaceOffer:
    return PlaceOffer(
        offer_id=row.offer_id,
        reservation_id=row.reservation_id,
        family_id=row.family_id,
        member_id=row.member_id,
        activity_id=row.activity_id,
        when=DaySlot(row.day, row.slot),
        status=PlaceOfferStatus(row.status),
        expires_at=row.expires_at,
        first_name=row.first_name,
        element_name=row.element_name,
        unit_price_cents=row.unit_price_cents,
        counters=tuple(row.counters),
        reason=row.reason,
        school=row.school,
    )
