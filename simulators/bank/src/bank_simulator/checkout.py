"""The course of a payment: cards tried, 3-D Secure, cancellation, time-out.

Each step reads and writes without waiting in between, so two tabs of the same browser cannot both win.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bank_simulator.behaviour import Behaviours
from bank_simulator.cards import ACCEPTED, Card
from bank_simulator.clock import Clock
from bank_simulator.model import Attempt, AttemptStatus, CardSummary, Payment, PaymentStatus
from bank_simulator.notifier import Notifier
from bank_simulator.protocol import BankProtocol
from bank_simulator.store import Store

MAX_ENTRY_ERRORS = 5
MAX_CHALLENGE_TRIES = 3

BAD_CARD = "00004"
ALREADY_PAID = "00015"
NOT_AUTHENTICATED = "00040"

_log = structlog.get_logger("bank_simulator.checkout")


class UnknownPaymentError(LookupError):
    """No payment has this id."""


class Checkout:
    def __init__(
        self,
        store: Store,
        protocols: Mapping[str, BankProtocol],
        behaviours: Behaviours,
        notifier: Notifier,
        clock: Clock,
    ) -> None:
        self._store = store
        self._protocols = protocols
        self._behaviours = behaviours
        self._notifier = notifier
        self._clock = clock

    def open(
        self,
        *,
        protocol: str,
        merchant: str,
        shop_name: str,
        reference: str,
        amount_cents: int,
        fields: tuple[tuple[str, str], ...],
        seconds: int,
    ) -> Payment:
        """Opens the payment page for ``seconds`` seconds."""
        now = self._clock.now()
        payment = Payment(
            id=secrets.token_urlsafe(24),
            protocol=protocol,
            merchant=merchant,
            shop_name=shop_name,
            reference=reference,
            amount_cents=amount_cents,
            fields=fields,
            created_at=now,
            expires_at=now + timedelta(seconds=seconds),
        )
        self._store.save_payment(payment)
        self._behaviours.payment_opened(payment)
        _log.info("payment_opened", payment=payment.id[:8], merchant=merchant, amount_cents=amount_cents)
        return payment

    def payment(self, payment_id: str) -> Payment:
        """The payment as it stands now, timed out if its time is over. Raises UnknownPaymentError."""
        payment = self._store.payment(payment_id)
        if payment is None:
            raise UnknownPaymentError
        if payment.status is PaymentStatus.OPEN and self._clock.now() >= payment.expires_at:
            return self._close(payment, PaymentStatus.EXPIRED)
        return payment

    def pending_challenge(self, payment: Payment) -> Attempt | None:
        """The attempt that waits for its code, if the payment is open."""
        attempt = self._store.last_attempt(payment.id)
        waiting = attempt is not None and attempt.status is AttemptStatus.CHALLENGED
        return attempt if waiting and payment.status is PaymentStatus.OPEN else None

    def card_badly_typed(self, payment: Payment) -> Attempt | None:
        """Counts a card form in error; after MAX_ENTRY_ERRORS in a row the attempt is refused and returned."""
        errors = payment.entry_errors + 1
        if errors < MAX_ENTRY_ERRORS:
            self._store.save_payment(replace(payment, entry_errors=errors))
            return None
        return self._finish(payment, self._new_attempt(payment, None, BAD_CARD), BAD_CARD)

    def submit_card(self, payment: Payment, card: Card) -> Attempt:
        """Tries a card. The attempt returned is CHALLENGED when the code must be asked for, else decided."""
        pending = self.pending_challenge(payment)
        if pending is not None:
            self._finish(payment, pending, NOT_AUTHENTICATED)
        protocol = self._protocols[payment.protocol]
        code = protocol.forced_code(payment) or card.issuer_code
        attempt = self._new_attempt(payment, card.summary, code)
        if self._store.is_paid(payment.merchant, payment.reference):
            return self._finish(payment, attempt, ALREADY_PAID)
        if card.frictionless and not protocol.challenge_mandated(payment):
            return self._finish(payment, replace(attempt, authenticated=True), code)
        self._store.save_payment(replace(payment, entry_errors=0))
        challenged = replace(attempt, challenge_code=f"{secrets.randbelow(1_000_000):06}")
        self._store.save_attempt(challenged)
        return challenged

    def answer_challenge(self, payment: Payment, attempt: Attempt, code: str) -> Attempt:
        """Judges the code typed; the third wrong one refuses the attempt."""
        if attempt.challenge_code is not None and secrets.compare_digest(
            code.encode(), attempt.challenge_code.encode()
        ):
            return self._finish(payment, replace(attempt, authenticated=True), attempt.code)
        failed = replace(attempt, challenge_failures=attempt.challenge_failures + 1)
        if failed.challenge_failures >= MAX_CHALLENGE_TRIES:
            return self._finish(payment, failed, NOT_AUTHENTICATED)
        self._store.save_attempt(failed)
        return failed

    def refuse_challenge(self, payment: Payment, attempt: Attempt) -> Attempt:
        """The holder gave up the authentication: the attempt is refused."""
        return self._finish(payment, attempt, NOT_AUTHENTICATED)

    def cancel(self, payment: Payment) -> Payment:
        """The holder leaves from the card form, having paid nothing."""
        pending = self.pending_challenge(payment)
        if pending is not None:
            self._finish(payment, pending, NOT_AUTHENTICATED)
        cancelled = self._close(payment, PaymentStatus.CANCELLED)
        self._notifier.payment_cancelled(cancelled)
        return cancelled

    def give_up(self, payment: Payment) -> Payment:
        """The holder leaves after a refusal."""
        return self._close(payment, PaymentStatus.ABANDONED)

    def _new_attempt(self, payment: Payment, card: CardSummary | None, code: str) -> Attempt:
        now = self._clock.business_now()
        return self._store.add_attempt(Attempt(0, payment.id, now, AttemptStatus.CHALLENGED, code, card))

    def _finish(self, payment: Payment, attempt: Attempt, code: str) -> Attempt:
        if code == ACCEPTED and self._store.is_paid(payment.merchant, payment.reference):
            code = ALREADY_PAID
        accepted = code == ACCEPTED
        finished = replace(
            attempt,
            status=AttemptStatus.ACCEPTED if accepted else AttemptStatus.REFUSED,
            code=code,
            authorisation=f"{secrets.randbelow(1_000_000):06}" if accepted else None,
            challenge_code=None,
        )
        self._store.save_attempt(finished)
        status = PaymentStatus.PAID if accepted else payment.status
        self._store.save_payment(replace(payment, status=status, entry_errors=0))
        _log.info("attempt_finished", payment=payment.id[:8], attempt=attempt.number, code=code)
        self._notifier.attempt_finished(payment, finished)
        return finished

    def _close(self, payment: Payment, status: PaymentStatus) -> Payment:
        closed = replace(payment, status=status)
        self._store.save_payment(closed)
        _log.info("payment_closed", payment=payment.id[:8], status=status)
        return closed
