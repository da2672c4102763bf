"""Creates or changes the account of someone of the town hall."""

from dataclasses import replace
from uuid import UUID

from chassis.authentication import ForbiddenError
from contracts.values import Role
from identity.application.announce_account import announce_account
from identity.application.ports import Store
from identity.domain.accounts import Account, NotStaffAccountError, OwnAccessError


async def save_staff_account(
    store: Store,
    *,
    account_id: UUID,
    by: UUID,
    user_name: str,
    display_name: str,
    email: str | None,
    roles: frozenset[Role],
    closed: bool,
) -> Account:
    """The account as saved; a new one has no password yet. What takes something away ends the account's sessions.

    ``by``: the account of who asks, which must be an administrator's still. It stays one, so that a commune that has an
    administrator always keeps one. Raises ``ForbiddenError``, ``OwnAccessError``, ``UserNameTakenError``, or
    ``NotStaffAccountError`` for a parent's account.
    """
    if by not in {administrator.account_id for administrator in await store.accounts.administrators()}:
        raise ForbiddenError("Votre compte n'est plus celui d'un administrateur de la commune.")
    known = await store.accounts.by_id(account_id, lock=True)
    if known is None:
        account = Account(account_id, user_name, display_name, email, roles, closed=closed)
        await store.accounts.add(account)
    elif not known.is_staff:
        raise NotStaffAccountError
    else:
        account = replace(
            known, user_name=user_name, display_name=display_name, email=email, roles=roles, closed=closed
        )
        if account == known:
            return known
        if account_id == by and not account.administers:
            raise OwnAccessError
        account = replace(account, version=known.version + 1)
        await store.accounts.save(account)
        if known.roles - roles or closed:
            await store.sessions.end_all(account_id)
    if not closed:
        await announce_account(store, account)
    return account
