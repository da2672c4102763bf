"""The town hall creates or updates a family file."""

from contracts.events import FamilyRegistered, GuardianChanged, MemberRegistered
from contracts.values import Guardian as PublishedGuardian
from contracts.values import PostalAddress
from enrolment.application.ports import Store
from enrolment.application.reprice import reprice
from enrolment.domain.family import Family, FamilyChangedError, Guardian, MemberStillEnrolledError, version_of


async def save_family(store: Store, wanted: Family, *, if_version: str | None = None) -> None:
    """Stores the file as ``wanted`` and publishes what changed.

    Raises ``GuardianElsewhereError``, ``MemberStillEnrolledError`` and, when the stored file is neither of the version
    ``if_version`` nor already as wanted, ``FamilyChangedError``; None: whatever is stored.
    """
    stored, version = await store.open_family(wanted)
    if version > 0 and if_version is not None:
        await _refuse_stale(store, wanted, if_version)
    if version == 0 or _file(stored) != _file(wanted):
        version = await store.write_file(wanted)
        await publish_file(store, wanted, version, known=stored.guardians)
    await _save_members(store, wanted)
    if stored.quotient_familial != wanted.quotient_familial:
        await store.write_quotient(wanted.family_id, wanted.quotient_familial)
        await reprice(store, family_id=wanted.family_id)


async def _refuse_stale(store: Store, wanted: Family, if_version: str) -> None:
    """Reads under the members' locks: a child's details may be changed from its other home's file."""
    await store.lock_members(wanted.family_id, [member.member_id for member in wanted.members])
    stored, _ = await store.lock_family(wanted.family_id)
    if stored != wanted and version_of(stored) != if_version:
        raise FamilyChangedError


def _file(family: Family) -> tuple[object, ...]:
    return family.name, family.address, family.guardians, family.missing


async def publish_file(store: Store, family: Family, version: int, known: tuple[Guardian, ...]) -> None:
    """Publishes a file, and each guardian of ``known`` whose details are no longer these."""
    address = family.address
    await store.publish(
        FamilyRegistered(
            family_id=family.family_id,
            name=family.name,
            address=PostalAddress(line=address.line, postal_code=address.postal_code, city=address.city),
            guardians=tuple(
                PublishedGuardian(
                    guardian_id=guardian.guardian_id,
                    first_name=guardian.first_name,
                    last_name=guardian.last_name,
                    email=guardian.email,
                    phone=guardian.phone,
                )
                for guardian in family.guardians
            ),
            missing=family.missing,
        ),
        sequence=version,
    )
    before = {guardian.guardian_id: guardian for guardian in known}
    for guardian in family.guardians:
        if before.get(guardian.guardian_id, guardian) != guardian:
            await store.publish(_guardian_changed(family, guardian), sequence=version)


def _guardian_changed(family: Family, guardian: Guardian) -> GuardianChanged:
    return GuardianChanged(
        guardian_id=guardian.guardian_id,
        family_id=family.family_id,
        first_name=guardian.first_name,
        last_name=guardian.last_name,
        email=guardian.email,
        phone=guardian.phone,
    )


async def _save_members(store: Store, wanted: Family) -> None:
    member_ids = [member.member_id for member in wanted.members]
    await store.lock_members(wanted.family_id, member_ids)
    left = await store.unlink_members(wanted.family_id, member_ids)
    today = store.local_day(store.now())
    if left and await store.have_current_adhesions(wanted.family_id, left, today):
        raise MemberStillEnrolledError
    changed = left | await store.write_members(wanted.members)
    changed |= await store.link_members(wanted.family_id, member_ids)
    for member, family_ids, version in await store.bump_members(changed):
        await store.publish(
            MemberRegistered(
                member_id=member.member_id,
                family_ids=family_ids,
                kind=member.kind,
                first_name=member.first_name,
                last_name=member.last_name,
                birth_date=member.birth_date,
                school=member.school,
                diet=member.diet,
                missing=member.missing,
            ),
            sequence=version,
        )
