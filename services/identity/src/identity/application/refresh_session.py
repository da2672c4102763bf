"""Exchanges a refresh token for new tokens."""

import structlog

from identity.application.issue_session import IssuedSession, add_refresh_token, issue_session
from identity.application.ports import Context, Store
from identity.domain.accounts import Account
from identity.domain.sessions import Judgement, Session, SessionEndedError, judge, rotate, token_hash

_log = structlog.get_logger(__name__)


async def refresh_session(context: Context, refresh_token: str) -> IssuedSession:
    """The session with new tokens. Raises ``SessionEndedError``; a reused token has then ended its session."""
    async with context.open_store() as store:
        refreshed = await _refresh(context, store, refresh_token)
    if refreshed is None:
        raise SessionEndedError
    account, session, new_token = refreshed
    return await issue_session(context, account, session, new_token, context.now())


async def _refresh(context: Context, store: Store, token: str) -> tuple[Account, Session, str] | None:
    found = await store.sessions.by_token(token_hash(token))
    if found is None:
        return None
    session, generation = found
    now = context.now()
    match judge(session, generation, now):
        case Judgement.OVER:
            return None
        case Judgement.REUSED:
            _log.warning("session_ended_by_reuse", session_id=str(session.session_id))
            await store.sessions.end(session.session_id)
            return None
        case Judgement.CURRENT:
            session = rotate(session, now)
            await store.sessions.save(session)
        case Judgement.PREDECESSOR:
            pass
    account = await store.accounts.by_id(session.account_id)
    if account is None or account.closed:
        return None
    return account, session, await add_refresh_token(store, session)
