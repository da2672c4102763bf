"""PayZen behind the port."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import ValidationError

from payment_gateway.adapters.payzen.message import attempt_named, read_message
from payment_gateway.adapters.payzen.request import request_form
from payment_gateway.adapters.payzen.rest import call, can_call
from payment_gateway.adapters.payzen.rest_models import Payment as SaidPayment
from payment_gateway.adapters.payzen.rest_models import Transaction, outcome_of
from payment_gateway.adapters.payzen.statuses import (
    REFUND_NOT_MADE,
    awaits_capture,
    is_credit,
    is_refund_made,
    refund_refusal,
)
from payment_gateway.adapters.payzen.terms import PayZenTerms
from payment_gateway.application.bank_port import (
    Answer,
    BankUnavailableError,
    ContractCheck,
    Departure,
    PaymentOrder,
    Question,
    RefundImpossibleError,
    RefundOrder,
    RefundOutcome,
    nothing_yet,
    refund_refused,
)
from payment_gateway.domain.judgement import Channel
from payment_gateway.domain.outcome import BankOutcome, OutcomeKind
from payment_gateway.domain.payment import Payment

_PAGE_LIFE = timedelta(minutes=20)
"""The bank's page lives 10 minutes after its last use; beyond this no card can be typed any more."""
_DAY = timedelta(days=1)
_LATEST_CAPTURE = timedelta(days=30)
_NOT_FOUND = "PSP_010"
_WRONG_PASSWORD = "INT_905"  # noqa: S105 - the bank's error code


class PayZen:
    """Implements ``BankProtocol``."""

    name = "payzen"
    terms = PayZenTerms
    needs_daily_number = True
    repeats_refunds = False
    numbers_per_question = 0

    def reference(self, _payment: Payment, attempt_id: UUID) -> str:
        """One order per attempt, so that what the bank says of an order is said of one attempt."""
        return str(attempt_id)

    def patience(self, terms: PayZenTerms) -> timedelta:
        """Where the bank can be asked it says by itself that nothing came; else its page's life decides."""
        return timedelta(days=1) if can_call(terms) else _PAGE_LIFE

    async def start(self, terms: PayZenTerms, order: PaymentOrder) -> Departure:
        """The signed form. Raises ``PaymentMisconfiguredError``."""
        return request_form(terms, order)

    def understand(self, terms: PayZenTerms, channel: Channel, raw: bytes) -> BankOutcome | None:
        """A message whose signature is the bank's. Raises ``UnreadableMessageError``."""
        return read_message(terms, channel, raw)

    def attempt_named(self, raw: bytes) -> UUID | None:
        """The order's number is the attempt's."""
        return attempt_named(raw)

    def can_ask(self, terms: PayZenTerms) -> bool:
        """With the REST API's password."""
        return can_call(terms)

    async def ask(self, terms: PayZenTerms, question: Question) -> Answer:
        """Order/Get: all cards tried on the attempt's order, in the order of time. Raises ``BankUnavailableError``.

        What is accepted, a refund too, may be cancelled in the back office, or fail, until it is captured: it is asked
        about each day.
        """
        envelope, raw = await call(terms, "Order/Get", {"orderId": question.reference})
        page_is_open = question.age < _PAGE_LIFE
        if envelope.error:
            if envelope.error.error_code != _NOT_FOUND:
                raise BankUnavailableError
            return Answer(raw, (nothing_yet(question, envelope.error.error_code, is_over=not page_is_open),))
        try:
            order = SaidPayment.model_validate(envelope.answer)
        except ValidationError as error:
            raise BankUnavailableError from error
        if order.shop_id != terms.site_id:
            raise BankUnavailableError
        said = sorted(order.transactions, key=_created)
        outcomes = tuple(outcome_of(order, transaction) for transaction in said)
        kinds = {outcome.meaning.kind for outcome in outcomes}
        if OutcomeKind.PENDING in kinds or OutcomeKind.ACCEPTED not in kinds:
            return Answer(raw, outcomes, may_change=OutcomeKind.PENDING in kinds or page_is_open)
        waits = any(_awaits_capture(each, question) for each in said)
        return Answer(raw, outcomes, may_change=waits, pause=_DAY if waits else None)

    def can_refund(self, terms: PayZenTerms) -> bool:
        """With the REST API's password."""
        return can_call(terms)

    async def refund(self, terms: PayZenTerms, order: RefundOrder) -> RefundOutcome:
        """Transaction/CancelOrRefund: before the capture the debit is cancelled, after it a credit is made.

        Raises ``RefundImpossibleError`` and ``BankUnavailableError``.
        """
        if not can_call(terms):
            raise RefundImpossibleError
        asked = {"uuid": order.transaction_id, "amount": order.amount_cents, "currency": "EUR"}
        envelope, raw = await call(terms, "Transaction/CancelOrRefund", {**asked, "resolutionMode": "AUTO"})
        if envelope.error:
            code = envelope.error.error_code
            why = refund_refusal(code)
            if why is None:
                raise BankUnavailableError
            return refund_refused(code, why, raw)
        try:
            said = Transaction.model_validate(envelope.answer)
        except ValidationError as error:
            raise BankUnavailableError from error
        return _refund_outcome(order, said, raw)

    async def check(self, terms: PayZenTerms) -> ContractCheck:
        """Charge/SDKTest, which proves shop and password; the form's key is proven by a payment only."""
        if not can_call(terms):
            return ContractCheck(
                False, "Sans l'adresse et le mot de passe de l'API REST, le contrat ne peut pas être vérifié."
            )
        try:
            envelope, _ = await call(terms, "Charge/SDKTest", {"value": "portail-famille"})
        except BankUnavailableError:
            return ContractCheck(False, "L'API REST de la banque ne répond pas à l'adresse du contrat.")
        if envelope.error:
            wrong = envelope.error.error_code == _WRONG_PASSWORD
            why = "numéro de boutique ou mot de passe REST faux" if wrong else f"code {envelope.error.error_code}"
            return ContractCheck(False, f"La banque répond, mais elle refuse la question : {why}.")
        return ContractCheck(
            True,
            "La banque reconnaît la boutique et son mot de passe REST. Un paiement d'essai prouvera la clé de signature"
            " du formulaire.",
        )


def _refund_outcome(order: RefundOrder, said: Transaction, raw: bytes) -> RefundOutcome:
    """The credit, or the debit that is cancelled. Raises ``BankUnavailableError`` while it may still go either way.

    Another amount than asked for is looked at by a person: the bank may have cancelled more, or given back less.
    """
    made = is_refund_made(said.detailed_status, said.operation_type)
    if made is None or said.amount != order.amount_cents:
        raise BankUnavailableError
    if not made:
        return refund_refused(said.detailed_status, REFUND_NOT_MADE, raw)
    return RefundOutcome(True, said.detailed_status, refund_id=said.uuid.lower(), raw=raw)


def _awaits_capture(transaction: Transaction, question: Question) -> bool:
    """Whether something may still become of it; a refund may be made long after its payment."""
    made_at = transaction.creation_date if is_credit(transaction.operation_type) else None
    age = question.asked_at - made_at if made_at else question.age
    return awaits_capture(transaction.detailed_status) and age < _LATEST_CAPTURE


def _created(transaction: Transaction) -> datetime:
    return transaction.creation_date or datetime.min.replace(tzinfo=UTC)
