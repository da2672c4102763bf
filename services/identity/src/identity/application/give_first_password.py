"""Gives an account a password to start with, for a letter or the town hall's counter."""

from dataclasses import replace
from uuid import UUID

from chassis.authentication import ForbiddenError
from chassis.errors import NotFoundError
from identity.application.ports import Context, Store
from identity.domain.accounts import Account
from identity.domain.passwords import PasswordJustGivenError, draw_first_password, require_strong


async def give_first_password(
    context: Context, *, account_id: UUID, by: UUID, password: str | None, form: bytes | None
) -> tuple[str, str]:
    """User name and password, to be changed at the first login; the account's sessions end.

    The same form sent twice draws the same password: whichever letter is printed, it is the right one. ``by``: the
    account of who asks; staff accounts are for administrators.

    Raises ``NotFoundError``, ``ForbiddenError``, ``WeakPasswordError``, ``PasswordJustGivenError`` or ``BusyError``.
    """
    async with context.open_store() as store:
        seen = await _account(store, account_id, by)
    if password is None:
        password = draw_first_password(_seed(context, account_id, form))
    else:
        require_strong(password, user_name=seen.user_name, commune_names=context.commune_names)
    password_hash = await context.hasher.hash(password)
    async with context.open_store() as store:
        account = await _account(store, account_id, by)
        if account.password_hash == seen.password_hash:
            await store.accounts.save(replace(account, password_hash=password_hash, must_change_password=True))
            await store.sessions.end_all(account_id)
            await store.resets.use(account_id)
            return account.user_name, password
    if not await context.hasher.verify(account.password_hash, password):
        raise PasswordJustGivenError
    return account.user_name, password


def _seed(context: Context, account_id: UUID, form: bytes | None) -> bytes | None:
    return context.digest(f"first-password {account_id} {form.hex()}") if form else None


async def _account(store: Store, account_id: UUID, by: UUID) -> Account:
    account = await store.accounts.by_id(account_id, lock=True)
    if account is None or account.closed:
        raise NotFoundError
    if account.is_staff and not await _administers(store, by):
        raise ForbiddenError("Seul un administrateur donne un mot de passe à un agent.")
    return account


async def _administers(store: Store, account_id: UUID) -> bool:
    """The account says it, since a token may tell of a role for a quarter of an hour after it was taken away."""
    account = await store.accounts.by_id(account_id)
    return account is not None and account.administers
