"""Changes one's own password."""

from dataclasses import replace
from uuid import UUID

from identity.application.guard_attempts import AttemptGuard
from identity.application.issue_session import IssuedSession, add_refresh_token, issue_session
from identity.application.ports import Context, Store
from identity.domain.accounts import Account
from identity.domain.passwords import WeakPasswordError, WrongPasswordError, normalized, require_strong
from identity.domain.sessions import Session, SessionEndedError, rotate


async def change_password(
    context: Context, *, account_id: UUID, session_id: UUID, current: str, new: str, address: str
) -> IssuedSession:
    """The caller's session with new tokens; every other session of the account ends.

    Raises ``SessionEndedError``, ``WrongPasswordError``, ``WeakPasswordError``, ``TooManyAttemptsError`` or
    ``BusyError``.
    """
    if normalized(new) == normalized(current):
        raise WeakPasswordError("Le nouveau mot de passe doit être différent de l'actuel.")
    async with context.open_store() as store:
        account, _ = await _caller(context, store, account_id, session_id)
        require_strong(new, user_name=account.user_name, commune_names=context.commune_names)
        guard = AttemptGuard(context, account.user_name, address)
        await guard.begin(store)
    if not await context.hasher.verify(account.password_hash, current):
        raise WrongPasswordError
    new_hash = await context.hasher.hash(new)
    now = context.now()
    async with context.open_store() as store:
        stored, session = await _caller(context, store, account_id, session_id)
        if stored.password_hash != account.password_hash:
            raise WrongPasswordError  # changed meanwhile, in another tab
        account = replace(stored, password_hash=new_hash, must_change_password=False)
        await store.accounts.save(account)
        await guard.succeeded(store)
        await store.sessions.end_all(account_id, but=session_id)
        await store.resets.use(account_id)
        session = rotate(session, now)
        await store.sessions.save(session)
        refresh_token = await add_refresh_token(store, session)
    return await issue_session(context, account, session, refresh_token, now)


async def _caller(context: Context, store: Store, account_id: UUID, session_id: UUID) -> tuple[Account, Session]:
    """Account then session, in the order every use case locks them."""
    account = await store.accounts.by_id(account_id, lock=True)
    session = await store.sessions.by_id(session_id)
    if account is None or account.closed or session is None:
        raise SessionEndedError
    if session.ended or session.account_id != account_id or context.now() >= session.expires_at:
        raise SessionEndedError
    return account, session
