"""Joins the use cases with their adapters."""

from uuid import UUID

import structlog
from prometheus_client import Counter

from chassis.database import Transaction
from chassis.runtime import Runtime
from chassis.tenants import Tenant
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.adapters.store import SqlPaymentStore
from payment_gateway.application.judge_message import Times, judge_message
from payment_gateway.application.start_attempt import Portal
from payment_gateway.domain.judgement import Verdict
from payment_gateway.entrypoints.settings import PaymentGatewaySettings

_log = structlog.get_logger(__name__)

MESSAGES = Counter("portail_bank_messages_total", "Messages of banks judged", ["verdict"])
_ORDINARY = frozenset({Verdict.VALID, Verdict.DISPLAY_ONLY, Verdict.DUPLICATE, Verdict.LATE})


def store_of(runtime: Runtime, transaction: Transaction) -> SqlPaymentStore:
    """The store in a transaction."""
    return SqlPaymentStore(transaction, runtime.settings_as(PaymentGatewaySettings).secret_box)


def portal_of(runtime: Runtime, tenant: Tenant) -> Portal:
    """The commune as an attempt needs it."""
    settings = runtime.settings_as(PaymentGatewaySettings)
    browser, server = settings.portal_address(tenant.hostname), settings.callback_address(tenant.hostname)
    return Portal(tenant.slug, browser, server, tenant.description.contact.email)


async def judge_kept_message(runtime: Runtime, tenant_id: UUID, message_id: UUID) -> None:
    """Judges a message in a transaction of its own. A failure is logged: the job tries again."""
    try:
        async with runtime.transaction(tenant_id) as transaction:
            times = Times(transaction.now(), runtime.clock.real_now())
            verdict = await judge_message(store_of(runtime, transaction), PROTOCOLS, message_id, times)
    except Exception:
        _log.exception("bank_message_not_judged", bank_message=str(message_id))
        return
    if verdict:
        MESSAGES.labels(verdict).inc()
        log = _log.info if verdict in _ORDINARY else _log.warning
        log("bank_message_judged", bank_message=str(message_id), verdict=verdict)
