"""What the use cases need from storage. A store works inside one transaction of one commune."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from billing.domain.allocation import Due
from billing.domain.deduction import Credit
from billing.domain.period import Period, due_day
from billing.domain.taking_back import Use
from contracts.event import Event
from contracts.events import PaymentReversed
from contracts.values import PaymentStatus, PostalAddress


@dataclass(frozen=True)
class Prompt:
    """What a basket has to pay at once: until when, and which day that is."""

    basket_id: UUID
    pay_until: datetime
    last_day: date


@dataclass(frozen=True)
class InvoicingRun:
    """One run of the invoices of a month, or of what one basket has to pay at once (``prompt``).

    ``requested_by`` is the account; None for the scheduled run and for a basket's.
    """

    run_id: UUID
    period: Period
    issued_on: date
    requested_by: UUID | None
    prompt: Prompt | None = None

    @property
    def automatic(self) -> bool:
        """Whether the schedule asked for it."""
        return self.requested_by is None and self.prompt is None

    @property
    def due_on(self) -> date:
        """The last day to pay; never the day of issue itself."""
        if self.prompt is None:
            return due_day(self.issued_on)
        return max(self.prompt.last_day, self.issued_on + timedelta(days=1))


class InvoicingStore(Protocol):
    """Storage of an invoicing run. Every method is one statement, whatever the number of families."""

    async def lock_charges(self) -> None:
        """Waits for other runs and for charges being written; holds both off until the end."""
        ...

    async def open_run(self, run: InvoicingRun) -> bool:
        """Notes the run; False when it is automatic and the month already had its automatic run."""
        ...

    async def lock_last_sequence(self, period: Period) -> int:
        """The last sequence drawn in the month (0 at first), its row locked."""
        ...

    async def insert_invoices(self, run: InvoicingRun, *, after_sequence: int) -> int:
        """One invoice per family and régie that owes more than nothing. Returns how many."""
        ...

    async def keep_last_sequence(self, period: Period, sequence: int) -> None:
        """Notes the last sequence drawn."""
        ...

    async def insert_lines(self, run: InvoicingRun) -> None:
        """Groups the charges of each invoice into lines."""
        ...

    async def attach_charges(self, run: InvoicingRun) -> None:
        """Gives each invoiced charge its invoice."""
        ...

    async def debit_families(self, run: InvoicingRun) -> None:
        """Writes the invoices to the ledger."""
        ...

    async def ask_prompt_payment(self, run: InvoicingRun) -> None:
        """Notes until when a basket's invoices are to be paid."""
        ...

    async def announce_invoices(self, run: InvoicingRun) -> None:
        """Publishes ``invoice_issued`` for each invoice, in the order of their numbers."""
        ...


@dataclass(frozen=True)
class OpenInvoice:
    """An invoice as a payment sees it. ``pay_until``: it is cancelled unless paid by then."""

    invoice_id: UUID
    number: str
    regie_id: UUID
    regie_name: str
    amount_cents: int
    paid_cents: int
    pay_until: datetime | None = None

    @property
    def due(self) -> Due:
        """What is left to pay."""
        return Due(self.invoice_id, self.amount_cents - self.paid_cents)


@dataclass(frozen=True)
class PayerContact:
    """A guardian and the family's address."""

    first_name: str
    last_name: str
    email: str | None
    address: PostalAddress


@dataclass(frozen=True)
class InvoicePayment:
    """A family's wish to pay invoices. ``items`` freeze what was due on each when it was made."""

    invoice_payment_id: UUID
    payment_id: UUID
    family_id: UUID
    regie_id: UUID
    items: tuple[Due, ...]

    @property
    def total_cents(self) -> int:
        """What the bank is asked for."""
        return sum(item.cents for item in self.items)


@dataclass(frozen=True)
class KnownPayment:
    """A payment of invoices as stored."""

    invoice_payment_id: UUID
    status: str
    settled_sequence: int


class PaymentStore(Protocol):
    """Storage of payments of invoices."""

    def now(self) -> datetime:
        """Business instant, UTC."""
        ...

    async def publish(self, event: Event, *, sequence: int) -> None:
        """Publishes an event if and only if the transaction commits."""
        ...

    async def lock_credits(self, family_id: UUID) -> Mapping[UUID, Sequence[Credit]]:
        """What lies at the family's credit, by the régie that holds it; locked, which comes before the invoices."""
        ...

    async def lock_invoices(self, family_id: UUID, invoice_ids: Sequence[UUID]) -> list[OpenInvoice]:
        """The family's invoices among ``invoice_ids``, locked, always in the same order."""
        ...

    async def pending_payment(self, family_id: UUID, items: Sequence[Due]) -> InvoicePayment | None:
        """The family's pending payment of exactly these invoices and amounts."""
        ...

    async def payer(self, family_id: UUID, guardian_id: UUID | None) -> PayerContact | None:
        """The guardian who pays, or the first of the family who can be reached."""
        ...

    async def insert_payment(self, payment: InvoicePayment) -> None:
        """Keeps a new pending payment and its items."""
        ...

    async def lock_payment(self, payment_id: UUID) -> KnownPayment | None:
        """A payment of invoices, locked."""
        ...

    async def paid_invoices(self, invoice_payment_id: UUID) -> list[UUID]:
        """The invoices a payment was made for."""
        ...

    async def keep_status(self, known: KnownPayment, status: PaymentStatus, sequence: int) -> None:
        """Notes the outcome of a payment."""
        ...

    async def add_paid(self, invoice_id: UUID, cents: int) -> int:
        """Adds to what was paid on a locked invoice. Returns the invoice's new version."""
        ...

    async def keep_prompt_paid(self, invoice_id: UUID) -> Sequence[UUID]:
        """Notes that what was to be paid at once is; the reservations of it, none for other invoices."""
        ...

    async def add_use(
        self, source_id: UUID, family_id: UUID, invoice_id: UUID | None, cents: int, movement_id: UUID
    ) -> None:
        """Notes where money of a payment or a credited surplus lies: on an invoice, or (None) at the family's credit.

        ``movement_id`` is what moved it; ``cents`` is negative when it is taken back.
        """
        ...

    async def credit_family(
        self, *, family_id: UUID, kind: str, payment_id: UUID, label: str, cents: int, at: datetime
    ) -> None:
        """Writes a credit to the ledger; ``kind`` is ``payment`` or, for a surplus, ``credit``."""
        ...


@dataclass(frozen=True)
class Surplus:
    """Money the town holds that settles nothing."""

    surplus_id: UUID
    payment_id: UUID
    family_id: UUID
    regie_id: UUID
    label: str
    amount_cents: int
    received_at: datetime


@dataclass(frozen=True)
class SurplusState:
    """What was decided, and what did not go back."""

    decision: str
    left_cents: int


@dataclass(frozen=True)
class OwedInvoice:
    """What is left to pay of an invoice, in one version of it."""

    number: str
    version: int
    due_on: date
    left_cents: int


class ReturnStore(PaymentStore, Protocol):
    """Storage of what goes back, and of surplus money."""

    async def is_settled(self, payment_id: UUID) -> bool:
        """Whether billing knows of the payment's success; it is locked."""
        ...

    async def add_return(self, back: PaymentReversed) -> bool:
        """Keeps that money went back; False when that is known."""
        ...

    async def uses(self, source_id: UUID) -> list[Use]:
        """Where the money of a payment or a surplus lies."""
        ...

    async def unpay(self, invoice_id: UUID, cents: int, *, credited_cents: int) -> OwedInvoice:
        """Takes from what was paid on an invoice, a credit note covering ``credited_cents`` of it. What is left."""
        ...

    async def add_surplus(self, surplus: Surplus) -> bool:
        """Keeps surplus money; False when it is known."""
        ...

    async def lock_surplus(self, surplus_id: UUID) -> bool:
        """Locks it; False when it is not known."""
        ...

    async def keep_decision(self, surplus_id: UUID, decision: str, version: int) -> None:
        """Keeps a decision unless a newer one is known."""
        ...

    async def surplus_state(self, surplus_id: UUID) -> SurplusState:
        """What is decided and left of a known one."""
        ...

    async def move(
        self, family_id: UUID, kind: str, reference_id: UUID, *, label: str, cents: int, at: datetime
    ) -> None:
        """Writes a movement to the family's account, once; nothing for no money."""
        ...
