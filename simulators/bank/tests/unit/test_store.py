"""What the bank keeps in its file."""

import sqlite3
from datetime import UTC, datetime

from bank_simulator.model import Attempt, AttemptStatus, Means, Payment, Refund, RefundKind, RefundOrigin
from bank_simulator.store import Store

AT = datetime(2022, 7, 4, 9, 5, 7, tzinfo=UTC)
PAYMENT = Payment("id", "payzen", "shop", "SHOP", "REF", 3400, (("a", "1"), ("a", "2")), AT, AT, visit="day/1")


def test_everything_is_read_as_it_was_written(tmp_path):
    store = Store(tmp_path)
    store.save_payment(PAYMENT)
    attempt = store.add_attempt(Attempt(0, "id", AT, AttemptStatus.ACCEPTED, "V", None, means=Means.DEBIT))
    refund = store.add_refund(Refund(0, "id", attempt.number, RefundKind.REFUND, RefundOrigin.SHOP, 100, AT))
    store.keep_question("shop", "0000000001", AT.date())
    store.close()
    store = Store(tmp_path)
    assert store.payment("id") == PAYMENT
    assert store.attempt(attempt.number) == attempt
    assert store.refunds("id") == [refund]
    assert store.payment_of(attempt.number) == store.payment_of(refund.number) == PAYMENT
    assert store.has_visit("shop", "day/1")
    assert not store.has_visit("other shop", "day/1")
    assert store.has_question("shop", "0000000001", AT.date())
    assert not store.has_question("other shop", "0000000001", AT.date())
    assert not store.has_question("shop", "0000000001", datetime(2022, 7, 5, tzinfo=UTC).date())


def test_numbers_of_refunds_and_attempts_differ():
    store = Store()
    store.save_payment(PAYMENT)
    attempt = store.add_attempt(Attempt(0, "id", AT, AttemptStatus.ACCEPTED, "00", None))
    refund = store.add_refund(Refund(0, "id", attempt.number, RefundKind.REFUND, RefundOrigin.SHOP, 100, AT))
    assert refund.number - attempt.number > 1_000_000_000


def test_tables_of_an_earlier_version_are_forgotten(tmp_path):
    with sqlite3.connect(tmp_path / "bank.sqlite3") as earlier:
        earlier.execute("create table payment (id text primary key)")
        earlier.execute("insert into payment values ('old')")
    earlier.close()
    store = Store(tmp_path)
    assert store.payments() == []
    store.save_payment(PAYMENT)
