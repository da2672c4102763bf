"""Scheduled work of identity."""

from chassis.jobs import Job
from chassis.runtime import Runtime
from identity.adapters.queries import remove_old
from identity.adapters.reset_mail import SmtpResetMailer
from identity.application.send_resets import send_resets
from identity.entrypoints.context import context_of, parts_of
from identity.settings import settings_of


async def _send_resets(runtime: Runtime) -> None:
    for tenant in await runtime.tenants.all():
        mailer = SmtpResetMailer(settings_of(runtime), tenant)
        await send_resets(context_of(runtime, tenant.description), mailer)


async def _replace_signing_keys(runtime: Runtime) -> None:
    keys, now = parts_of(runtime).keys, runtime.clock.real_now()
    await keys.jwks(now)
    await keys.replace_old(now)


async def _remove_old(runtime: Runtime) -> None:
    for tenant in await runtime.tenants.all():
        async with runtime.transaction(tenant.id) as transaction:
            await remove_old(transaction.connection, runtime.clock.real_now())


JOBS = [
    Job("reset-mails", 3, _send_resets),
    Job("signing-keys", 3600, _replace_signing_keys),
    Job("remove-old", 3600, _remove_old),
]
"""The first run, when the service starts, makes the first signing key."""
