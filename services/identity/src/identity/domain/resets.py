"""Resets of forgotten passwords, by a link sent to the account's mail address."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.errors import DomainError

LINK_LIFETIME = timedelta(hours=1)
SENDING_LIFETIME = timedelta(hours=24)
"""How long a mail server that is away is waited for."""
MAILS_PER_HOUR = 3
"""Mails one account is sent in an hour, however often they are asked for."""
_LONGEST_RETRY = timedelta(minutes=10)


class ResetExpiredError(DomainError):
    """The link was used, replaced or is too old."""

    slug = "reset-expired"
    sentence = "Ce lien n'est plus valable: il sert une seule fois, pendant une heure. Demandez-en un nouveau."


@dataclass(frozen=True)
class Reset:
    """A request to reset. ``account_id`` is None until the request is resolved, outside the asking request.

    ``asked_with`` and ``used_with`` are digests of the forms that asked for it and that used its link.
    """

    reset_id: UUID
    requested_name: str | None
    requested_at: datetime
    account_id: UUID | None = None
    expires_at: datetime | None = None
    used: bool = False
    sendings: int = 0
    asked_with: bytes | None = None
    used_with: bytes | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether its link still changes the password."""
        return not self.used and self.expires_at is not None and now < self.expires_at


def retry_delay(sendings: int) -> timedelta:
    """How long to wait after ``sendings`` sendings failed."""
    factor: int = 2 ** min(sendings - 1, 20)
    return min(timedelta(seconds=5) * factor, _LONGEST_RETRY)
