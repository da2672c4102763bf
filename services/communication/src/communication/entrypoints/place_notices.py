"""Mails about places of waiting lists, days that the town hall books or cancels, and absences it decides."""

from uuid import uuid5
from zoneinfo import ZoneInfo

from chassis.database import Transaction
from chassis.messaging.consumer import Received
from chassis.tenants import Tenant, tenant_of
from communication.adapters.store import SqlCommunicationStore
from communication.application.notify import Notice, notify_families
from communication.domain.mails import MailText
from communication.domain.place_mails import (
    CancelledDay,
    ChangedDay,
    Place,
    absence_decided,
    days_changed,
    days_withdrawn,
    place_closed,
    place_confirmed,
    place_lapsed,
    place_offered,
)
from contracts.events import AttendanceRecorded, PlaceOffered, ReservationsChangedByTownHall, ReservationsWithdrawn
from contracts.values import PlaceOfferStatus, ReservationStatus


async def tell_place(transaction: Transaction, received: Received[PlaceOffered]) -> None:
    """«Une place s'est libérée», that it is booked, or that the time to accept it is over. Own deeds are not told."""
    offer, tenant = received.event, await tenant_of(transaction)
    if text := _text(offer, tenant):
        notice = Notice(offer.family_id, uuid5(offer.offer_id, offer.status), text)
        await notify_families(SqlCommunicationStore(transaction), [notice], transaction.now())


def _text(offer: PlaceOffered, tenant: Tenant) -> MailText | None:
    place = Place(offer.first_name, offer.element_name, offer.day, offer.unit_price_cents)
    title = tenant.description.portal_title
    match offer.status:
        case PlaceOfferStatus.OFFERED if offer.expires_at:
            until = offer.expires_at.astimezone(ZoneInfo(tenant.time_zone))
            return place_offered(place, until=until, portal_title=title)
        case PlaceOfferStatus.CONFIRMED:
            return place_confirmed(place, portal_title=title)
        case PlaceOfferStatus.LAPSED:
            return place_lapsed(place, portal_title=title)
        case PlaceOfferStatus.WITHDRAWN if offer.reason:
            return place_closed(place, reason=offer.reason, portal_title=title)
        case _:
            return None


async def tell_withdrawal(transaction: Transaction, received: Received[ReservationsWithdrawn]) -> None:
    """«… annulés par la mairie», once for all of a family's days."""
    withdrawn, tenant = received.event, await tenant_of(transaction)
    days = [CancelledDay(day.first_name, day.element_name, day.day, day.reason, day.waited) for day in withdrawn.days]
    text = days_withdrawn(days, portal_title=tenant.description.portal_title)
    notice = Notice(withdrawn.family_id, uuid5(withdrawn.basket_id, "withdrawn"), text)
    await notify_families(SqlCommunicationStore(transaction), [notice], transaction.now())


async def tell_change(transaction: Transaction, received: Received[ReservationsChangedByTownHall]) -> None:
    """What the town hall booked and cancelled for a family, once for all its days."""
    changed, tenant = received.event, await tenant_of(transaction)
    days = [
        ChangedDay(
            Place(day.first_name, day.element_name, day.day, day.unit_price_cents),
            day.status is ReservationStatus.CANCELLED,
            day.reason,
        )
        for day in changed.days
    ]
    text = days_changed(days, portal_title=tenant.description.portal_title)
    notice = Notice(changed.family_id, uuid5(changed.basket_id, "changed"), text)
    await notify_families(SqlCommunicationStore(transaction), [notice], transaction.now())


async def tell_decision(transaction: Transaction, received: Received[AttendanceRecorded]) -> None:
    """What the town hall decided of an absence; what a family announces is not told back to it."""
    recorded, tenant = received.event, await tenant_of(transaction)
    notices = [
        Notice(
            recorded.family_id,
            uuid5(recorded.record_id, str(each.reservation.reservation_id)),
            absence_decided(
                first_name=each.first_name or "",
                element_name=each.reservation.element_name,
                day=each.reservation.day,
                decision=each.decision,
                portal_title=tenant.description.portal_title,
            ),
        )
        for each in recorded.attendances
        if each.decision
    ]
    if notices:
        await notify_families(SqlCommunicationStore(transaction), notices, transaction.now())
