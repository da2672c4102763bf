"""Sending a mail that waits."""

from datetime import datetime

import structlog

from chassis.mail import MailImpossibleError, MailNotSentError
from communication.application.ports import CommunicationStore, MailSender, WaitingMail
from communication.domain.mails import MAX_ATTEMPTS, PORTAL_ADDRESS, retry_delay

_log = structlog.get_logger(__name__)


async def send_next_mail(
    store: CommunicationStore,
    sender: MailSender,
    *,
    portal_title: str,
    portal_address: str,
    now: datetime,
    real_now: datetime,
) -> bool:
    """Sends the oldest mail that is due; what the mail server refuses is put off. False when none is due.

    In a transaction of its own: a crash may repeat this mail and no other.
    """
    mail = await store.lock_due_mail(real_now)
    if mail is None:
        return False
    try:
        await sender.send(
            sender_name=portal_title,
            recipient=mail.recipient_email,
            subject=mail.subject,
            body=mail.body.replace(PORTAL_ADDRESS, portal_address),
            message_id=mail.mail_id,
        )
    except MailNotSentError as error:
        await _put_off(store, mail, real_now, str(error))
    except MailImpossibleError:
        _log.warning("mail_impossible", mail_id=str(mail.mail_id), reason="the address cannot be written")
        await store.set_mail_failed(mail.mail_id)
    else:
        await store.set_mail_sent(mail.mail_id, now)
    return True


async def _put_off(store: CommunicationStore, mail: WaitingMail, real_now: datetime, reason: str) -> None:
    attempts = mail.attempts + 1
    _log.warning("mail_not_sent", mail_id=str(mail.mail_id), attempts=attempts, reason=reason)
    if attempts >= MAX_ATTEMPTS:
        await store.set_mail_failed(mail.mail_id)
    else:
        await store.put_mail_off(mail.mail_id, real_now + retry_delay(attempts))
