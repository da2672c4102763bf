"""Sending the mails that wait."""

from html import escape

import structlog
from sqlalchemy import select, text, update

from chassis.jobs import CommuneJob
from chassis.mail import Mailer, MailNotSentError
from chassis.runtime import Runtime
from chassis.tenants import Tenant
from communication.adapters.store import SEND_MAILS
from communication.adapters.tables import mail
from communication.domain.mails import MAX_ATTEMPTS, PORTAL_ADDRESS, retry_delay
from communication.entrypoints.settings import CommunicationSettings

_log = structlog.get_logger(__name__)
_BATCH = 50
_SENT = text("update mail set state = 'sent', sent_at = :now, attempts = attempts + 1 where mail_id = any(:ids)")

_receipt = mail.alias("receipt")
_overtaken = (mail.c.kind == "refusal") & (
    select(_receipt)
    .where(
        _receipt.c.kind == "receipt",
        _receipt.c.family_id == mail.c.family_id,
        (_receipt.c.mail_id > mail.c.mail_id) | (_receipt.c.payment_id == mail.c.payment_id),
    )
    .exists()
)
"""A refusal after which the family paid, this or anything else: it knows."""


async def send_waiting_mails(runtime: Runtime, tenant: Tenant) -> None:
    """Sends a commune's waiting mails, oldest first."""
    while await send_batch(runtime, tenant) == _BATCH:
        pass


async def send_batch(runtime: Runtime, tenant: Tenant) -> int:
    """Sends at most 50 mails of a commune; returns how many were due."""
    settings = runtime.settings
    assert isinstance(settings, CommunicationSettings)  # noqa: S101
    address = settings.public_url.format(hostname=tenant.hostname)
    now = runtime.clock.real_now()
    due = (
        select(mail, _overtaken.label("overtaken"))
        .where(mail.c.state == "waiting", mail.c.next_attempt_at <= now)
        .order_by(mail.c.mail_id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True, of=mail)
    )
    async with runtime.transaction(tenant.id) as transaction, Mailer(settings.smtp_url) as mailer:
        rows = (await transaction.connection.execute(due)).all()
        sent = []
        for row in rows:
            if row.overtaken:
                withdrawn = update(mail).where(mail.c.mail_id == row.mail_id).values(state="withdrawn")
                await transaction.connection.execute(withdrawn)
                continue
            try:
                await mailer.send(
                    sender_name=tenant.description.portal_title,
                    sender=settings.mail_sender,
                    recipient=row.recipient_email,
                    subject=row.subject,
                    body=row.body.replace(PORTAL_ADDRESS, address),
                    html=row.html.replace(PORTAL_ADDRESS, escape(address)) if row.html else None,
                    message_id=f"{row.mail_id}@{tenant.hostname}",
                )
            except MailNotSentError as error:
                attempts = row.attempts + 1
                _log.warning("mail_not_sent", mail_id=str(row.mail_id), attempts=attempts, error=str(error))
                outcome = {
                    "attempts": attempts,
                    "state": "failed" if attempts >= MAX_ATTEMPTS else "waiting",
                    "next_attempt_at": now + retry_delay(attempts),
                }
                await transaction.connection.execute(update(mail).where(mail.c.mail_id == row.mail_id).values(outcome))
            else:
                sent.append(row.mail_id)
        if sent:
            await transaction.connection.execute(_SENT, {"now": runtime.clock.now(), "ids": sent})
    return len(rows)


JOBS = [CommuneJob(SEND_MAILS, 30, send_waiting_mails)]
