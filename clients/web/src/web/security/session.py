"""The session of a browser: tokens of the API, sealed in a cookie that tells the browser nothing."""

import secrets
import time
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import Response

from web.api.identity import Account, ApiSession
from web.security.seal import BrokenSealError, Sealer

SESSION_COOKIE = "__Host-session"
VISITOR_COOKIE = "__Host-visitor"
"""Holds nothing but a random value that ties the login form to the browser it was shown in."""
DEVICE_COOKIE = "__Host-device"
"""What identity gave to this device: attacks from elsewhere do not hold up its next login."""

_RENEW_BEFORE_SECONDS = 60
_ADMINISTRATOR = "administrator"
_BOOKKEEPING_ROLES = frozenset({"regisseur", _ADMINISTRATOR})
_SERVING_ROLES = frozenset({"agent", _ADMINISTRATOR})
_STAFF_ROLES = _BOOKKEEPING_ROLES | {"agent"}


class InvoicesBeingPaid(BaseModel):
    """A payment of invoices and which they are: the payment itself does not tell."""

    model_config = ConfigDict(frozen=True)

    payment_id: UUID
    invoice_ids: list[UUID]


class Session(BaseModel):
    """What the cookie holds. Instants are seconds since 1970, in real time."""

    model_config = ConfigDict(frozen=True)

    session_id: str
    """Drawn at login; forms are tied to it."""
    access_token: str
    access_expires_at: float
    refresh_token: str
    refresh_expires_at: float
    remember: bool
    must_change_password: bool
    account: Account
    paying: InvoicesBeingPaid | None = None
    """Chosen last, so that a refused payment can be tried again."""

    @classmethod
    def begin(cls, answer: ApiSession, *, remember: bool, now: float | None = None) -> Self:
        """A new session: nothing of an earlier one is kept."""
        return cls._from_answer(answer, secrets.token_urlsafe(18), remember, now)

    def renewed(self, answer: ApiSession, now: float | None = None) -> "Session":
        """The same session with fresh tokens; forms already open stay good."""
        session = Session._from_answer(answer, self.session_id, self.remember, now)
        return session.model_copy(update={"paying": self.paying})

    @classmethod
    def _from_answer(cls, answer: ApiSession, session_id: str, remember: bool, now: float | None) -> Self:
        instant = time.time() if now is None else now
        return cls(
            session_id=session_id,
            access_token=answer.access_token,
            access_expires_at=instant + answer.expires_in,
            refresh_token=answer.refresh_token,
            refresh_expires_at=instant + answer.refresh_expires_in,
            remember=remember,
            must_change_password=answer.must_change_password,
            account=answer.account,
        )

    def needs_renewal(self, now: float | None = None) -> bool:
        """Whether the access token ends within the minute."""
        return (time.time() if now is None else now) >= self.access_expires_at - _RENEW_BEFORE_SECONDS

    def has_ended(self, now: float | None = None) -> bool:
        """Whether it can no longer be renewed."""
        return (time.time() if now is None else now) >= self.refresh_expires_at

    @property
    def is_staff(self) -> bool:
        """Someone of the town hall."""
        return not _STAFF_ROLES.isdisjoint(self.account.roles)

    @property
    def serves_families(self) -> bool:
        """Books and announces for families that come to the town hall."""
        return not _SERVING_ROLES.isdisjoint(self.account.roles)

    @property
    def keeps_books(self) -> bool:
        """Answers for the régie's money: invoices, and sees that the books agree."""
        return not _BOOKKEEPING_ROLES.isdisjoint(self.account.roles)

    @property
    def administers(self) -> bool:
        """Sets the commune up, its contracts with banks included."""
        return _ADMINISTRATOR in self.account.roles


class SessionCookies:
    """Reads and writes the cookies. A session is sealed for one host: another commune's host cannot open it."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def read(self, cookie: str | None, host: str) -> Session | None:
        """The session of a cookie, or None when there is none, it has ended, or it is not ours."""
        if not cookie:
            return None
        try:
            session = Session.model_validate_json(self._sealer.open(cookie, _purpose(host)))
        except (BrokenSealError, ValidationError):
            return None
        return None if session.has_ended() else session

    def write(self, response: Response, session: Session, host: str) -> None:
        """Gives the session to the browser: until it is closed, or, when asked to remember, until it ends."""
        sealed = self._sealer.seal(session.model_dump_json().encode(), _purpose(host))
        lifetime = int(session.refresh_expires_at - time.time()) if session.remember else None
        set_private_cookie(response, SESSION_COOKIE, sealed, lifetime)


def set_private_cookie(response: Response, name: str, value: str, lifetime: int | None = None) -> None:
    """A cookie of this host only, out of reach of scripts and of other sites' requests."""
    response.set_cookie(name, value, max_age=lifetime, path="/", secure=True, httponly=True, samesite="lax")


def forget_session(response: Response) -> None:
    """Removes the session from the browser."""
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def _purpose(host: str) -> str:
    return f"{SESSION_COOKIE} {host.lower()}"
