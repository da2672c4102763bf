"""Paybox System behind the port."""

import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urljoin
from uuid import UUID

from contracts.values import Payer, PostalAddress
from payment_gateway.adapters.bank_http import call_bank
from payment_gateway.adapters.paybox.direct import refund
from payment_gateway.adapters.paybox.message import read_message
from payment_gateway.adapters.paybox.questions import MOST_NUMBERS, PAGE_LIFE, ask, is_recognised
from payment_gateway.adapters.paybox.request import request_form
from payment_gateway.adapters.paybox.terms import PayboxTerms
from payment_gateway.application.bank_port import (
    Addresses,
    Answer,
    BankUnavailableError,
    ContractCheck,
    Departure,
    PaymentOrder,
    Question,
    RefundOrder,
    RefundOutcome,
)
from payment_gateway.domain.judgement import Channel
from payment_gateway.domain.outcome import BankOutcome
from payment_gateway.domain.payment import Payment


class PayboxSystem:
    """Implements ``BankProtocol``."""

    name = "paybox"
    terms = PayboxTerms
    needs_daily_number = False
    repeats_refunds = True
    numbers_per_question = MOST_NUMBERS

    def reference(self, payment: Payment, _attempt_id: UUID) -> str:
        """The payment's own for all its attempts: the bank then refuses a second success by itself (00015)."""
        return payment.bank_reference

    def patience(self, terms: PayboxTerms) -> timedelta:
        """Where the bank can be asked it says by itself that nothing came; else its page's life decides."""
        return timedelta(days=1) if self.can_ask(terms) else PAGE_LIFE

    async def start(self, terms: PayboxTerms, order: PaymentOrder) -> Departure:
        """The signed form. Raises ``PaymentMisconfiguredError``."""
        return request_form(terms, order)

    def understand(self, terms: PayboxTerms, _channel: Channel, raw: bytes) -> BankOutcome | None:
        """A message whose signature is the bank's. Raises ``UnreadableMessageError``."""
        return read_message(terms.bank_public_key_pem, raw)

    def can_ask(self, terms: PayboxTerms) -> bool:
        """With the address of PPPS."""
        return terms.direct_url is not None

    async def ask(self, terms: PayboxTerms, question: Question) -> Answer:
        """PPPS, TYPE 00011 and 00017. Raises ``BankUnavailableError``."""
        return await ask(terms, question)

    def can_refund(self, terms: PayboxTerms) -> bool:
        """With the address of PPPS."""
        return terms.direct_url is not None

    async def refund(self, terms: PayboxTerms, order: RefundOrder) -> RefundOutcome:
        """PPPS, TYPE 00014. Raises ``RefundImpossibleError`` and ``BankUnavailableError``."""
        return await refund(terms, order)

    async def check(self, terms: PayboxTerms) -> ContractCheck:
        """The bank's sign of life, a signed request that nobody will pay, which opens no debit, a question to PPPS."""
        page_url = terms.server_page_url or terms.page_url
        try:
            status, body = await call_bank("GET", urljoin(page_url, "/load.html"))
            if status != 200 or b">OK<" not in body:
                raise BankUnavailableError
            form = request_form(terms, _trial())
            status, body = await call_bank(
                "POST",
                page_url,
                content=urlencode(form.fields).encode(),
                headers={"content-type": "application/x-www-form-urlencoded"},
            )
        except BankUnavailableError:
            return ContractCheck(False, "La page de paiement de la banque ne répond pas à l'adresse du contrat.")
        if status >= 400:
            return ContractCheck(
                False,
                "La banque répond, mais elle refuse la demande signée : vérifiez site, rang, identifiant et clé HMAC.",
            )
        if self.can_ask(terms) and (problem := await _problem_of_direct(terms)):
            return ContractCheck(False, problem)
        return ContractCheck(
            True,
            "La banque répond et n'a pas refusé une demande signée d'essai. Seul un vrai paiement d'essai prouve que"
            " ses messages nous parviennent.",
        )


async def _problem_of_direct(terms: PayboxTerms) -> str | None:
    """Why refunds and questions would not work, in words for the town hall; None when they would."""
    trial, now = _trial(), datetime.now(UTC)
    question = Question(trial.reference, trial.amount_cents, None, timedelta(), now)
    try:
        if await is_recognised(terms, question):
            return None
    except BankUnavailableError:
        return "La page de paiement répond, mais Paybox Direct (PPPS) ne répond pas à l'adresse du contrat."
    return (
        "La page de paiement répond, mais la banque refuse Paybox Direct (PPPS) : demandez-lui si l'offre « premium »"
        " est ouverte, ou retirez cette adresse du contrat."
    )


def _trial() -> PaymentOrder:
    nowhere = Addresses("https://portail.invalid", "https://portail.invalid", "paybox/essai/0")
    return PaymentOrder(
        reference=f"ESSAI-{secrets.token_hex(6)}",
        amount_cents=100,
        label="Essai du contrat",
        article_count=1,
        payer=Payer(
            first_name="Essai",
            last_name="Mairie",
            email="essai@portail.fr",
            address=PostalAddress(line="Mairie", postal_code="00000", city="Mairie"),
        ),
        town_hall_email="",
        addresses=nowhere,
        real_now=datetime.now(UTC),
    )
