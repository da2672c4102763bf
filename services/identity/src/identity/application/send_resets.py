"""Resolves requests for a reset and sends their mails.

The link's secret is drawn just before a mail leaves and kept as a hash only: a mail that has to be sent again carries
a new link. One request may concern several accounts, when parents share a mail address.
"""

from dataclasses import replace
from datetime import timedelta

import structlog

from chassis.ids import new_id
from chassis.mail import MailNotSentError
from identity.application.ports import Context, ResetMailer, Store
from identity.domain.accounts import Account
from identity.domain.resets import LINK_LIFETIME, MAILS_PER_HOUR, SENDING_LIFETIME, Reset, retry_delay
from identity.domain.sessions import draw_token, token_hash
from identity.domain.user_names import fold

_log = structlog.get_logger(__name__)


async def send_resets(context: Context, mailer: ResetMailer) -> int:
    """Sends some of what is due; what the mail server refuses is put off. Returns how many requests were due."""
    async with context.open_store() as store:
        due = await store.resets.due(context.now())
    for request in due:
        async with context.open_store() as store:
            resolved = await _resolve(context, store, request)
        for reset, account in resolved:
            await _send(context, mailer, reset, account)
    return len(due)


async def _resolve(context: Context, store: Store, reset: Reset) -> list[tuple[Reset, Account]]:
    """The request with its account; further accounts get requests of their own."""
    pairs = []
    for index, account in enumerate(await _accounts(store, reset)):
        own = replace(reset, account_id=account.account_id)
        if index > 0:
            own = replace(own, reset_id=new_id(), asked_with=None)
            await store.resets.add(own)
        if await _may_be_sent(context, store, own):
            pairs.append((own, account))
        else:
            await store.resets.close(own.reset_id, sent_at=None)
    if not pairs:
        await store.resets.close(reset.reset_id, sent_at=None)
    return pairs


async def _accounts(store: Store, reset: Reset) -> list[Account]:
    if reset.account_id:
        account = await store.accounts.by_id(reset.account_id)
        found = [account] if account else []
    else:
        name = reset.requested_name or ""
        account = await store.accounts.by_user_name(fold(name))
        found = [account] if account else await store.accounts.by_email(name.strip())
    return [account for account in found if account.email and not account.closed]


async def _may_be_sent(context: Context, store: Store, reset: Reset) -> bool:
    now = context.now()
    if reset.account_id is None or now - reset.requested_at > SENDING_LIFETIME:
        return False
    return await store.resets.sent_since(reset.account_id, now - timedelta(hours=1)) < MAILS_PER_HOUR


async def _send(context: Context, mailer: ResetMailer, reset: Reset, account: Account) -> None:
    token, now = draw_token(), context.now()
    attempt = replace(reset, expires_at=now + LINK_LIFETIME, sendings=reset.sendings + 1)
    async with context.open_store() as store:
        await store.resets.prepare(attempt, token_hash(token), now + retry_delay(attempt.sendings))
    try:
        await mailer.send(account, reset.reset_id, token)
    except MailNotSentError as error:
        _log.warning("reset_mail_waits", reset_id=str(reset.reset_id), reason=str(error))
        return
    except ValueError:
        _log.warning("reset_mail_impossible", reset_id=str(reset.reset_id), reason="the address cannot be written")
        async with context.open_store() as store:
            await store.resets.close(reset.reset_id, sent_at=None)
        return
    async with context.open_store() as store:
        await store.resets.close(reset.reset_id, sent_at=context.now())
