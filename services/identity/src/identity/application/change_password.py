"""Changes one's own password."""

from dataclasses import replace
from uuid import UUID

from identity.application.guard_attempts import AttemptGuard
from identity.application.issue_session import IssuedSession, add_refresh_token, issue_session
from identity.application.ports import Context, Store
from identity.domain.accounts import Account
from identity.domain.passwords import WeakPasswordError, WrongPasswordError, normalized, require_strong
from identity.domain.sessions import PREDECESSOR_GRACE, Session, SessionEndedError, rotate


async def change_password(
    context: Context, *, account_id: UUID, session_id: UUID, current: str, new: str, address: str
) -> IssuedSession:
    """The caller's session with new tokens; every other session of the account ends.

    Sent twice at once, the second sending finds its wish fulfilled and gets tokens too: a browser shows the answer to
    the second click only.

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
    changed = None
    if await context.hasher.verify(account.password_hash, current):
        changed = await _change(context, guard, account, session_id, new)
    return changed or await _confirm(context, guard, account_id, session_id, new)


async def _change(
    context: Context, guard: AttemptGuard, verified: Account, session_id: UUID, new: str
) -> IssuedSession | None:
    """None when the password was changed since it was verified."""
    new_hash = await context.hasher.hash(new)
    now = context.now()
    async with context.open_store() as store:
        stored, session = await _caller(context, store, verified.account_id, session_id)
        if stored.password_hash != verified.password_hash:
            return None
        account = replace(stored, password_hash=new_hash, must_change_password=False)
        await store.accounts.save(account)
        await guard.succeeded(store)
        await store.sessions.end_all(account.account_id, but=session_id)
        await store.resets.use(account.account_id)
        session = rotate(session, now)
        await store.sessions.save(session)
        refresh_token = await add_refresh_token(store, session)
    return await issue_session(context, account, session, refresh_token, now)


async def _confirm(
    context: Context, guard: AttemptGuard, account_id: UUID, session_id: UUID, new: str
) -> IssuedSession:
    """Tokens when this session has just been given this very password, by the form's first sending.

    Raises ``WrongPasswordError`` when not.
    """
    async with context.open_store() as store:
        seen, session = await _caller(context, store, account_id, session_id)
    just_rotated = context.now() - session.rotated_at <= PREDECESSOR_GRACE
    right = just_rotated and await context.hasher.verify(seen.password_hash, new)
    now = context.now()
    async with context.open_store() as store:
        account, session = await _caller(context, store, account_id, session_id)
        if not right or account.password_hash != seen.password_hash:
            raise WrongPasswordError
        await guard.succeeded(store)
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
