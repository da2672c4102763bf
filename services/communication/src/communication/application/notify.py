"""Turning events into mails to a family's guardians. The mails are sent by a job."""

from datetime import datetime
from uuid import UUID

from chassis.errors import TransientError
from communication.application.ports import CommunicationStore
from communication.domain.mails import MailText


class FamilyNotYetKnownError(TransientError):
    """The family's event is still on its way."""


async def notify_family(
    store: CommunicationStore, *, family_id: UUID, about: UUID, text: MailText, now: datetime
) -> None:
    """Queues one mail for each guardian with an address; never twice about the same thing.

    Raises ``FamilyNotYetKnownError``.
    """
    if not await store.family_exists(family_id):
        raise FamilyNotYetKnownError(str(family_id))
    contacts = await store.contacts_of(family_id)
    await store.add_mails(about, [contact for contact in contacts if contact.email], text, now)
