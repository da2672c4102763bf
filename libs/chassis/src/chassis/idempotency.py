"""A request with an ``Idempotency-Key`` has one effect, and one answer, however often it is sent."""

from dataclasses import dataclass
from uuid import UUID

from chassis.errors import DomainError


class IdempotencyInFlightError(DomainError):
    """The same key is being handled."""

    slug = "idempotency-in-flight"
    sentence = "Cette demande est déjà en cours. Attendez son résultat."


class IdempotencyMismatchError(DomainError):
    """The key was used for another request."""

    slug = "idempotency-mismatch"
    sentence = "Cette clé a déjà servi pour une autre demande."


@dataclass(frozen=True)
class KeyedRequest:
    """A request with a key: ``request_hash`` tells it from another with the same one."""

    account_id: UUID
    key: str
    request_hash: bytes


REPLAYED = {"Idempotent-Replay": "true"}
"""Of an answer that was kept."""
