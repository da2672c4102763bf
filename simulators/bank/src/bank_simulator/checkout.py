"""The course of a payment: cards and debits tried, 3-D Secure, cancellation, time-out.

Each step reads and writes without waiting in between, so two tabs of the same browser cannot both win.
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bank_simulator.behaviour import Behaviours
from bank_simulator.cards import Card
from bank_simulator.clock import Clock
from bank_simulator.debits import Debit
from bank_simulator.model import Attempt, AttemptStatus, CardSummary, Means, Outcome, Payment, PaymentStatus
from bank_simulator.notifier import Notifier
from bank_simulator.protocol import BankProtocol
from bank_simulator.store import Store

MAX_ENTRY_ERRORS = 5
MAX_CHALLENGE_TRIES = 3

_log = structlog.get_logger("bank_simulator.checkout")


class UnknownPaymentError(LookupError):
    """No payment has this id."""


class VisitTakenError(ValueError):
    """The shop has already used this number."""


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
        visit: str | None = None,
    ) -> Payment:
        """Opens the payment page for ``seconds`` seconds. Raises VisitTakenError when ``visit`` was used before."""
        if visit is not None and self._store.has_visit(merchant, visit):
            raise VisitTakenError(visit)
        now = self._clock.now()
        payment = Payment(
            id=str(uuid.uuid4()),
            protocol=protocol,
            merchant=merchant,
            shop_name=shop_name,
            reference=reference,
            amount_cents=amount_cents,
            fields=fields,
            created_at=now,
            expires_at=now + timedelta(seconds=seconds),
            visit=visit,
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
            return self._move(payment, PaymentStatus.EXPIRED)
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
        code = self._protocol(payment).code(Outcome.BADLY_TYPED)
        return self._finish(payment, self._new_attempt(payment, code), code)

    def submit_card(self, payment: Payment, card: Card) -> Attempt:
        """Tries a card. The attempt returned is CHALLENGED when the code must be asked for, else decided."""
        payment = self._drop_challenge(payment)
        protocol = self._protocol(payment)
        code = protocol.forced_code(payment) or protocol.code(card.outcome)
        attempt = self._new_attempt(payment, code, card=card.summary)
        if self._already_paid(payment):
            return self._finish(payment, attempt, protocol.code(Outcome.ALREADY_PAID))
        if card.frictionless and not protocol.challenge_mandated(payment):
            return self._finish(payment, replace(attempt, authenticated=True), code)
        self._store.save_payment(replace(payment, entry_errors=0))
        challenged = replace(attempt, challenged=True, challenge_code=f"{secrets.randbelow(1_000_000):06}")
        self._store.save_attempt(challenged)
        return challenged

    def submit_debit(self, payment: Payment, debit: Debit) -> Attempt:
        """Tries a direct debit, decided at once."""
        self._drop_challenge(payment)
        code = self._protocol(payment).code(debit.outcome, Means.DEBIT)
        return self._finish(payment, self._new_attempt(payment, code, means=Means.DEBIT), code)

    def reject_debit(self, payment: Payment, attempt: Attempt) -> Attempt:
        """The payer's bank sends an accepted debit back, days later."""
        code = self._protocol(payment).code(Outcome.DEBIT_REFUSED, Means.DEBIT)
        rejected = replace(attempt, status=AttemptStatus.REJECTED, code=code)
        self._store.save_attempt(rejected)
        closed = self._move(payment, PaymentStatus.REFUSED)
        self._notifier.attempt_finished(closed, rejected)
        return rejected

    def answer_challenge(self, payment: Payment, attempt: Attempt, code: str) -> Attempt:
        """Judges the code typed; the third wrong one refuses the attempt."""
        if attempt.challenge_code is not None and secrets.compare_digest(
            code.encode(), attempt.challenge_code.encode()
        ):
            return self._finish(payment, replace(attempt, authenticated=True), attempt.code)
        failed = replace(attempt, challenge_failures=attempt.challenge_failures + 1)
        if failed.challenge_failures >= MAX_CHALLENGE_TRIES:
            return self._not_authenticated(payment, failed)
        self._store.save_attempt(failed)
        return failed

    def refuse_challenge(self, payment: Payment, attempt: Attempt) -> Attempt:
        """The holder gave up the authentication: the attempt is refused."""
        return self._not_authenticated(payment, attempt)

    def cancel(self, payment: Payment) -> Payment:
        """The holder leaves from the card form, having paid nothing."""
        payment = self._drop_challenge(payment)
        if payment.status is not PaymentStatus.OPEN:
            return payment
        cancelled = self._move(payment, PaymentStatus.CANCELLED)
        self._notifier.payment_cancelled(cancelled)
        return cancelled

    def give_up(self, payment: Payment) -> Payment:
        """The holder leaves after a refusal."""
        return self._move(payment, PaymentStatus.ABANDONED)

    def reopen(self, payment: Payment) -> Payment:
        """The holder comes back to a payment given up, where the protocol lets him and its time is not over."""
        living = self._clock.now() < payment.expires_at
        if payment.status is not PaymentStatus.CANCELLED or not self._protocol(payment).manners.reopens or not living:
            return payment
        return self._move(payment, PaymentStatus.OPEN)

    def expire(self, payment: Payment) -> Payment:
        """The page's time is over now."""
        self._store.save_payment(replace(payment, expires_at=min(payment.expires_at, self._clock.now())))
        return self.payment(payment.id)

    def pass_night(self, payment: Payment) -> Payment:
        """The page's time is over and the nightly jobs have run: see ``night_has_passed``."""
        payment = replace(self.expire(payment), night_passed=True)
        self._store.save_payment(payment)
        return payment

    def night_has_passed(self, payment: Payment) -> bool:
        """True from the day after on: what was accepted is captured, what never ended is forgotten."""
        opened_on = self._clock.business(payment.created_at).date()
        return payment.night_passed or opened_on < self._clock.business_now().date()

    def _protocol(self, payment: Payment) -> BankProtocol:
        return self._protocols[payment.protocol]

    def _already_paid(self, payment: Payment) -> bool:
        once = self._protocol(payment).manners.pays_reference_once
        return once and self._store.is_paid(payment.merchant, payment.reference)

    def _drop_challenge(self, payment: Payment) -> Payment:
        """Refuses the attempt that waits for its code, if one does; returns the payment as it stands then."""
        pending = self.pending_challenge(payment)
        if pending is not None:
            self._not_authenticated(payment, pending)
        return self.payment(payment.id)

    def _not_authenticated(self, payment: Payment, attempt: Attempt) -> Attempt:
        return self._finish(payment, attempt, self._protocol(payment).code(Outcome.NOT_AUTHENTICATED))

    def _new_attempt(
        self, payment: Payment, code: str, *, card: CardSummary | None = None, means: Means = Means.CARD
    ) -> Attempt:
        now = self._clock.business_now()
        return self._store.add_attempt(Attempt(0, payment.id, now, AttemptStatus.CHALLENGED, code, card, means=means))

    def _finish(self, payment: Payment, attempt: Attempt, code: str) -> Attempt:
        protocol = self._protocol(payment)
        accepted = code == protocol.code(Outcome.ACCEPTED, attempt.means)
        if accepted and self._already_paid(payment):
            code, accepted = protocol.code(Outcome.ALREADY_PAID), False
        finished = replace(
            attempt,
            status=AttemptStatus.ACCEPTED if accepted else AttemptStatus.REFUSED,
            code=code,
            authorisation=f"{secrets.randbelow(1_000_000):06}" if accepted else None,
            challenge_code=None,
        )
        refused = payment.status if protocol.manners.several_tries else PaymentStatus.REFUSED
        payment = replace(payment, status=PaymentStatus.PAID if accepted else refused, entry_errors=0)
        with self._store.transaction():  # a bank that took the money and forgot to tell would take it twice
            self._store.save_attempt(finished)
            self._store.save_payment(payment)
            self._notifier.attempt_finished(payment, finished)
        _log.info("attempt_finished", payment=payment.id[:8], attempt=attempt.number, code=code)
        return finished

    def _move(self, payment: Payment, status: PaymentStatus) -> Payment:
        moved = replace(payment, status=status)
        self._store.save_payment(moved)
        _log.info("payment_moved", payment=payment.id[:8], status=status)
        return moved
