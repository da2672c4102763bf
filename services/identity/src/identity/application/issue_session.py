"""Gives a session its tokens."""

from dataclasses import dataclass
from datetime import datetime

from chassis.authentication import Principal
from identity.application.ports import Context, Store
from identity.domain.accounts import Account
from identity.domain.sessions import ACCESS_LIFETIME, Session, draw_token, token_hash


@dataclass(frozen=True)
class IssuedSession:
    """A session as its owner receives it; the tokens are known to nobody else. Lifetimes in seconds.

    ``device`` is given when logging in, for the next login on the same device.
    """

    account: Account
    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    device: str | None = None


async def add_refresh_token(store: Store, session: Session) -> str:
    """A refresh token of the session's current generation."""
    token = draw_token()
    await store.sessions.add_token(session.session_id, token_hash(token), session.generation)
    return token


async def issue_session(
    context: Context, account: Account, session: Session, refresh_token: str, now: datetime
) -> IssuedSession:
    """Signs the access token. Call it outside transactions: signing keys may have to be read."""
    expires_at = min(now + ACCESS_LIFETIME, session.expires_at)
    principal = principal_of(context, account, session)
    access_token = await context.access_tokens.sign(principal, issued_at=now, expires_at=expires_at)
    return IssuedSession(
        account=account,
        access_token=access_token,
        expires_in=int((expires_at - now).total_seconds()),
        refresh_token=refresh_token,
        refresh_expires_in=int((session.expires_at - now).total_seconds()),
    )


def principal_of(context: Context, account: Account, session: Session) -> Principal:
    """Who the access token speaks for: nobody's role nor family before an own password is chosen."""
    limited = account.must_change_password
    return Principal(
        account_id=account.account_id,
        tenant_id=context.tenant_id,
        session_id=session.session_id,
        roles=frozenset() if limited else account.roles,
        family_id=None if limited else account.family_id,
        guardian_id=None if limited else account.guardian_id,
    )
