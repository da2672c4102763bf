"""A family joins documents to an absence that the town hall has not decided yet, or takes them back."""

from collections.abc import Sequence
from uuid import UUID

from chassis.errors import NotFoundError
from planning.application.absence_ports import AbsenceStore, Announcement
from planning.domain.absence_documents import SentFile, accept, check_number, tell_documents
from planning.domain.absences import AbsenceDecidedError
from planning.domain.trail import Actor, Told, Trace


async def add_documents(
    store: AbsenceStore, family_id: UUID, announcement_id: UUID, sent: Sequence[SentFile], actor: Actor
) -> None:
    """Joins documents, all or none.

    Raises ``NotFoundError``, ``AbsenceDecidedError``, and what ``accept`` raises.
    """
    documents = accept(sent)
    announcement = await _undecided(store, family_id, announcement_id)
    check_number(announcement.documents + len(documents))
    await store.keep_documents(family_id, announcement_id, documents)
    said = tell_documents(len(documents))
    await store.trace([Trace(family_id, actor, Told.ABSENCE, announcement.waiting, said)])


async def take_document_back(store: AbsenceStore, family_id: UUID, document_id: UUID, actor: Actor) -> None:
    """Deletes one. Raises ``NotFoundError``, ``AbsenceDecidedError``."""
    announcement_id = await store.announcement_with(family_id, document_id)
    if announcement_id is None:
        raise NotFoundError
    announcement = await _undecided(store, family_id, announcement_id)
    if not await store.remove_document(document_id):
        raise NotFoundError
    await store.trace([Trace(family_id, actor, Told.ABSENCE, announcement.waiting, "Un document est retiré.")])


async def _undecided(store: AbsenceStore, family_id: UUID, announcement_id: UUID) -> Announcement:
    """The announcement, which nobody decides nor adds to meanwhile."""
    announcement = await store.announcement(family_id, announcement_id)
    if announcement is None:
        raise NotFoundError
    await store.hold_member(announcement.member_id)
    announcement = await store.announcement(family_id, announcement_id)
    if announcement is None or not announcement.waiting:
        raise AbsenceDecidedError
    return announcement
