"""What a protocol supplies to the pages and to the notifier. One folder per protocol implements it."""

from dataclasses import dataclass
from typing import Protocol

from bank_simulator.behaviour import Behaviour
from bank_simulator.model import Attempt, Means, Outcome, Outgoing, Payment, Refund


@dataclass(frozen=True, slots=True)
class Manners:
    """How a payment page of this protocol behaves."""

    title: str
    several_tries: bool = True
    """After a refusal, another card may be tried on the same page."""
    pays_reference_once: bool = False
    """A reference already paid is refused."""
    reopens: bool = False
    """A payment given up can be taken up again from its address while its time is not over."""
    notifies_cancellation: bool = False
    refunds: bool = True
    """The bank's back office can give money back."""
    takes_debits: bool = False
    """A SEPA direct debit is offered beside the card."""


class BankProtocol(Protocol):
    @property
    def manners(self) -> Manners: ...

    def code(self, outcome: Outcome, means: Means = Means.CARD) -> str:
        """The protocol's own code for an outcome."""

    def refusal_text(self, code: str) -> str:
        """The sentence shown to the payer for a refusal code."""

    def forced_code(self, payment: Payment) -> str | None:
        """The result a test contract wants for every attempt."""

    def challenge_mandated(self, payment: Payment) -> bool:
        """True when the shop wants the 3-D Secure code asked for even where the issuer would not."""

    def notification(self, payment: Payment, attempt: Attempt, behaviour: Behaviour) -> Outgoing | None:
        """The server-to-server message for an attempt; None when the shop asked for none."""

    def cancellation(self, payment: Payment, behaviour: Behaviour) -> Outgoing | None:
        """The server-to-server message for a cancelled payment; None when the shop asked for none."""

    def refund_notification(
        self, payment: Payment, attempt: Attempt, refund: Refund, behaviour: Behaviour
    ) -> Outgoing | None:
        """The server-to-server message for a refund or cancellation; None when this bank sends none."""

    def way_back(self, payment: Payment, attempt: Attempt | None) -> Outgoing | None:
        """How the browser goes back, according to the payment's status; None when the shop gave no address."""

    def shop_origins(self, payment: Payment) -> frozenset[str]:
        """The origins a form of the payment page may end up at."""
