"""Sends mails over SMTP."""

from email.message import EmailMessage
from urllib.parse import urlsplit

import aiosmtplib

from chassis.errors import TransientError


class MailNotSentError(TransientError):
    """The mail server was away or refused for now."""


class Mailer:
    """Sends one mail at a time. ``smtp_url`` is ``smtp://host:port``, or with ``user:password@`` and then STARTTLS."""

    def __init__(self, smtp_url: str) -> None:
        self._address = urlsplit(smtp_url)

    async def send(
        self, *, sender: str, recipient: str, subject: str, body: str, message_id: str, html: str | None = None
    ) -> None:
        """Sends. ``message_id`` is stable for a given message, so that a repeated sending can be recognised.

        Raises ``MailNotSentError``.
        """
        message = EmailMessage()
        message["From"] = sender
        message["To"] = recipient
        message["Subject"] = " ".join(subject.split())
        message["Message-ID"] = f"<{message_id}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        if html:
            message.add_alternative(html, subtype="html")
        try:
            await aiosmtplib.send(
                message,
                hostname=self._address.hostname or "127.0.0.1",
                port=self._address.port or 25,
                username=self._address.username,
                password=self._address.password,
                start_tls=None if self._address.username else False,
                timeout=20,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailNotSentError(type(error).__name__) from error
