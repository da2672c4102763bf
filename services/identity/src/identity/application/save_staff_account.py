"""Creates or changes the account of someone of the town hall."""

from dataclasses import replace
from uuid import UUID

from contracts.values import Role
from identity.application.announce_account import announce_account
from identity.application.ports import Store
from identity.domain.accounts import Account, NotStaffAccountError


async def save_staff_account(
    store: Store, *, account_id: UUID, user_name: str, display_name: str, email: str | None, roles: frozenset[Role]
) -> Account:
    """The account as saved; a new one has no password yet.

    Raises ``UserNameTakenError``, or ``NotStaffAccountError`` for a parent's account.
    """
    known = await store.accounts.by_id(account_id, lock=True)
    if known is None:
        account = Account(account_id, user_name, display_name, email, roles)
        await store.accounts.add(account)
        await announce_account(store, account)
        return account
    if not known.is_staff:
        raise NotStaffAccountError
    account = replace(known, user_name=user_name, display_name=display_name, email=email, roles=roles)
    if account != known:
        account = replace(account, version=known.version + 1)
        await store.accounts.save(account)
        await announce_account(store, account)
    return account
