"""What billing keeps, beside what planning and payment-gateway state. Says what differs, and whether it may be mended.

Only what is missing or older here may be mended, since the statement carries its whole state. Amounts that differ, and
things their owner does not know, are for a person: nothing that exists is altered.
"""

from dataclasses import dataclass
from enum import StrEnum

from contracts.values import PaymentPurpose, PaymentStatus, ReservationStatus


class Kind(StrEnum):
    """What can differ."""

    RESERVATION_MISSING = "reservation_missing"
    RESERVATION_OUTDATED = "reservation_outdated"
    CHARGE_MISSING = "charge_missing"
    CHARGE_DIFFERS = "charge_differs"
    CHARGE_UNKNOWN = "charge_unknown"
    PAYMENT_MISSING = "payment_missing"
    PAYMENT_OUTDATED = "payment_outdated"
    PAYMENT_DIFFERS = "payment_differs"
    PAYMENT_UNKNOWN = "payment_unknown"
    LEDGER_MISSING = "ledger_missing"
    LEDGER_DIFFERS = "ledger_differs"
    LEDGER_UNKNOWN = "ledger_unknown"

    @property
    def mendable(self) -> bool:
        """Missing or older here."""
        return self in _MENDABLE


_MENDABLE = frozenset(
    {
        Kind.RESERVATION_MISSING,
        Kind.RESERVATION_OUTDATED,
        Kind.CHARGE_MISSING,
        Kind.PAYMENT_MISSING,
        Kind.PAYMENT_OUTDATED,
        Kind.LEDGER_MISSING,
    }
)


@dataclass(frozen=True)
class KeptReservation:
    """What is kept of a stated reservation. ``version`` is None when it was never heard of.

    ``quantity`` is the sum of its charges, ``has_open`` whether one of them is not invoiced yet, ``alike`` whether
    what was charged has the stated price, day, family and régie.
    """

    version: int | None
    quantity: int
    has_open: bool
    alike: bool


def compare_reservation(
    status: ReservationStatus, version: int, kept: KeptReservation, *, billed: bool = True
) -> Kind | None:
    """What differs, None when all agrees or a newer version is known here."""
    if kept.version is None:
        return Kind.RESERVATION_MISSING
    if kept.version != version:
        return Kind.RESERVATION_OUTDATED if kept.version < version else None
    wanted = 1 if status is ReservationStatus.BOOKED and billed else 0
    if not kept.alike or (kept.quantity != wanted and kept.has_open):
        return Kind.CHARGE_DIFFERS
    return Kind.CHARGE_MISSING if kept.quantity != wanted else None


@dataclass(frozen=True)
class KeptPayment:
    """What is kept of a stated payment."""

    version: int
    status: PaymentStatus
    amount_cents: int


def compare_payment(status: PaymentStatus, amount_cents: int, sequence: int, kept: KeptPayment | None) -> Kind | None:
    """What differs. A success is final: it keeps the version at which it was first heard of."""
    if kept is None:
        return Kind.PAYMENT_MISSING
    if kept.status is not PaymentStatus.SUCCEEDED and kept.version < sequence:
        return Kind.PAYMENT_OUTDATED
    both_succeeded = kept.status is status is PaymentStatus.SUCCEEDED
    if kept.version > sequence and not both_succeeded:
        return None
    return None if (kept.status, kept.amount_cents) == (status, amount_cents) else Kind.PAYMENT_DIFFERS


def compare_ledger(
    purpose: PaymentPurpose, status: PaymentStatus, amount_cents: int, credited_cents: int
) -> Kind | None:
    """Whether a success in favour of invoices is credited to the family, to the cent.

    Adhesions are written to the ledger as enrolment tells them, not by their payment.
    """
    if purpose is not PaymentPurpose.INVOICES or status is not PaymentStatus.SUCCEEDED:
        return None
    if credited_cents == amount_cents:
        return None
    return Kind.LEDGER_DIFFERS if credited_cents else Kind.LEDGER_MISSING
