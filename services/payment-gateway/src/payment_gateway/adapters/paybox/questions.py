"""Asking PPPS what became of a payment begun on the bank's page.

TYPE 00011 finds the transaction of a reference and an amount on one day, TYPE 00017 says what it became. Source:
Verifone, «Paybox Direct / Direct Plus»; field names and words as public clients of it have them.
"""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count

from contracts.values import EURO
from payment_gateway.adapters.paybox.direct import DONE, call_direct, sealed_fields
from payment_gateway.adapters.paybox.message import TEST_AUTHORISATION, bank_number
from payment_gateway.adapters.paybox.terms import PayboxTerms
from payment_gateway.adapters.plain_text import plain
from payment_gateway.application.bank_port import Answer, BankUnavailableError, Question, nothing_yet
from payment_gateway.domain.card_refusals import UNKNOWN_REFUSAL
from payment_gateway.domain.outcome import NOTHING_TAKEN, BankOutcome, Meaning, OutcomeKind
from payment_gateway.domain.refund import bank_day

PAGE_LIFE = timedelta(minutes=20)
"""The bank's page lives 15 minutes (PBX_DISPLAY); what was decided on it may take a little to be known."""
MOST_NUMBERS = 4
"""Two questions for each of two days."""

_FIND, _TELL = "00011", "00017"
_NOT_FOUND, _ACCESS_REFUSED = "00018", "00006"
_REPEATED = ("SITE", "RANG", "NUMQUESTION")
"""The bank repeats these, by which an answer is known to be that of its question."""
_GREATEST_NUMBER = 2_147_483_647

_PENDING = Meaning(OutcomeKind.PENDING, None)
_PAID = frozenset({"Autorise", "Capture"})
_UNPAID = {
    "Refuse": Meaning(OutcomeKind.REFUSED, f"{UNKNOWN_REFUSAL} {NOTHING_TAKEN}"),
    "Annule": Meaning(OutcomeKind.CANCELLED, f"Le paiement a été annulé auprès de la banque. {NOTHING_TAKEN}"),
}
_LONGEST_WORD = 40


async def ask(terms: PayboxTerms, question: Question) -> Answer:
    """What the bank says of the payment, day by day. Raises ``BankUnavailableError``.

    All attempts of a payment share its reference: while the page is open, a refusal found may be that of an earlier
    one, and another card may follow. It is told only once nothing can be typed there any more.
    """
    assert question.first_number is not None  # noqa: S101 - this protocol asks for them
    numbers, is_over = count(question.first_number), question.age >= PAGE_LIFE
    said: list[bytes] = []
    outcomes: list[BankOutcome] = []
    for day in _days(question):
        found, raw = await _find(terms, question, next(numbers), day)
        said.append(raw)
        if found["CODEREPONSE"] == _NOT_FOUND:
            continue
        told, raw = await _tell(terms, question, next(numbers), found)
        said.append(raw)
        outcomes.append(_outcome(question, found, told, is_over=is_over))
    if not outcomes:
        outcomes.append(nothing_yet(question, _NOT_FOUND, is_over=is_over))
    paid = any(outcome.meaning.kind is OutcomeKind.ACCEPTED for outcome in outcomes)
    return Answer(b"\n".join(said), tuple(outcomes), may_change=not paid and not is_over)


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
    terms: PayboxTerms, question: Question, number: int, found: dict[str, str]
) -> tuple[dict[str, str], bytes]:
    names = tuple((name, found.get(name, "")) for name in ("NUMAPPEL", "NUMTRANS"))
    if not all(bank_number(value) for _, value in names):
        raise BankUnavailableError
    asked_at = ("DATEQ", f"{question.asked_at:%d%m%Y%H%M%S}")
    return await _put(terms, _TELL, number, (*_payment(question), *names, asked_at))


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


def _outcome(question: Question, found: dict[str, str], told: dict[str, str], *, is_over: bool) -> BankOutcome:
    """The transaction was found by the amount asked for; an answer that names another amount is believed."""
    word = plain(told.get("STATUS", ""), _LONGEST_WORD)
    authorisation = (told.get("AUTORISATION") or found.get("AUTORISATION") or "").strip() or None
    amount = told.get("MONTANT", "")
    return BankOutcome(
        code=word,
        meaning=_meaning(word, is_over=is_over),
        reference=question.reference,
        amount_cents=int(amount) if amount.isdecimal() else question.amount_cents,
        currency=told.get("DEVISE") or EURO,
        transaction_id=bank_number(found["NUMTRANS"]),
        call_number=bank_number(found["NUMAPPEL"]),
        authorisation=authorisation,
        is_test=authorisation == TEST_AUTHORISATION,
    )


def _meaning(word: str, *, is_over: bool) -> Meaning:
    """Money given back, credits and words unknown here tell neither how much was taken nor whether it stays."""
    if word in _PAID:
        return Meaning(OutcomeKind.ACCEPTED, None)
    return _UNPAID.get(word, _PENDING) if is_over else _PENDING
