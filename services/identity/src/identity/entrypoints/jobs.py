"""Scheduled work of identity."""

from chassis.jobs import AnyJob, CommuneJob, Job
from chassis.mail import Mailer
from chassis.runtime import Runtime
from chassis.tenants import Tenant
from identity.adapters.queries import remove_old
from identity.adapters.reset_mail import SmtpResetMailer
from identity.adapters.reset_store import RESET_MAILS
from identity.application.send_resets import send_resets
from identity.entrypoints.context import context_of, parts_of
from identity.entrypoints.settings import IdentitySettings


async def _send_resets(runtime: Runtime, tenant: Tenant) -> None:
    settings = runtime.settings_as(IdentitySettings)
    mailer = SmtpResetMailer(Mailer(settings), tenant.description, settings.portal_address(tenant.hostname))
    while await send_resets(context_of(runtime, tenant.description), mailer):
        pass


async def _replace_signing_keys(runtime: Runtime) -> None:
    keys, now = parts_of(runtime).keys, runtime.clock.real_now()
    await keys.jwks(now)
    await keys.replace_old(now)


async def _remove_old(runtime: Runtime, tenant: Tenant) -> None:
    async with runtime.transaction(tenant.id) as transaction:
        await remove_old(transaction.connection, runtime.clock.real_now())


JOBS: list[AnyJob] = [
    CommuneJob(RESET_MAILS, 30, _send_resets),
    Job("signing-keys", 3600, _replace_signing_keys),
    CommuneJob("remove-old", 3600, _remove_old),
]
"""The first run, when the service starts, makes the first signing key."""
