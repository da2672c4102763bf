"""The mails that left the portal, as the mail catcher shows them."""

from dataclasses import dataclass
from typing import Any

from driver.local_client import local_client
from driver.waiting import until


@dataclass(frozen=True)
class Mail:
    """A mail received."""

    subject: str
    text: str
    html: str | None
    recipients: tuple[str, ...]


class Mailbox:
    """Everyone's mails; asked for by recipient."""

    def __init__(self, url: str) -> None:
        self._client = local_client(url)

    def close(self) -> None:
        self._client.close()

    def mails(self, recipient: str, subject: str = "") -> list[Mail]:
        """Newest first; ``subject`` is a part of it."""
        found: list[dict[str, Any]] = (
            self._client.get("/api/mails", params={"to": recipient, "subject": subject}).raise_for_status().json()
        )
        return [Mail(mail["subject"], mail["text"] or "", mail["html"], tuple(mail["recipients"])) for mail in found]

    def wait_for(self, recipient: str, subject: str, *, count: int = 1, seconds: float = 30) -> list[Mail]:
        return until(lambda: self.mails(recipient, subject), lambda found: len(found) >= count, seconds=seconds)
