"""A parent changes their own e-mail address and telephone number."""

from dataclasses import replace
from uuid import UUID

from chassis.errors import NotFoundError
from enrolment.application.ports import Store
from enrolment.application.save_family import publish_file


async def change_contact(
    store: Store, family_id: UUID, guardian_id: UUID, *, email: str | None, phone: str | None
) -> None:
    """Stores and publishes the new details. Raises ``NotFoundError`` for a guardian of another family."""
    family, _ = await store.lock_family(family_id)
    guardian = next((found for found in family.guardians if found.guardian_id == guardian_id), None)
    if guardian is None:
        raise NotFoundError
    changed = replace(guardian, email=email, phone=phone)
    if changed == guardian:
        return
    version = await store.write_guardian(family_id, changed)
    guardians = tuple(changed if found is guardian else found for found in family.guardians)
    await publish_file(store, replace(family, guardians=guardians), version, known=family.guardians)
