"""Sessions and their rotating refresh tokens.

Every refresh makes a new generation of tokens. A token of the current generation is good; one of the generation
before is honoured for a moment, since two tabs refresh at once; anything older was stolen or copied and ends the
session.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from chassis.errors import DomainError

ACCESS_LIFETIME = timedelta(minutes=15)
REMEMBERED_LIFETIME = timedelta(days=30)
PLAIN_LIFETIME = timedelta(hours=12)
PREDECESSOR_GRACE = timedelta(seconds=30)


class SessionEndedError(DomainError):
    """The refresh token opens nothing any more."""

    slug = "session-ended"
    sentence = "Votre session est terminée. Connectez-vous de nouveau."


class Judgement(Enum):
    """What a refresh token is worth."""

    CURRENT = auto()
    PREDECESSOR = auto()
    REUSED = auto()
    OVER = auto()


@dataclass(frozen=True)
class Session:
    """A login on one device, until ``expires_at`` at the latest. Instants are real time."""

    session_id: UUID
    account_id: UUID
    expires_at: datetime
    generation: int
    rotated_at: datetime
    ended: bool = False


def open_session(session_id: UUID, account_id: UUID, *, remember: bool, now: datetime) -> Session:
    """A new session; ``remember`` makes it last."""
    lifetime = REMEMBERED_LIFETIME if remember else PLAIN_LIFETIME
    return Session(session_id, account_id, now + lifetime, generation=1, rotated_at=now)


def judge(session: Session, token_generation: int, now: datetime) -> Judgement:
    """What a token of ``token_generation`` is worth at ``now``."""
    if session.ended or now >= session.expires_at:
        return Judgement.OVER
    if token_generation == session.generation:
        return Judgement.CURRENT
    if token_generation == session.generation - 1 and now - session.rotated_at <= PREDECESSOR_GRACE:
        return Judgement.PREDECESSOR
    return Judgement.REUSED


def rotate(session: Session, now: datetime) -> Session:
    """The session with a new generation of tokens."""
    return replace(session, generation=session.generation + 1, rotated_at=now)


def draw_token() -> str:
    """An opaque secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is kept of a secret token: a plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
