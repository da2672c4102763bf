"""What a message decides, whatever the order in which messages come."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.events.payment_gateway import REVIEWED
from contracts.values import PaymentPurpose
from payment_gateway.adapters.paybox.refusals import meaning_of
from payment_gateway.domain.judgement import Channel, Decision, Judgement, TransactionOutcome, Verdict, judge
from payment_gateway.domain.outcome import BankOutcome, Meaning, OutcomeKind
from payment_gateway.domain.payment import (
    Mode,
    Payment,
    PaymentAlreadyPaidError,
    PaymentClosedError,
    PaymentStatus,
    ReviewOverError,
)
from payment_gateway.domain.review import review_sentence

NOW = datetime(2022, 7, 4, 7, 0, tzinfo=UTC)
PAYMENT = Payment(
    payment_id=new_id(),
    version=1,
    status=PaymentStatus.REQUESTED,
    bank_reference="ref-1",
    amount_cents=3400,
    label="Cantine",
    purpose=PaymentPurpose.ADHESION_ORDER,
    reference_id=new_id(),
    regie_id=new_id(),
    family_id=new_id(),
    article_count=2,
    created_at=NOW,
).start(NOW + timedelta(minutes=20))
SUCCESS = BankOutcome("00000", meaning_of("00000"), "ref-1", 3400, "1")


def said(code: str) -> BankOutcome:
    """What the bank says with another code."""
    return replace(SUCCESS, code=code, meaning=meaning_of(code))


def judged(outcome: BankOutcome, payment: Payment = PAYMENT, **given_: object) -> Judgement:
    context = {
        "reference": "ref-1",
        "channel": Channel.IPN,
        "mode": Mode.PRODUCTION,
        "is_latest_attempt": True,
        "known_transaction": None,
    }
    return judge(payment, outcome, **{**context, **given_})  # type: ignore[arg-type]


def test_a_success_settles() -> None:
    judgement = judged(SUCCESS)
    assert (judgement.verdict, judgement.status) == (Verdict.VALID, PaymentStatus.SUCCEEDED)
    assert judgement.transaction is TransactionOutcome.SETTLED


@pytest.mark.parametrize(
    ("outcome", "verdict", "status"),
    [
        (replace(SUCCESS, amount_cents=100), Verdict.AMOUNT_MISMATCH, PaymentStatus.TO_REVIEW),
        (replace(SUCCESS, amount_cents=0), Verdict.AMOUNT_MISMATCH, PaymentStatus.CANCELLED),
        (replace(SUCCESS, amount_cents=0, transaction_id=None), Verdict.INCOMPLETE, PaymentStatus.CANCELLED),
        (replace(SUCCESS, amount_cents=3401), Verdict.AMOUNT_MISMATCH, PaymentStatus.TO_REVIEW),
        (replace(SUCCESS, currency="840"), Verdict.CURRENCY_MISMATCH, PaymentStatus.TO_REVIEW),
        (replace(SUCCESS, lacks_proof=True), Verdict.INCOMPLETE, PaymentStatus.TO_REVIEW),
        (replace(SUCCESS, transaction_id=None), Verdict.INCOMPLETE, PaymentStatus.TO_REVIEW),
        (replace(SUCCESS, reference="ref-2"), Verdict.REFERENCE_MISMATCH, None),
        (replace(SUCCESS, is_test=True), Verdict.TEST_IN_PRODUCTION, None),
        (said("99999"), Verdict.VALID, None),
    ],
)
def test_what_does_not_settle(outcome: BankOutcome, verdict: Verdict, status: PaymentStatus | None) -> None:
    judgement = judged(outcome)
    assert (judgement.verdict, judgement.status) == (verdict, status)
    assert judgement.transaction is not TransactionOutcome.SETTLED


def test_the_test_platform_settles_under_a_test_contract() -> None:
    assert judged(replace(SUCCESS, is_test=True), mode=Mode.TEST).status is PaymentStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("00000", None),
        ("00105", None),
        ("99999", None),
        ("00001", PaymentStatus.CANCELLED),
        ("00030", PaymentStatus.EXPIRED),
    ],
)
def test_a_browser_only_tells_that_its_payer_gave_up(code: str, status: PaymentStatus | None) -> None:
    judgement = judged(said(code), channel=Channel.RETURN)
    assert judgement.status is status
    assert judgement.transaction is None


def test_a_transaction_counts_once() -> None:
    assert judged(SUCCESS, known_transaction=PAYMENT.payment_id) == Judgement(Verdict.DUPLICATE)
    assert judged(SUCCESS, known_transaction=new_id()) == Judgement(Verdict.TRANSACTION_ELSEWHERE)


def test_no_money_is_nothing_to_decide() -> None:
    judgement = judged(replace(SUCCESS, amount_cents=0))
    assert judgement.transaction is None
    assert "Rien n'a été débité" in (judgement.reason or "")


def test_what_was_taken_back_is_not_accepted_afterwards() -> None:
    assert judged(SUCCESS, is_undone=True) == Judgement(Verdict.UNDONE)
    assert judged(SUCCESS, is_undone=True, known_transaction=PAYMENT.payment_id).verdict is Verdict.DUPLICATE
    assert judged(replace(SUCCESS, transaction_id="9")).status is PaymentStatus.SUCCEEDED


def test_a_second_success_is_kept_as_surplus() -> None:
    paid = PAYMENT.move(PaymentStatus.SUCCEEDED, None, None, NOW)
    judgement = judged(replace(SUCCESS, transaction_id="9"), paid)
    assert (judgement.verdict, judgement.transaction) == (Verdict.SURPLUS, TransactionOutcome.SURPLUS)


def test_an_earlier_attempt_does_not_end_what_a_later_one_tries() -> None:
    assert not judged(said("00105"), is_latest_attempt=False).settles_payment
    assert judged(SUCCESS, is_latest_attempt=False).settles_payment


def test_already_paid_without_a_known_success_is_reviewed_rather_than_paid_again() -> None:
    for is_latest in (True, False):
        judgement = judged(said("00015"), is_latest_attempt=is_latest)
        assert (judgement.status, judgement.settles_payment) == (PaymentStatus.TO_REVIEW, True)
    paid = PAYMENT.move(PaymentStatus.SUCCEEDED, None, None, NOW)
    assert judged(said("00015"), paid).verdict is Verdict.LATE


def test_a_refusal_after_success_is_late() -> None:
    paid = PAYMENT.move(PaymentStatus.SUCCEEDED, None, None, NOW)
    assert judged(said("00105"), paid) == Judgement(Verdict.LATE)


def test_a_second_refusal_brings_its_own_reason() -> None:
    once = PAYMENT.move(PaymentStatus.REFUSED, "00105", "non", NOW)
    assert once.move(PaymentStatus.REFUSED, "00105", "non", NOW) is once
    again = once.move(PaymentStatus.REFUSED, "00151", "provision", NOW)
    assert (again.version, again.reason) == (once.version + 1, "provision")


MOVES = st.lists(st.tuples(st.sampled_from(PaymentStatus), st.sampled_from(["00000", "00105", "00151", None])))


@given(MOVES)
def test_a_status_never_goes_back_and_success_is_final(moves: list[tuple[PaymentStatus, str | None]]) -> None:
    payment = PAYMENT
    for status, code in moves:
        moved = payment.move(status, code, None, NOW)
        assert moved.status.rank >= payment.status.rank
        assert moved.version == payment.version + (moved is not payment)
        if payment.status is PaymentStatus.SUCCEEDED:
            assert moved is payment
        payment = moved


@given(MOVES)
def test_a_success_wins_over_all_that_came_before(moves: list[tuple[PaymentStatus, str | None]]) -> None:
    payment = PAYMENT
    for status, code in moves:
        payment = payment.move(status, code, None, NOW)
    assert payment.move(PaymentStatus.SUCCEEDED, None, None, NOW).status is PaymentStatus.SUCCEEDED


def test_an_attempt_starts_only_while_the_payment_is_open() -> None:
    assert PAYMENT.expires_at == NOW + timedelta(minutes=20)
    PAYMENT.check_can_start()
    with pytest.raises(PaymentAlreadyPaidError):
        PAYMENT.move(PaymentStatus.SUCCEEDED, None, None, NOW).check_can_start()
    for status in (PaymentStatus.REFUSED, PaymentStatus.CANCELLED, PaymentStatus.EXPIRED, PaymentStatus.TO_REVIEW):
        with pytest.raises(PaymentClosedError):
            PAYMENT.move(status, "x", "y", NOW).check_can_start()


@given(st.sampled_from(PaymentStatus))
def test_only_a_review_is_ended_by_a_person_and_a_success_still_wins(status: PaymentStatus) -> None:
    payment = replace(PAYMENT, status=status)
    if status is not PaymentStatus.TO_REVIEW:
        with pytest.raises(ReviewOverError):
            payment.end_review("Rien.", NOW)
        return
    ended = payment.end_review("Rien.", NOW)
    assert (ended.status, ended.version) == (PaymentStatus.CANCELLED, payment.version + 1)
    assert (ended.reason_code, ended.reason, ended.settled_at) == (REVIEWED, "Rien.", NOW)
    assert ended.move(PaymentStatus.SUCCEEDED, None, None, NOW).status is PaymentStatus.SUCCEEDED


def test_the_family_reads_what_became_of_its_money() -> None:
    assert "rien n'a été encaissé" in review_sentence(set())
    assert "elle vous est rendue." in review_sentence({Decision.REFUNDED})
    assert "elle est au crédit de votre compte." in review_sentence({Decision.CREDITED})
    assert "rendue, ou est au crédit" in review_sentence({Decision.CREDITED, Decision.REFUNDED})
    for decisions in (set[Decision](), {Decision.REFUNDED}):
        assert review_sentence(decisions).endswith("il reste à payer.")


@given(st.from_regex(r"[0-9]{5}", fullmatch=True))
def test_every_code_has_a_meaning_and_one_is_a_success(code: str) -> None:
    meaning = meaning_of(code)
    assert (meaning.kind is OutcomeKind.ACCEPTED) == (code == "00000")
    if meaning.kind not in {OutcomeKind.ACCEPTED, OutcomeKind.PENDING}:
        assert meaning.sentence
        assert meaning.sentence.endswith(".")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("00105", "sans préciser pourquoi"),
        ("00151", "provision"),
        ("00161", "plafond"),
        ("00133", "expirée"),
        ("00154", "expirée"),
        ("00114", "numéro de carte"),
        ("00004", "numéro de carte"),
        ("00104", "refuse cette carte"),
        ("00040", "3-D Secure"),
        ("00015", "déjà accepté"),
        ("00030", "15 minutes"),
        ("00001", "abandonné"),
        ("00191", "injoignable"),
        ("00195", "refusé le paiement"),
    ],
)
def test_refusals_are_told_in_words(code: str, words: str) -> None:
    sentence = meaning_of(code).sentence
    assert sentence
    assert words in sentence
    assert ("Rien n'a été débité" in sentence) == (code != "00015")


UNDONE = replace(SUCCESS, meaning=Meaning(OutcomeKind.REFUND_UNDONE, "n'a pas pu être versé"))
REFUNDED = replace(SUCCESS, meaning=Meaning(OutcomeKind.REFUNDED, None))


def test_a_refund_not_paid_out_is_money_to_decide_on_once() -> None:
    paid = PAYMENT.move(PaymentStatus.SUCCEEDED, None, None, NOW)
    judgement = judged(UNDONE, paid, is_returned=True)
    assert (judgement.verdict, judgement.transaction) == (Verdict.REFUND_UNDONE, TransactionOutcome.SURPLUS)
    assert (judgement.status, judgement.reversal) == (None, None)
    again = judged(UNDONE, paid, is_returned=True, known_transaction=paid.payment_id)
    assert (again.verdict, again.transaction) == (Verdict.DUPLICATE, None)


def test_a_refund_that_is_in_no_book_is_not_undone() -> None:
    judgement = judged(UNDONE, PAYMENT.move(PaymentStatus.SUCCEEDED, None, None, NOW))
    assert (judgement.verdict, judgement.transaction) == (Verdict.VALID, None)
    assert judged(REFUNDED, is_undone=True).reversal is None


def test_what_the_bank_denies_moves_nothing() -> None:
    denied = replace(SUCCESS, meaning=Meaning(OutcomeKind.DENIED, None))
    for payment in (PAYMENT, PAYMENT.move(PaymentStatus.SUCCEEDED, None, None, NOW)):
        judgement = judged(denied, payment, channel=Channel.ANSWER, known_transaction=payment.payment_id)
        assert judgement == Judgement(Verdict.UNCONFIRMED)
