"""A ticket says since when somebody waits to log in: shown at the next try, it gives the place in the line back.

Only we can have made it, for one user name, and it opens nothing: no rule on guesses looks at it.
"""

import hmac
import re
from dataclasses import dataclass

from identity.domain.devices import Digest

_TICKET = re.compile(r"([A-Za-z0-9_-]{1,32})\.([0-9]{1,15})\.([0-9]{1,15})\.([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True)
class Place:
    """A place in the line, kept until ``expires_at`` for who first came at ``since``: real time, in milliseconds."""

    place_id: str
    since: int
    expires_at: int


def ticket_for(digest: Digest, user_name: str, place: Place) -> str:
    """What is given to who was put off. ``user_name`` is the commune's own."""
    return f"{place.place_id}.{place.since}.{place.expires_at}.{_signature(digest, user_name, place)}"


def place_of(digest: Digest, user_name: str, ticket: str | None) -> Place | None:
    """The place that a ticket was given for, or None when we did not give it for this user name."""
    form = _TICKET.fullmatch(ticket or "")
    if form is None:
        return None
    place = Place(form[1], int(form[2]), int(form[3]))
    right = hmac.compare_digest(form[4], _signature(digest, user_name, place))
    return place if right else None


def _signature(digest: Digest, user_name: str, place: Place) -> str:
    return digest(f"place\n{user_name}\n{place.place_id}\n{place.since}\n{place.expires_at}").hex()
