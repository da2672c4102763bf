"""Sets a new password with the secret of a mailed link."""

from dataclasses import replace

from identity.application.guard_attempts import AttemptGuard
from identity.application.ports import Context, Store
from identity.domain.accounts import Account
from identity.domain.passwords import require_strong
from identity.domain.resets import Reset, ResetExpiredError
from identity.domain.sessions import token_hash


async def reset_password(context: Context, *, token: str, new: str, address: str, form: bytes | None) -> None:
    """Ends the account's sessions and links. The same form sent again has nothing left to do.

    Raises ``ResetExpiredError``, ``WeakPasswordError`` or ``BusyError``.
    """
    async with context.open_store() as store:
        account = await _account(context, store, token, form)
    if account is None:
        return
    require_strong(new, user_name=account.user_name, commune_names=context.commune_names)
    new_hash = await context.hasher.hash(new)
    async with context.open_store() as store:
        account = await _account(context, store, token, form)
        if account is None:
            return
        await store.accounts.save(replace(account, password_hash=new_hash, must_change_password=False))
        await store.sessions.end_all(account.account_id)
        await store.resets.use(account.account_id, form)
        guard = AttemptGuard(context, account.user_name, address)
        await guard.succeeded(store)


async def _account(context: Context, store: Store, token: str, form: bytes | None) -> Account | None:
    """The account of a valid link, its row locked; None when this very form has used it.

    The link is read again under that lock, which every use takes.
    """
    reset = await _link(store, token)
    account = await store.accounts.by_id(reset.account_id, lock=True) if reset.account_id else None
    reset = await _link(store, token)
    if account is None or account.closed:
        raise ResetExpiredError
    if reset.used and form is not None and reset.used_with == form:
        return None
    if not reset.is_valid(context.now()):
        raise ResetExpiredError
    return account


async def _link(store: Store, token: str) -> Reset:
    reset = await store.resets.by_token(token_hash(token))
    if reset is None:
        raise ResetExpiredError
    return reset
