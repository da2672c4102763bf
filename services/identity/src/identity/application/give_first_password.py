"""Gives an account a password to start with, for a letter or the town hall's counter."""

from dataclasses import replace
from uuid import UUID

from chassis.authentication import ForbiddenError
from chassis.errors import NotFoundError
from contracts.values import Role
from identity.application.ports import Context, Store
from identity.domain.accounts import Account
from identity.domain.passwords import draw_first_password, require_strong


async def give_first_password(
    context: Context, *, account_id: UUID, by: frozenset[Role], password: str | None
) -> tuple[str, str]:
    """User name and password, to be changed at the first login; the account's sessions end.

    Staff accounts are for administrators. Raises ``NotFoundError``, ``ForbiddenError``, ``WeakPasswordError`` or
    ``BusyError``.
    """
    async with context.open_store() as store:
        account = await _account(store, account_id, by)
    if password is None:
        password = draw_first_password()
    else:
        require_strong(password, user_name=account.user_name, commune_names=context.commune_names)
    password_hash = await context.hasher.hash(password)
    async with context.open_store() as store:
        account = await _account(store, account_id, by)
        await store.accounts.save(replace(account, password_hash=password_hash, must_change_password=True))
        await store.sessions.end_all(account_id)
        await store.resets.use(account_id)
    return account.user_name, password


async def _account(store: Store, account_id: UUID, by: frozenset[Role]) -> Account:
    account = await store.accounts.by_id(account_id, lock=True)
    if account is None or account.closed:
        raise NotFoundError
    if account.is_staff and Role.ADMINISTRATOR not in by:
        raise ForbiddenError("Seul un administrateur donne un mot de passe à un agent.")
    return account
