"""Sending the mails that wait."""

from chassis.jobs import CommuneJob
from chassis.mail import Mailer
from chassis.runtime import Runtime
from chassis.settings import MailSettings
from chassis.tenants import Tenant
from communication.adapters.store import SEND_MAILS, SqlCommunicationStore
from communication.application.send_mail import send_next_mail


async def send_waiting_mails(runtime: Runtime, tenant: Tenant) -> None:
    """Sends a commune's waiting mails, oldest first."""
    settings, more = runtime.settings_as(MailSettings), True
    while more:
        async with runtime.transaction(tenant.id) as transaction:
            more = await send_next_mail(
                SqlCommunicationStore(transaction),
                Mailer(settings),
                portal_title=tenant.description.portal_title,
                portal_address=settings.portal_address(tenant.hostname),
                now=transaction.now(),
                real_now=runtime.clock.real_now(),
            )


JOBS = [CommuneJob(SEND_MAILS, 30, send_waiting_mails)]
