"""Joins the use cases with their adapters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from prometheus_client import Counter

from chassis.database import Transaction
from chassis.runtime import Runtime
from chassis.secrets import SecretBox
from chassis.tenants import Tenant
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.adapters.store import SqlPaymentStore
from payment_gateway.application.ask_bank import ask_bank, numbered_question, take_answer
from payment_gateway.application.bank_port import Answer, BankUnavailableError, RefundImpossibleError, RefundOutcome
from payment_gateway.application.make_refund import read_try, speak_to_bank, take_outcome
from payment_gateway.application.ports import Stores, Times
from payment_gateway.application.start_attempt import Portal
from payment_gateway.domain.judgement import Verdict
from payment_gateway.entrypoints.settings import PaymentGatewaySettings

_log = structlog.get_logger(__name__)

MESSAGES = Counter("portail_bank_messages_total", "Messages of banks judged", ["verdict"])
QUESTIONS = Counter("portail_bank_questions_total", "Questions asked to banks", ["outcome"])
REFUNDS = Counter("portail_refund_tries_total", "Tries to refund through a bank", ["outcome"])
_ORDINARY = frozenset({Verdict.VALID, Verdict.DISPLAY_ONLY, Verdict.HINT, Verdict.DUPLICATE, Verdict.LATE})


def settings_of(runtime: Runtime) -> PaymentGatewaySettings:
    """The service's own settings."""
    settings = runtime.settings
    assert isinstance(settings, PaymentGatewaySettings)  # noqa: S101
    return settings


def box_of(runtime: Runtime) -> SecretBox:
    """Opens the contracts' secrets."""
    return settings_of(runtime).secret_box


def store_of(runtime: Runtime, transaction: Transaction) -> SqlPaymentStore:
    """The store in a transaction."""
    return SqlPaymentStore(transaction, box_of(runtime))


def times_of(runtime: Runtime) -> Times:
    """The business instant and the real one."""
    return Times(runtime.clock.now(), runtime.clock.real_now())


async def reseal_contracts(runtime: Runtime, tenant: Tenant) -> int:
    """Seals the secrets of a commune's contracts, past ones included, under the present key."""
    async with runtime.transaction(tenant.id) as transaction:
        return await store_of(runtime, transaction).reseal_secrets()


def stores_of(runtime: Runtime, tenant_id: UUID) -> Stores:
    """Opens the store of a commune, each time in a transaction of its own."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[SqlPaymentStore]:
        async with runtime.transaction(tenant_id) as transaction:
            yield store_of(runtime, transaction)

    return opened


def public_address(runtime: Runtime, tenant: Tenant) -> str:
    """The commune's address for browsers, without a trailing slash."""
    return runtime.settings.public_url.format(hostname=tenant.hostname).rstrip("/")


def portal_of(runtime: Runtime, tenant: Tenant) -> Portal:
    """The commune as an attempt needs it."""
    browser = public_address(runtime, tenant)
    callback = settings_of(runtime).callback_url
    server = callback.format(hostname=tenant.hostname).rstrip("/") if callback else browser
    return Portal(tenant.slug, browser, server, tenant.description.contact.email)


async def ask_about(runtime: Runtime, tenant_id: UUID, attempt_id: UUID) -> None:
    """Asks a bank about an attempt and takes its answer. A failure is logged: the next question is due already."""
    try:
        async with runtime.transaction(tenant_id) as transaction:
            store = store_of(runtime, transaction)
            attempt = await store.attempt(attempt_id)
            if attempt is None:
                raise LookupError(f"attempt {attempt_id} is gone")
            question = await numbered_question(store, PROTOCOLS, attempt, runtime.clock.real_now())
        answer = await ask_bank(PROTOCOLS, attempt, question)
        async with runtime.transaction(tenant_id) as transaction:
            times = Times(transaction.now(), runtime.clock.real_now())
            verdicts = await take_answer(store_of(runtime, transaction), attempt, answer, times)
    except BankUnavailableError:
        QUESTIONS.labels("unavailable").inc()
        _log.warning("bank_unavailable", attempt=str(attempt_id))
        return
    except Exception:
        QUESTIONS.labels("failed").inc()
        _log.exception("bank_answer_not_taken", attempt=str(attempt_id))
        return
    QUESTIONS.labels("answered").inc()
    for verdict in verdicts:
        count_verdict(verdict, attempt=str(attempt_id))


async def try_refund(runtime: Runtime, tenant_id: UUID, refund_id: UUID) -> None:
    """Speaks to a bank about a refund and takes its answer. A failure is logged: the next try is due already."""
    real_now = runtime.clock.real_now()
    said: RefundOutcome | Answer | RefundImpossibleError | None
    try:
        async with runtime.transaction(tenant_id) as transaction:
            trial = await read_try(store_of(runtime, transaction), refund_id)
        if trial is None:
            return
        try:
            said = await speak_to_bank(PROTOCOLS, trial, real_now)
        except RefundImpossibleError as impossible:
            said = impossible
        async with runtime.transaction(tenant_id) as transaction:
            times = Times(transaction.now(), runtime.clock.real_now())
            await take_outcome(store_of(runtime, transaction), PROTOCOLS, trial, said, times)
    except BankUnavailableError:
        REFUNDS.labels("unavailable").inc()
        _log.warning("refund_outcome_unknown", refund=str(refund_id))
    except Exception:
        REFUNDS.labels("failed").inc()
        _log.exception("refund_outcome_not_taken", refund=str(refund_id))
    else:
        REFUNDS.labels("answered").inc()


def count_verdict(verdict: Verdict, **about: str) -> None:
    """Measures and logs what a message was found to be."""
    MESSAGES.labels(verdict).inc()
    log = _log.info if verdict in _ORDINARY else _log.warning
    log("bank_message_judged", verdict=verdict, **about)
