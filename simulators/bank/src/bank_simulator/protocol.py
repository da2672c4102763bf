"""What a protocol supplies to the pages and to the notifier. One folder per protocol implements it."""

from typing import Protocol

from bank_simulator.behaviour import Behaviour
from bank_simulator.model import Attempt, Outgoing, Payment


class BankProtocol(Protocol):
    def notification(self, payment: Payment, attempt: Attempt, behaviour: Behaviour) -> Outgoing | None:
        """The server-to-server message for an attempt; None when the shop asked for none."""

    def cancellation(self, payment: Payment, behaviour: Behaviour) -> Outgoing | None:
        """The server-to-server message for a cancelled payment; None when the shop asked for none."""

    def return_url(self, payment: Payment, attempt: Attempt | None) -> str | None:
        """Where the browser goes at the end, according to the payment's status; None when the shop gave no address."""

    def shop_origins(self, payment: Payment) -> frozenset[str]:
        """The origins a form of the payment page may end up at, by redirection."""

    def challenge_mandated(self, payment: Payment) -> bool:
        """True when the shop wants the 3-D Secure code asked for even where the issuer would not."""

    def forced_code(self, payment: Payment) -> str | None:
        """The result a test contract wants for every attempt."""
