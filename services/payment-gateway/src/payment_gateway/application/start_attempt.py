"""A family leaves for the bank's page.

Some banks must be told beforehand, over the network. The attempt is therefore written down and committed first, then
the bank is spoken to with no transaction open, then its own name for the attempt is written down. A crash in between
leaves an attempt that never left: nobody can pay it, and it ends by itself. The payment is under way only once the
family can leave.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError, NotFoundError
from chassis.ids import new_id
from payment_gateway.application.bank_port import Addresses, BankUnavailableError, Departure, PaymentOrder, Protocols
from payment_gateway.application.ports import Attempt, PaymentStore, Stores
from payment_gateway.domain.payment import AttemptInProgressError, NoMerchantContractError, Payment, PaymentStatus
from payment_gateway.domain.schedule import next_question


@dataclass(frozen=True)
class Portal:
    """The commune's side of a payment. ``browser`` and ``server`` are the base addresses where the payer comes back
    and where the bank's server writes; ``town_hall_email`` takes the receipt of a payer without e-mail.
    """

    slug: str
    browser: str
    server: str
    town_hall_email: str


async def start_attempt(
    stores: Stores,
    protocols: Protocols,
    *,
    payment_id: UUID,
    family_id: UUID,
    attempt_id: UUID,
    confirmed: bool,
    portal: Portal,
    real_now: datetime,
) -> tuple[UUID, Departure]:
    """Opens an attempt. Returns its id and how to leave.

    ``attempt_id`` asked for again is the same attempt: a click or a request made twice leaves once. While another one
    may still succeed the family must have ``confirmed`` that it wants to risk paying twice.
    Raises ``AttemptInProgressError``,
    ``NotFoundError``, ``PaymentAlreadyPaidError``, ``PaymentClosedError``, ``NoMerchantContractError``,
    ``PaymentMisconfiguredError``, ``BankUnavailableError``.
    """
    async with stores() as store:
        payment = await store.locked_payment(payment_id)
        if payment is None or payment.family_id != family_id:
            raise NotFoundError
        payment.check_can_start()
        attempt = await store.attempt(attempt_id)
        opens = attempt is None or attempt.status is not PaymentStatus.IN_PROGRESS
        if attempt is not None and attempt.status is not PaymentStatus.IN_PROGRESS:
            attempt, attempt_id = None, new_id()  # it never left: the bank did not answer
        if attempt is None:
            if not confirmed and await store.has_open_attempt(payment):
                raise AttemptInProgressError
            attempt = await _open(store, protocols, payment, attempt_id, real_now)
        order = await _order(store, protocols, payment, attempt, portal)
    protocol, terms = protocols[attempt.contract.protocol], attempt.contract.terms
    try:
        departure = await protocol.start(terms, order)
        async with stores() as store:
            handle = await _leave(store, attempt, departure, expires_at=real_now + protocol.patience(terms))
        if handle != departure.handle:  # the same attempt, begun twice at once: both leave for the first one's page
            departure = await protocol.start(terms, replace(order, handle=handle))
    except DomainError:
        if opens:
            async with stores() as store:
                await _give_up(store, attempt, real_now)
        raise
    return attempt.attempt_id, departure


async def _give_up(store: PaymentStore, attempt: Attempt, real_now: datetime) -> None:
    """Nobody left for the bank. The same click made twice may have left by the other request: then all goes on."""
    await store.locked_payment(attempt.payment_id)
    known = await store.attempt(attempt.attempt_id)
    if known and known.status is PaymentStatus.IN_PROGRESS and known.handle is None:
        await store.set_attempt_status(attempt.attempt_id, PaymentStatus.CANCELLED)
        await store.set_next_question(attempt.attempt_id, None, asked_at=real_now)


async def _leave(store: PaymentStore, attempt: Attempt, departure: Departure, *, expires_at: datetime) -> str | None:
    """The payment is under way, unless it was paid while the bank was spoken to. Returns the handle kept first.

    Where the other request of the same click found the bank away, the attempt is over: raises
    ``BankUnavailableError``.
    """
    payment, known = await store.locked_payment(attempt.payment_id), await store.attempt(attempt.attempt_id)
    if payment is None or known is None:
        raise NotFoundError
    payment.check_can_start()
    if known.status is not PaymentStatus.IN_PROGRESS:
        raise BankUnavailableError
    await store.save_payment(payment.start(expires_at))
    return await store.keep_handle(attempt.attempt_id, departure.handle)


async def _open(
    store: PaymentStore, protocols: Protocols, payment: Payment, attempt_id: UUID, real_now: datetime
) -> Attempt:
    contract = await store.current_contract(payment.regie_id)
    if contract is None:
        raise NoMerchantContractError
    protocol = protocols[contract.protocol]
    attempt = Attempt(
        attempt_id=attempt_id,
        payment_id=payment.payment_id,
        number=await store.count_attempts(payment.payment_id) + 1,
        is_latest=True,
        status=PaymentStatus.IN_PROGRESS,
        amount_cents=payment.amount_cents,
        reference=protocol.reference(payment, attempt_id),
        handle=None,
        started_at=real_now,
        contract=contract,
    )
    first_question = next_question(real_now, 0, real_now) if protocol.can_ask(contract.terms) else None
    await store.add_attempt(attempt, first_question)
    return attempt


async def _order(
    store: PaymentStore, protocols: Protocols, payment: Payment, attempt: Attempt, portal: Portal
) -> PaymentOrder:
    contract, number = attempt.contract, None
    if protocols[contract.protocol].needs_daily_number:
        number = await store.next_daily_number(contract, attempt.started_at.date())
    return PaymentOrder(
        reference=attempt.reference,
        amount_cents=payment.amount_cents,
        label=payment.label,
        article_count=payment.article_count,
        payer=await store.payer_of(payment.payment_id),
        town_hall_email=portal.town_hall_email,
        addresses=Addresses(portal.browser, portal.server, f"{contract.protocol}/{portal.slug}/{attempt.attempt_id}"),
        real_now=attempt.started_at,
        daily_number=number,
        handle=attempt.handle,
    )
