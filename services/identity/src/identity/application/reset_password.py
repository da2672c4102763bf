"""Sets a new password with the secret of a mailed link."""

from dataclasses import replace
from uuid import UUID

from identity.application.guard_attempts import AttemptGuard
from identity.application.ports import Context, Store
from identity.domain.accounts import Account
from identity.domain.passwords import require_strong
from identity.domain.resets import ResetExpiredError
from identity.domain.sessions import token_hash


async def reset_password(context: Context, *, token: str, new: str, address: str) -> None:
    """Ends the account's sessions and links. Raises ``ResetExpiredError``, ``WeakPasswordError`` or ``BusyError``."""
    async with context.open_store() as store:
        account = await _account(context, store, token)
    require_strong(new, user_name=account.user_name, commune_names=context.commune_names)
    new_hash = await context.hasher.hash(new)
    async with context.open_store() as store:
        account = await _account(context, store, token)
        await store.accounts.save(replace(account, password_hash=new_hash, must_change_password=False))
        await store.sessions.end_all(account.account_id)
        await store.resets.use(account.account_id)
        guard = AttemptGuard(context, account.user_name, address)
        await guard.succeeded(store)


async def _account(context: Context, store: Store, token: str) -> Account:
    """The account of a valid link, its row locked. The link is read again under that lock, which every use takes."""
    account_id = await _valid_link(context, store, token)
    account = await store.accounts.by_id(account_id, lock=True)
    await _valid_link(context, store, token)
    if account is None or account.closed:
        raise ResetExpiredError
    return account


async def _valid_link(context: Context, store: Store, token: str) -> UUID:
    reset = await store.resets.by_token(token_hash(token))
    if reset is None or reset.account_id is None or not reset.is_valid(context.now()):
        raise ResetExpiredError
    return reset.account_id
