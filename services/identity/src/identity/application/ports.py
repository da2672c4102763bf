"""What the use cases need from outside."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.authentication import Principal
from chassis.clock import Clock
from chassis.errors import DomainError
from contracts.event import Event
from contracts.events import TenantRegistered
from identity.domain.accounts import Account
from identity.domain.resets import Reset
from identity.domain.sessions import Session
from identity.domain.throttling import Kind, Tally, spoken
from identity.domain.tickets import Place


class BusyError(DomainError):
    """Too many passwords are being verified at this moment: to be tried again after ``retry_after`` seconds.

    ``rank`` is the caller's in the line, 0 where there is none, which comes in about ``expected`` seconds; ``place`` is
    what is kept of it.
    """

    slug = "busy"
    sentence = "Beaucoup de familles se connectent en ce moment. Réessayez dans quelques secondes."

    def __init__(self, rank: int = 0, retry_after: int = 5, expected: int = 0) -> None:
        told = (
            f"Beaucoup de familles se connectent en ce moment. Vous êtes à la {_ordinal(rank)} place et votre tour"
            f" vient dans {spoken(expected)} environ. Gardez cette page et réessayez dans {spoken(retry_after)}."
        )
        ranked = {"rank": rank, "expected_seconds": expected} if rank else {}
        super().__init__(told if rank else None, retry_after=retry_after, **ranked)
        self.place: Place | None = None


def _ordinal(rank: int) -> str:
    return "1re" if rank == 1 else f"{rank}e"


class AccountStore(Protocol):
    """Accounts of one commune."""

    async def by_id(self, account_id: UUID, *, lock: bool = False) -> Account | None:
        """The account, its row locked when asked."""
        ...

    async def by_user_name(self, user_name: str) -> Account | None:
        """The account of a folded user name."""
        ...

    async def by_guardian(self, guardian_id: UUID) -> Account | None:
        """The account of a guardian, its row locked."""
        ...

    async def by_email(self, email: str) -> list[Account]:
        """Accounts of a mail address, whatever its case; a few at most."""
        ...

    async def administrators(self) -> list[Account]:
        """The accounts that administer the commune, their rows locked in one order: no two take each other away."""
        ...

    async def of_family(self, family_id: UUID) -> list[Account]:
        """Accounts of a family, their rows locked."""
        ...

    async def user_names_like(self, wanted: str) -> set[str]:
        """User names that begin like this; no other is drawn in the commune until the transaction ends."""
        ...

    async def add(self, account: Account) -> None:
        """A new account. Raises ``UserNameTakenError``."""
        ...

    async def save(self, account: Account) -> None:
        """The new state of an account whose row is locked. Raises ``UserNameTakenError``."""
        ...

    async def is_newer_family(self, family_id: UUID, version: int) -> bool:
        """Notes a version of a family's file, its row locked; False when a newer one or the same is known."""
        ...


class SessionStore(Protocol):
    """Sessions and the hashes of their refresh tokens."""

    async def by_id(self, session_id: UUID) -> Session | None:
        """The session, its row locked."""
        ...

    async def by_token(self, token_hash: bytes) -> tuple[Session, int] | None:
        """The session of a refresh token, its row locked, and the token's generation."""
        ...

    async def add(self, session: Session) -> None:
        """A new session."""
        ...

    async def save(self, session: Session) -> None:
        """The new state of a session whose row is locked."""
        ...

    async def add_token(self, session_id: UUID, token_hash: bytes, generation: int) -> None:
        """A refresh token of a session."""
        ...

    async def end(self, session_id: UUID) -> None:
        """Ends a session, if it is there."""
        ...

    async def end_all(self, account_id: UUID, *, but: UUID | None = None) -> None:
        """Ends the sessions of an account."""
        ...


@dataclass(frozen=True)
class AttemptKey:
    """What a tally belongs to. Names and addresses are kept as keyed digests only."""

    kind: Kind
    digest: bytes


class AttemptStore(Protocol):
    """Tallies of failed attempts, shared by every process."""

    async def lock(self, keys: Sequence[AttemptKey], now: datetime) -> dict[AttemptKey, Tally]:
        """The tallies, made when there are none, their rows locked."""
        ...

    async def save(self, tallies: Mapping[AttemptKey, Tally]) -> None:
        """The new state of locked tallies."""
        ...


class ResetStore(Protocol):
    """Requests to reset passwords."""

    async def add(self, reset: Reset) -> None:
        """A new request, to be sent as soon as possible; the same form sent twice makes one."""
        ...

    async def by_token(self, token_hash: bytes) -> Reset | None:
        """The request of a link."""
        ...

    async def use(self, account_id: UUID, form: bytes | None = None) -> None:
        """Ends every link of an account; ``form`` is the one that used one of them."""
        ...

    async def due(self, now: datetime) -> list[Reset]:
        """Requests whose mail is to be sent, oldest first; a few at a time."""
        ...

    async def sent_since(self, account_id: UUID, since: datetime) -> int:
        """How many mails an account was sent."""
        ...

    async def prepare(self, reset: Reset, token_hash: bytes, next_try_at: datetime) -> None:
        """Keeps the account and the link's hash before the mail leaves, and when to try again if it does not."""
        ...

    async def close(self, reset_id: UUID, *, sent_at: datetime | None) -> None:
        """No mail is to be sent any more: it was, or never will be. Forgets the name that was typed."""
        ...


class CommuneStore(Protocol):
    """The registry of communes, which identity owns."""

    async def locked(self, tenant_id: UUID) -> tuple[TenantRegistered, int] | None:
        """A commune and its version; the registry is locked until the transaction ends."""
        ...

    async def conflicts(self, description: TenantRegistered) -> tuple[bool, list[str]]:
        """Whether another commune has the slug, and which of the host names others have."""
        ...

    async def save(self, description: TenantRegistered, version: int) -> None:
        """The new description of a commune."""
        ...


class Store(Protocol):
    """One transaction of one commune."""

    accounts: AccountStore
    sessions: SessionStore
    attempts: AttemptStore
    resets: ResetStore
    communes: CommuneStore

    async def publish(self, event: Event, *, sequence: int) -> None:
        """Publishes an event if and only if the transaction commits."""
        ...


@dataclass(frozen=True)
class Caller:
    """Who makes us work: ``known`` when the account logged in on this device before.

    ``place`` is the one in the line that was kept since an earlier try.
    """

    address: str
    known: bool
    place: Place | None = None


class PasswordHasher(Protocol):
    """Slow hashes, never on the event loop. Every method raises ``BusyError`` rather than wait for long."""

    async def hash(self, password: str) -> str:
        """The hash to keep of a password."""
        ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right. Without hash the same work is done, and the answer is no."""
        ...


class AccessTokens(Protocol):
    """Signs access tokens."""

    async def sign(self, principal: Principal, *, issued_at: datetime, expires_at: datetime) -> str:
        """The token of a principal."""
        ...


class ResetMailer(Protocol):
    """Sends the mail with the link. Raises ``MailNotSentError``."""

    async def send(self, account: Account, reset_id: UUID, token: str) -> None:
        """One mail to the account's address."""
        ...


@dataclass(frozen=True)
class Context:
    """What the use cases of one commune work with.

    ``open_store`` opens a transaction; use cases that verify passwords open several short ones, so that no connection
    is held while a hash is computed. ``turn`` holds back a rush of logins, with ``BusyError``. ``digest`` is keyed.
    Only real time is used here.
    """

    tenant_id: UUID
    commune_names: tuple[str, ...]
    open_store: Callable[[], AbstractAsyncContextManager[Store]]
    turn: Callable[[Caller], AbstractAsyncContextManager[None]]
    hasher: PasswordHasher
    access_tokens: AccessTokens
    digest: Callable[[str], bytes]
    clock: Clock

    def now(self) -> datetime:
        """Real instant."""
        return self.clock.real_now()
