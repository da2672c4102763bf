"""PayFiP behind the port."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from payment_gateway.adapters.payfip.orders import CARD_PAID, DEBIT_ACCEPTED, GIVEN_UP, order_values, outcome_of, refdet
from payment_gateway.adapters.payfip.soap import FunctionalFaultError, call
from payment_gateway.adapters.payfip.statement_file import read_statement
from payment_gateway.adapters.payfip.terms import PayFiPTerms
from payment_gateway.application.bank_port import (
    Answer,
    BankUnavailableError,
    ContractCheck,
    Departure,
    PaymentMisconfiguredError,
    PaymentOrder,
    Question,
    RefundImpossibleError,
    RefundOrder,
    RefundOutcome,
    UnreadableMessageError,
    nothing_yet,
)
from payment_gateway.domain.judgement import Channel, Verdict
from payment_gateway.domain.outcome import BankOutcome, Meaning, OutcomeKind
from payment_gateway.domain.payment import Payment
from payment_gateway.domain.reconciliation import StatementLine

_IDOP_LIFE = timedelta(minutes=20)
"""An operation lives 15 minutes, during which one given up can still be paid; its answer may be on its way longer."""
_NEVER_LEFT = timedelta(minutes=2)
_NOT_YET, _UNKNOWN = "P5", "P1"
_IDOP = re.compile(r"[0-9A-Fa-f-]{30,40}")
_HINT = re.compile(rb"idop=[0-9a-f-]{30,40}(?![0-9a-f-])", re.IGNORECASE)


class PayFiP:
    """Implements ``BankProtocol``."""

    name = "payfip"
    terms = PayFiPTerms
    needs_daily_number = False
    repeats_refunds = False
    numbers_per_question = 0

    def reference(self, _payment: Payment, attempt_id: UUID) -> str:
        """REFDET, a new one for each attempt, since an operation cannot be used again."""
        return refdet(attempt_id)

    def patience(self, _terms: PayFiPTerms) -> timedelta:
        """The treasury always says in the end what became of an operation."""
        return timedelta(days=1)

    async def start(self, terms: PayFiPTerms, order: PaymentOrder) -> Departure:
        """creerPaiementSecurise, then the page of the operation it gives.

        Raises ``PaymentMisconfiguredError`` and ``BankUnavailableError``.
        """
        if order.handle is not None:
            return _page(terms, order.handle)
        try:
            said, _ = await call(terms.service_url, "creerPaiementSecurise", order_values(terms, order))
        except FunctionalFaultError as fault:
            raise PaymentMisconfiguredError(
                f"Le service de paiement des finances publiques refuse la demande ({fault.code}). Prévenez la mairie."
            ) from fault
        idop = said.get("idOp", "")
        if not _IDOP.fullmatch(idop):
            raise BankUnavailableError
        return _page(terms, idop)

    def understand(self, _terms: PayFiPTerms, _channel: Channel, raw: bytes) -> BankOutcome | None:
        """An idop, unsigned, in any case and among anything: a hint that there is something to ask, about the attempt
        of the address. Raises ``UnreadableMessageError`` without one.
        """
        if not _HINT.search(raw):
            raise UnreadableMessageError(Verdict.MALFORMED)
        return None

    def can_ask(self, _terms: PayFiPTerms) -> bool:
        """Always: it is the only way to know."""
        return True

    async def ask(self, terms: PayFiPTerms, question: Question) -> Answer:
        """recupererDetailPaiementSecurise. Raises ``BankUnavailableError``.

        A refusal, like an abandonment, may be followed by a payment while the operation lives.
        """
        is_over = question.age >= _IDOP_LIFE
        if question.handle is None:
            never_left = question.age >= _NEVER_LEFT
            return Answer(b"", (nothing_yet(question, "", is_over=never_left),))
        try:
            said, raw = await call(terms.service_url, "recupererDetailPaiementSecurise", {"idOp": question.handle})
        except FunctionalFaultError as fault:
            if fault.code not in {_NOT_YET, _UNKNOWN}:
                raise BankUnavailableError from fault
            # An operation once paid is forgotten in time, and its debit may be rejected still: that ends nothing.
            is_over = is_over and not question.was_paid
            return Answer(fault.raw, (nothing_yet(question, fault.code, is_over=is_over),))
        if said.get("idOp", "").lower() != question.handle:
            raise BankUnavailableError
        outcome = outcome_of(terms, said)
        if outcome.code == GIVEN_UP and not is_over:
            return Answer(raw, (replace(outcome, meaning=Meaning(OutcomeKind.PENDING, None)),))
        is_paid_by_card = outcome.code == CARD_PAID
        may_change = outcome.code == DEBIT_ACCEPTED or not (is_paid_by_card or is_over)
        return Answer(raw, (outcome,), may_change=may_change)

    def can_refund(self, _terms: PayFiPTerms) -> bool:
        """Never: the treasury gives money back by other ways."""
        return False

    async def refund(self, terms: PayFiPTerms, order: RefundOrder) -> RefundOutcome:
        """The treasury gives money back by other ways. Raises ``RefundImpossibleError``."""
        raise RefundImpossibleError(
            "PayFiP ne rembourse pas en ligne : demandez-le à votre comptable public, puis notez le remboursement."
        )

    def read_statement(self, raw: bytes) -> list[StatementLine]:
        """The file that the treasury's site gives. Raises ``UnreadableStatementError``."""
        return read_statement(raw)

    async def check(self, terms: PayFiPTerms) -> ContractCheck:
        """recupererDetailClient: the treasury names the régie."""
        try:
            said, _ = await call(terms.service_url, "recupererDetailClient", {"numCli": terms.numcli})
        except FunctionalFaultError as fault:
            return ContractCheck(
                False, f"PayFiP répond, mais ne connaît pas le numéro de client {terms.numcli} ({fault.code})."
            )
        except BankUnavailableError:
            return ContractCheck(False, "Le service PayFiP ne répond pas à l'adresse du contrat.")
        labels = " – ".join(filter(None, (said.get(f"libelleN{number}", "") for number in (1, 2, 3))))
        return ContractCheck(True, f"PayFiP reconnaît la régie : {labels or terms.numcli}.")


def _page(terms: PayFiPTerms, idop: str) -> Departure:
    return Departure(terms.page_url, (("idop", idop),), method="GET", handle=idop.lower())
