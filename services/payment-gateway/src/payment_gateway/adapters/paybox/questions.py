"""Asking PPPS what became of a payment begun on the bank's page.

TYPE 00011 finds the transaction of a reference and an amount on one day, TYPE 00017 says what it became. Both know the
transactions of the shop that asks only, while messages are signed alike for all: what a message told and neither of
them knows is not the shop's money. Source:
Verifone, «Paybox Direct / Direct Plus»; field names and words as public clients of it have them.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

from contracts.values import EURO
from payment_gateway.adapters.paybox.direct import DONE, call_direct, sealed_fields
from payment_gateway.adapters.paybox.message import TEST_AUTHORISATION, bank_number
from payment_gateway.adapters.paybox.terms import PayboxTerms
from payment_gateway.adapters.plain_text import plain
from payment_gateway.application.bank_port import (
    MOST_TOLD,
    Answer,
    BankUnavailableError,
    Question,
    Told,
    nothing_yet,
)
from payment_gateway.domain.card_refusals import UNKNOWN_REFUSAL
from payment_gateway.domain.outcome import NOTHING_TAKEN, BankOutcome, Meaning, OutcomeKind
from payment_gateway.domain.refund import bank_day

PAGE_LIFE = timedelta(minutes=20)
"""The bank's page lives 15 minutes (PBX_DISPLAY); what was decided on it may take a little to be known."""
_KNOWN_WITHIN = timedelta(minutes=10)
"""Before, a transaction that was just told may not yet be found."""
MOST_NUMBERS = 4 + MOST_TOLD
"""Two questions for each of two days, one for each transaction that they did not find."""

_FIND, _TELL = "00011", "00017"
_NOT_FOUND, _NOT_THEIRS, _ACCESS_REFUSED = "00018", "00015", "00006"
_REPEATED = ("SITE", "RANG", "NUMQUESTION")
"""The bank repeats these, by which an answer is known to be that of its question."""
_GREATEST_NUMBER = 2_147_483_647

_PENDING = Meaning(OutcomeKind.PENDING, None)
_DENIED = Meaning(OutcomeKind.DENIED, None)
_PAID = frozenset({"Autorise", "Capture"})
_WAS_PAID = "Rembourse"
_UNPAID = {
    "Refuse": Meaning(OutcomeKind.REFUSED, f"{UNKNOWN_REFUSAL} {NOTHING_TAKEN}"),
    "Annule": Meaning(OutcomeKind.CANCELLED, f"Le paiement a été annulé auprès de la banque. {NOTHING_TAKEN}"),
}
_LONGEST_WORD = 40


async def ask(terms: PayboxTerms, question: Question) -> Answer:
    """What the bank says of the payment, day by day, then of what only a message told. Raises ``BankUnavailableError``.

    All attempts of a payment share its reference: while the page is open, a refusal found may be that of an earlier
    one, and another card may follow. It is told only once nothing can be typed there any more.
    """
    assert question.first_number is not None  # noqa: S101 - this protocol asks for them
    numbers, is_over = count(question.first_number), question.age >= PAGE_LIFE
    told = {each.transaction_id for each in question.told}
    said: list[bytes] = []
    outcomes: list[BankOutcome] = []
    for day in _days(question):
        found, raw = await _find(terms, question, next(numbers), day)
        said.append(raw)
        if found["CODEREPONSE"] == _NOT_FOUND:
            continue
        state, raw = await _tell(terms, question, next(numbers), found)
        said.append(raw)
        is_told = bank_number(found["NUMTRANS"]) in told
        outcomes.append(_outcome(question, found, state, is_over=is_over, is_told=is_told))
    for each in _unheard(question, outcomes):
        if not is_over or each.age < _KNOWN_WITHIN:
            outcomes.append(nothing_yet(question, _NOT_FOUND, is_over=False))
            continue
        outcome, raw = await _confirm(terms, question, next(numbers), each)
        said.append(raw)
        outcomes.append(outcome)
    if not outcomes:
        outcomes.append(nothing_yet(question, _NOT_FOUND, is_over=is_over))
    paid = any(outcome.meaning.kind is OutcomeKind.ACCEPTED for outcome in outcomes)
    return Answer(b"\n".join(said), tuple(outcomes), may_change=not paid and not is_over)


def _unheard(question: Question, outcomes: Sequence[BankOutcome]) -> list[Told]:
    """What was told and not found by its reference."""
    heard = {outcome.transaction_id for outcome in outcomes}
    return [told for told in question.told if told.transaction_id not in heard]


async def _confirm(terms: PayboxTerms, question: Question, number: int, told: Told) -> tuple[BankOutcome, bytes]:
    """Told, not found by reference and day: by its own number, whatever its day.

    Our form asks for both numbers: a message without its call number was asked for by another.
    """
    about = replace(question, amount_cents=told.amount_cents)
    if told.call_number is None:
        return _denied(about, told, _NOT_FOUND), b""
    numbers = {"NUMTRANS": f"{told.transaction_id:0>10}", "NUMAPPEL": f"{told.call_number:0>10}"}
    state, raw = await _tell(terms, about, number, numbers, _NOT_FOUND, _NOT_THEIRS)
    if state["CODEREPONSE"] != DONE:
        return _denied(about, told, state["CODEREPONSE"]), raw
    return _outcome(about, numbers, state, is_over=True, is_told=True), raw


def _denied(question: Question, told: Told, code: str) -> BankOutcome:
    return BankOutcome(code, _DENIED, question.reference, question.amount_cents, told.transaction_id)


async def is_recognised(terms: PayboxTerms, question: Question) -> bool:
    """Whether the bank answers this shop's questions; asked about a payment that never was.

    Raises ``BankUnavailableError``.
    """
    answer, _ = await _find(terms, question, _trial_number(), bank_day(question.asked_at), _ACCESS_REFUSED)
    return answer["CODEREPONSE"] != _ACCESS_REFUSED


def _trial_number() -> int:
    """Far above the numbers that are counted, up to the bank's greatest."""
    return _GREATEST_NUMBER - secrets.randbelow(100_000_000)


async def _find(
    terms: PayboxTerms, question: Question, number: int, day: date, *others: str
) -> tuple[dict[str, str], bytes]:
    about = (*_payment(question), ("DATEQ", f"{day:%d%m%Y}"))
    return await _put(terms, _FIND, number, about, _NOT_FOUND, *others)


async def _tell(
    terms: PayboxTerms, question: Question, number: int, found: dict[str, str], *others: str
) -> tuple[dict[str, str], bytes]:
    names = tuple((name, found.get(name, "")) for name in ("NUMAPPEL", "NUMTRANS"))
    if not all(bank_number(value) for _, value in names):
        raise BankUnavailableError
    asked_at = ("DATEQ", f"{question.asked_at:%d%m%Y%H%M%S}")
    return await _put(terms, _TELL, number, (*_payment(question), *names, asked_at), *others)


async def _put(
    terms: PayboxTerms, kind: str, number: int, about: Sequence[tuple[str, str]], *others: str
) -> tuple[dict[str, str], bytes]:
    """The answer to this very question, of code 00000 or one of ``others``; any other says nothing."""
    fields = sealed_fields(terms, kind, number, about)
    answer, raw = await call_direct(terms, fields)
    asked = dict(fields)
    repeated = all(bank_number(answer.get(name, "")) == bank_number(asked[name]) for name in _REPEATED)
    if answer["CODEREPONSE"] not in {DONE, *others} or not repeated:
        raise BankUnavailableError
    return answer, raw


def _days(question: Question) -> list[date]:
    """The day of the start on the bank's clocks, and the next when the page was still open at midnight."""
    started_at = question.asked_at - question.age
    return sorted({bank_day(started_at), bank_day(min(question.asked_at, started_at + PAGE_LIFE))})


def _payment(question: Question) -> tuple[tuple[str, str], ...]:
    return (("MONTANT", f"{question.amount_cents:010}"), ("DEVISE", EURO), ("REFERENCE", question.reference))


def _outcome(
    question: Question, found: dict[str, str], told: dict[str, str], *, is_over: bool, is_told: bool
) -> BankOutcome:
    """The transaction was found by the amount asked for; an answer that names another amount is believed."""
    word = plain(told.get("STATUS", ""), _LONGEST_WORD)
    authorisation = (told.get("AUTORISATION") or found.get("AUTORISATION") or "").strip() or None
    amount = told.get("MONTANT", "")
    return BankOutcome(
        code=word,
        meaning=_meaning(word, is_over=is_over, is_told=is_told),
        reference=question.reference,
        amount_cents=int(amount) if amount.isdecimal() else question.amount_cents,
        currency=told.get("DEVISE") or EURO,
        transaction_id=bank_number(found["NUMTRANS"]),
        call_number=bank_number(found["NUMAPPEL"]),
        authorisation=authorisation,
        is_test=authorisation == TEST_AUTHORISATION,
    )


def _meaning(word: str, *, is_over: bool, is_told: bool) -> Meaning:
    """Money given back, credits and words unknown here tell neither how much was taken nor whether it stays.

    What a message ``is_told`` to have accepted was taken if it was given back; that it was not paid contradicts it.
    """
    if word in _PAID or (is_told and word == _WAS_PAID):
        return Meaning(OutcomeKind.ACCEPTED, None)
    if not is_over or word not in _UNPAID:
        return _PENDING
    return _DENIED if is_told else _UNPAID[word]
