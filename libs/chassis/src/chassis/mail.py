"""Sends mails over SMTP."""

from email.message import EmailMessage
from email.utils import formataddr
from urllib.parse import urlsplit
from uuid import UUID

import aiosmtplib

from chassis.errors import TransientError
from chassis.settings import MailSettings


class MailNotSentError(TransientError):
    """The mail server was away or refused for now."""


class MailImpossibleError(Exception):
    """The mail can never be written: an address that is none."""


class Mailer:
    """Sends one mail at a time. ``smtp_url`` is ``smtp://host:port``, or with ``user:password@`` and then STARTTLS."""

    def __init__(self, settings: MailSettings) -> None:
        self._address = urlsplit(settings.smtp_url)
        self._sender = settings.mail_sender

    async def send(self, *, sender_name: str, recipient: str, subject: str, body: str, message_id: UUID) -> None:
        """Sends. ``message_id`` is stable for a given message, so that a repeated sending can be recognised.

        Raises ``MailNotSentError`` or ``MailImpossibleError``.
        """
        try:
            message = self._write(sender_name, recipient, subject, body, message_id)
        except ValueError as error:
            raise MailImpossibleError from error
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

    def _write(self, sender_name: str, recipient: str, subject: str, body: str, message_id: UUID) -> EmailMessage:
        message = EmailMessage()
        message["From"] = formataddr((sender_name, self._sender))
        message["To"] = recipient
        message["Subject"] = " ".join(subject.split())
        message["Message-ID"] = f"<{message_id}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        return message
