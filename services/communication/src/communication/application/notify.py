"""Turning events into mails to families' guardians. The mails are sent by a job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.errors import TransientError
from communication.application.ports import AboutPayment, CommunicationStore, Mail
from communication.domain.mails import MailText


class FamilyNotYetKnownError(TransientError):
    """The family's event is still on its way."""


@dataclass(frozen=True)
class Notice:
    """What a family is told, about which thing."""

    family_id: UUID
    about: UUID
    text: MailText
    payment: AboutPayment | None = None


async def notify_families(store: CommunicationStore, notices: Sequence[Notice], now: datetime) -> None:
    """Queues one mail for each guardian with an address; never twice about the same thing.

    Raises ``FamilyNotYetKnownError``.
    """
    families = {notice.family_id for notice in notices}
    if unknown := families - await store.known_families(families):
        raise FamilyNotYetKnownError(", ".join(map(str, unknown)))
    contacts = [contact for contact in await store.contacts_of(families) if contact.email]
    mails = [
        Mail(notice.about, contact, notice.text, notice.payment)
        for notice in notices
        for contact in contacts
        if contact.family_id == notice.family_id
    ]
    await store.add_mails(mails, now)
