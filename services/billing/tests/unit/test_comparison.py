"""What differs, and what may be mended."""

from datetime import date

import pytest

from billing.domain.comparison import (
    KeptPayment,
    KeptReservation,
    Kind,
    compare_ledger,
    compare_payment,
    compare_reservation,
)
from billing.domain.difference_words import Told, advice, sentence
from contracts.values import PaymentPurpose, PaymentStatus, ReservationStatus

BOOKED, CANCELLED = ReservationStatus.BOOKED, ReservationStatus.CANCELLED
SUCCEEDED, REFUSED = PaymentStatus.SUCCEEDED, PaymentStatus.REFUSED


@pytest.mark.parametrize(
    ("status", "version", "kept", "kind"),
    [
        (BOOKED, 1, KeptReservation(None, 0, False, True), Kind.RESERVATION_MISSING),
        (CANCELLED, 2, KeptReservation(1, 1, False, True), Kind.RESERVATION_OUTDATED),
        (BOOKED, 1, KeptReservation(2, 0, False, True), None),
        (BOOKED, 1, KeptReservation(1, 1, True, True), None),
        (BOOKED, 1, KeptReservation(1, 0, False, True), Kind.CHARGE_MISSING),
        (CANCELLED, 2, KeptReservation(2, 1, False, True), Kind.CHARGE_MISSING),
        (CANCELLED, 2, KeptReservation(2, 1, True, True), Kind.CHARGE_DIFFERS),
        (CANCELLED, 2, KeptReservation(2, 0, True, True), None),
        (BOOKED, 1, KeptReservation(1, 1, True, False), Kind.CHARGE_DIFFERS),
        (BOOKED, 1, KeptReservation(1, 2, True, True), Kind.CHARGE_DIFFERS),
    ],
)
def test_reservations(status: ReservationStatus, version: int, kept: KeptReservation, kind: Kind | None) -> None:
    assert compare_reservation(status, version, kept) is kind


@pytest.mark.parametrize(
    ("status", "sequence", "kept", "kind"),
    [
        (SUCCEEDED, 3, None, Kind.PAYMENT_MISSING),
        (SUCCEEDED, 3, KeptPayment(2, REFUSED, 500), Kind.PAYMENT_OUTDATED),
        (REFUSED, 2, KeptPayment(3, SUCCEEDED, 500), None),
        (SUCCEEDED, 3, KeptPayment(3, SUCCEEDED, 500), None),
        (SUCCEEDED, 3, KeptPayment(4, SUCCEEDED, 500), None),
        (SUCCEEDED, 3, KeptPayment(4, SUCCEEDED, 400), Kind.PAYMENT_DIFFERS),
        (REFUSED, 4, KeptPayment(3, SUCCEEDED, 500), Kind.PAYMENT_DIFFERS),
        (SUCCEEDED, 3, KeptPayment(3, REFUSED, 500), Kind.PAYMENT_DIFFERS),
    ],
)
def test_payments(status: PaymentStatus, sequence: int, kept: KeptPayment | None, kind: Kind | None) -> None:
    assert compare_payment(status, 500, sequence, kept) is kind


@pytest.mark.parametrize(
    ("purpose", "status", "credited", "kind"),
    [
        (PaymentPurpose.INVOICES, SUCCEEDED, 500, None),
        (PaymentPurpose.INVOICES, SUCCEEDED, 0, Kind.LEDGER_MISSING),
        (PaymentPurpose.INVOICES, SUCCEEDED, 499, Kind.LEDGER_DIFFERS),
        (PaymentPurpose.INVOICES, REFUSED, 0, None),
        (PaymentPurpose.ADHESION_ORDER, SUCCEEDED, 0, None),
    ],
)
def test_the_ledger(purpose: PaymentPurpose, status: PaymentStatus, credited: int, kind: Kind | None) -> None:
    assert compare_ledger(purpose, status, 500, credited) is kind


def test_what_exists_here_is_never_altered() -> None:
    assert not any(kind.mendable for kind in Kind if kind.endswith(("_differs", "_unknown")))


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("invoiced", [False, True])
def test_every_kind_is_told_in_a_whole_sentence(kind: Kind, invoiced: bool) -> None:
    known = {} if kind.endswith("_unknown") else {"cents": 500, "status": "booked"}
    found = {"cents": 0, "invoiced": invoiced}
    for mended in (False, True):
        told = Told(kind, date(2022, 9, 12), "famille MARTIN", "Louis", mended, known, found)
        assert sentence(told)[0].isupper()
        assert sentence(told).endswith(".")
        assert "opérateur" in advice(told)


def test_a_cancellation_is_told_as_such() -> None:
    expected = {"status": "cancelled", "cents": 0}
    told = Told(Kind.RESERVATION_OUTDATED, date(2022, 9, 12), "", "Estelle", True, expected, {})
    assert sentence(told) == (
        "L'annulation de la réservation d'Estelle du 12/09/2022 manquait à la facturation : elle a été ajoutée."
    )
