"""Opens one account per guardian and follows the family's file."""

from dataclasses import replace
from datetime import datetime

from chassis.ids import new_id
from contracts.events import FamilyRegistered, GuardianChanged
from contracts.values import Guardian, Role
from identity.application.announce_account import announce_account
from identity.application.ports import Store
from identity.domain.accounts import Account
from identity.domain.user_names import free_user_name, wanted_user_name


async def follow_family(store: Store, family: FamilyRegistered, *, version: int, at: datetime) -> None:
    """Opens the accounts of new guardians and closes those of who left the family."""
    if not await store.accounts.is_newer_family(family.family_id, version):
        return
    for guardian in family.guardians:
        await _follow_listed(store, family, guardian, at)
    listed = {guardian.guardian_id for guardian in family.guardians}
    for account in await store.accounts.of_family(family.family_id):
        if account.guardian_id not in listed and not account.closed:
            await store.accounts.save(replace(account, closed=True, version=account.version + 1))
            await store.sessions.end_all(account.account_id)


async def follow_guardian(store: Store, changed: GuardianChanged, *, version: int, at: datetime) -> None:
    """Keeps the name and the mail address. A guardian whose family is not known yet gets a closed account."""
    account = await store.accounts.by_guardian(changed.guardian_id)
    if account is None:
        account = await _new_account(store, changed, at)
        await store.accounts.add(replace(account, family_id=changed.family_id, closed=True, guardian_version=version))
    elif version > account.guardian_version:
        account = replace(account, guardian_version=version)
        await store.accounts.save(_with_details(account, changed, at))


async def _follow_listed(store: Store, family: FamilyRegistered, guardian: Guardian, at: datetime) -> None:
    known = await store.accounts.by_guardian(guardian.guardian_id)
    if known is None:
        account = replace(await _new_account(store, guardian, at), family_id=family.family_id)
        await store.accounts.add(account)
        await announce_account(store, account)
        return
    account = replace(_with_details(known, guardian, at), family_id=family.family_id, closed=False)
    if known.closed or known.family_id != family.family_id:
        account = replace(account, version=known.version + 1)
        await announce_account(store, account)
    await store.accounts.save(account)


async def _new_account(store: Store, guardian: Guardian | GuardianChanged, at: datetime) -> Account:
    wanted = wanted_user_name(guardian.first_name, guardian.last_name)
    return Account(
        account_id=new_id(),
        user_name=free_user_name(wanted, await store.accounts.user_names_like(wanted)),
        display_name=_display_name(guardian),
        email=guardian.email,
        roles=frozenset({Role.PARENT}),
        guardian_id=guardian.guardian_id,
        details_at=at,
    )


def _with_details(account: Account, guardian: Guardian | GuardianChanged, at: datetime) -> Account:
    """Name and address as told at ``at``, unless later news is known."""
    if account.details_at is not None and at < account.details_at:
        return account
    return replace(account, display_name=_display_name(guardian), email=guardian.email, details_at=at)


def _display_name(guardian: Guardian | GuardianChanged) -> str:
    return f"{guardian.first_name} {guardian.last_name}".strip()
