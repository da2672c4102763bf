"""Money given back to a family by the régie, and what was taken that it is taken from."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.errors import DomainError
from chassis.french import euros
from contracts.events.payment_gateway import RefundConsequence
from contracts.values import EURO
from payment_gateway.domain.confirmation import MoneyInDoubtError
from payment_gateway.domain.judgement import Decision, TransactionOutcome

MOST_TRIES = 4
"""How often a bank is spoken to about a refund whose outcome it did not tell; then a person looks."""
_BANK_ZONE = ZoneInfo("Europe/Paris")

BY_HAND = (
    "Cette banque ne rembourse pas en ligne : faites le virement, ou demandez-le à votre comptable public, puis"
    " notez-le ici."
)
TO_CHECK = (
    "La banque n'a pas dit si elle a remboursé, et le redemander pourrait rembourser deux fois : regardez sur son site,"
    " puis notez ici ce qui a été fait."
)
NOT_BY_CARD = (
    "La banque n'a pas pu rendre cette somme sur la carte : faites un virement à la famille, ou demandez-le à votre"
    " comptable public, puis notez-le ici."
)
NOT_DONE = "La mairie a noté que rien n'a été rendu."


class RefundStatus(StrEnum):
    """Where a refund stands. A refused one is done only when the bank says so after all.

    Done is final, but for a bank that says later that it was not paid out: undone. The money is then decided on anew.
    """

    IN_PROGRESS = "in_progress"
    BY_HAND = "by_hand"
    TO_CHECK = "to_check"
    DONE = "done"
    REFUSED = "refused"
    UNDONE = "undone"

    @property
    def waits_for_a_person(self) -> bool:
        """Whether the régie says how it ended."""
        return self in {RefundStatus.BY_HAND, RefundStatus.TO_CHECK}

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected."""
        return self in {RefundStatus.DONE, RefundStatus.REFUSED, RefundStatus.UNDONE}


class RefundTooLargeError(DomainError):
    """More than what is left to give back."""

    slug = "refund-too-large"

    def __init__(self, left_cents: int) -> None:
        sentence = f"Il reste au plus {euros(left_cents)} à rembourser sur ce paiement."
        super().__init__(sentence if left_cents else "Ce paiement est déjà remboursé, ou va l'être.")


class NothingTakenError(DomainError):
    """No money of this payment can be given back."""

    slug = "nothing-taken"
    sentence = "La banque n'a rien encaissé pour ce paiement : il n'y a rien à rembourser."


class RefundOpenError(DomainError):
    """One refund of a transaction at a time, so that what the bank tells is told of one."""

    slug = "refund-open"
    sentence = "Un remboursement de ce paiement n'est pas terminé. Attendez sa fin, ou notez-la, puis recommencez."


class SurplusUndecidedError(DomainError):
    """Surplus money is given back by a decision."""

    slug = "surplus-undecided"
    sentence = "Décidez d'abord de cette somme reçue en trop : la mettre au crédit du compte, ou la rembourser."


class ConsequenceMissingError(DomainError):
    """It must be said what becomes of the invoices."""

    slug = "consequence-missing"
    sentence = "Dites si les factures réglées par ce paiement sont de nouveau à payer, ou couvertes par un avoir."


class RefundOverError(DomainError):
    """Nothing is left to note about a refund."""

    slug = "refund-over"
    sentence = "Ce remboursement n'attend rien de vous : lisez où il en est."


class SurplusDecidedError(DomainError):
    """The decision was taken."""

    slug = "surplus-decided"
    sentence = "Quelqu'un a déjà décidé de cette somme. Rechargez la page pour voir ce qui a été choisi."


class ForeignMoneyError(DomainError):
    """An account is kept in euros."""

    slug = "foreign-money"
    sentence = "Cette somme n'est pas en euros : elle ne peut pas aller au crédit du compte. Remboursez-la."


@dataclass(frozen=True)
class Taken:
    """Money that the bank took. ``left_cents`` is not given back and not about to be.

    ``is_doubted``: the bank does not stand by it, and nobody has said whether it arrived. ``was_given_back``: it is a
    refund that was not paid out, so that the bank has nothing that it could refund once more.
    """

    movement_id: UUID
    payment_id: UUID
    attempt_id: UUID
    protocol: str
    site: str
    transaction_id: str
    call_number: str | None
    outcome: TransactionOutcome
    decision: Decision | None
    decision_version: int
    amount_cents: int
    left_cents: int
    has_open_refund: bool
    is_doubted: bool
    was_given_back: bool
    currency: str

    @property
    def settles(self) -> bool:
        """Whether it settled its payment."""
        return self.outcome is TransactionOutcome.SETTLED

    @property
    def account(self) -> str:
        """Where the ledger holds it."""
        if self.settles:
            return "settled"
        return "credited" if self.decision is Decision.CREDITED else "undecided"

    @property
    def surplus_id(self) -> UUID | None:
        """Its own identifier when it settled nothing."""
        return None if self.settles else self.movement_id

    def check_refund(self, amount_cents: int) -> None:
        """Raises ``MoneyInDoubtError``, ``RefundOpenError`` and ``RefundTooLargeError``."""
        if self.is_doubted:
            raise MoneyInDoubtError
        if self.has_open_refund:
            raise RefundOpenError
        if amount_cents > self.left_cents:
            raise RefundTooLargeError(self.left_cents)

    def check_credit(self) -> None:
        """Raises ``MoneyInDoubtError``, ``ForeignMoneyError``, ``RefundOpenError`` or, when nothing is left,
        ``RefundTooLargeError``.
        """
        if self.is_doubted:
            raise MoneyInDoubtError
        if self.currency != EURO:
            raise ForeignMoneyError
        if self.has_open_refund:
            raise RefundOpenError
        if not self.left_cents:
            raise RefundTooLargeError(0)


@dataclass(frozen=True)
class Refund:
    """Money to give back, asked for by somebody of the régie. ``sentence`` says why it stands where it does.

    Times are real. ``sent_at`` is when the bank was first spoken to, ``tries`` how often; ``daily_number`` is the
    request's, among those of its shop on the bank's day of ``sent_at``.
    """

    refund_id: UUID
    payment_id: UUID
    attempt_id: UUID
    protocol: str
    site: str
    transaction_id: str
    amount_cents: int
    reason: str
    consequence: RefundConsequence | None
    status: RefundStatus
    requested_by: UUID
    requested_at: datetime
    sentence: str | None = None
    code: str | None = None
    sent_at: datetime | None = None
    daily_number: int | None = None
    tries: int = 0
    next_try_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None

    def waits(self, status: RefundStatus, sentence: str) -> "Refund":
        """It is somebody's turn at the town hall."""
        return replace(self, status=status, sentence=sentence, next_try_at=None)

    def ends(
        self, status: RefundStatus, now: datetime, *, sentence: str | None, code: str | None, by: UUID | None = None
    ) -> "Refund":
        """It is over."""
        return replace(self, status=status, sentence=sentence, code=code, next_try_at=None, ended_at=now, ended_by=by)


def undone_sentence(why: str | None, code: str) -> str:
    """Why a refund that was done is not; ``why`` goes on after «ce remboursement»."""
    return f"La banque a dit ensuite que ce remboursement {why} (code {code}) : la somme est de nouveau à décider."


def bank_day(real_now: datetime) -> date:
    """The day of the French banks, within which a question's number is used once."""
    return real_now.astimezone(_BANK_ZONE).date()
