"""Money given back: from the shop's server, or by hand in the bank's back office."""

import structlog

from bank_simulator.checkout import Checkout
from bank_simulator.clock import Clock
from bank_simulator.model import Attempt, AttemptStatus, Means, Payment, Refund, RefundKind, RefundOrigin
from bank_simulator.notifier import Notifier
from bank_simulator.store import Store

_log = structlog.get_logger("bank_simulator.refunds")


class RefundRefusedError(Exception):
    """Nothing is given back."""


class NotPaidError(RefundRefusedError):
    """No card payment was accepted there."""


class AlreadyCancelledError(RefundRefusedError):
    """The attempt was undone before."""


class TooMuchError(RefundRefusedError):
    """More than what is left of the payment."""


class NotCapturedError(RefundRefusedError):
    """Before the capture, the whole can be cancelled but no part given back."""


class CapturedError(RefundRefusedError):
    """After the capture, nothing can be cancelled."""


class Refunds:
    def __init__(self, store: Store, checkout: Checkout, notifier: Notifier, clock: Clock) -> None:
        self._store = store
        self._checkout = checkout
        self._notifier = notifier
        self._clock = clock

    def captured(self, payment: Payment, attempt: Attempt) -> bool:
        """True once an accepted attempt has been sent to the card scheme, in the night that follows it."""
        return attempt.status is AttemptStatus.ACCEPTED and self._checkout.night_has_passed(payment)

    def cancelled(self, attempt: Attempt) -> bool:
        return any(refund.kind is RefundKind.CANCELLATION for refund in self.of(attempt))

    def of(self, attempt: Attempt) -> list[Refund]:
        """What was given back on this attempt, oldest first."""
        return [refund for refund in self._store.refunds(attempt.payment_id) if refund.attempt_number == attempt.number]

    def left(self, payment: Payment, attempt: Attempt) -> int:
        """Cents not given back yet."""
        return payment.amount_cents - sum(refund.amount_cents for refund in self.of(attempt))

    def cancel(self, payment: Payment, attempt: Attempt, origin: RefundOrigin) -> Refund:
        """Undoes an attempt before its capture. Raises RefundRefusedError."""
        self._check_paid(attempt)
        if self.captured(payment, attempt):
            raise CapturedError
        return self._give_back(payment, attempt, RefundKind.CANCELLATION, origin, amount_cents=payment.amount_cents)

    def refund(self, payment: Payment, attempt: Attempt, amount_cents: int, origin: RefundOrigin) -> Refund:
        """Gives back a part or what is left. Raises RefundRefusedError."""
        self._check_paid(attempt)
        if not 0 < amount_cents <= self.left(payment, attempt):
            raise TooMuchError
        return self._give_back(payment, attempt, RefundKind.REFUND, origin, amount_cents=amount_cents)

    def cancel_or_refund(self, payment: Payment, attempt: Attempt, amount_cents: int, origin: RefundOrigin) -> Refund:
        """Cancels before the capture, refunds after it. Raises RefundRefusedError."""
        self._check_paid(attempt)
        if self.captured(payment, attempt):
            return self.refund(payment, attempt, amount_cents, origin)
        if amount_cents > payment.amount_cents:
            raise TooMuchError
        if amount_cents < payment.amount_cents:
            raise NotCapturedError
        return self.cancel(payment, attempt, origin)

    def _check_paid(self, attempt: Attempt) -> None:
        if attempt.status is not AttemptStatus.ACCEPTED or attempt.means is not Means.CARD:
            raise NotPaidError
        if self.cancelled(attempt):
            raise AlreadyCancelledError

    def _give_back(
        self, payment: Payment, attempt: Attempt, kind: RefundKind, origin: RefundOrigin, *, amount_cents: int
    ) -> Refund:
        refund = self._store.add_refund(
            Refund(0, payment.id, attempt.number, kind, origin, amount_cents, self._clock.business_now())
        )
        _log.info("given_back", payment=payment.id[:8], kind=kind, origin=origin, amount_cents=amount_cents)
        if origin is RefundOrigin.BACK_OFFICE:
            self._notifier.refund_made(payment, attempt, refund)
        return refund
