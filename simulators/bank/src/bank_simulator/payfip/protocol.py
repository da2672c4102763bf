"""PayFiP's answers: a notification that says nothing but which operation, without signature; the browser's way back."""

from bank_simulator.behaviour import Behaviour
from bank_simulator.cards import UNEXPLAINED_REFUSAL
from bank_simulator.forms import origin
from bank_simulator.model import Attempt, Means, Outcome, Outgoing, Payment, PaymentStatus, Refund
from bank_simulator.payfip.orders import with_idop
from bank_simulator.protocol import Manners

NAME = "payfip"

PAID_BY_CARD, CARD_REFUSED, DEBIT_ACCEPTED, DEBIT_REFUSED, GIVEN_UP = "P", "R", "V", "Z", "A"
"""resultrans."""
_TEXTS = {
    CARD_REFUSED: UNEXPLAINED_REFUSAL,
    DEBIT_REFUSED: "Le prélèvement a été refusé par votre banque.",
}


class PayFiPProtocol:
    manners = Manners(
        "PayFiP (DGFiP)",
        several_tries=False,
        reopens=True,
        notifies_cancellation=True,
        refunds=False,
        takes_debits=True,
    )

    def code(self, outcome: Outcome, means: Means = Means.CARD) -> str:
        if means is Means.DEBIT:
            return DEBIT_ACCEPTED if outcome is Outcome.ACCEPTED else DEBIT_REFUSED
        return PAID_BY_CARD if outcome is Outcome.ACCEPTED else CARD_REFUSED

    def refusal_text(self, code: str) -> str:
        return _TEXTS.get(code, UNEXPLAINED_REFUSAL)

    def forced_code(self, payment: Payment) -> str | None:
        """None: the card decides."""

    def challenge_mandated(self, payment: Payment) -> bool:
        return False

    def notification(self, payment: Payment, attempt: Attempt, behaviour: Behaviour) -> Outgoing | None:
        return self._hint(payment, behaviour)

    def cancellation(self, payment: Payment, behaviour: Behaviour) -> Outgoing | None:
        return self._hint(payment, behaviour)

    def refund_notification(
        self, payment: Payment, attempt: Attempt, refund: Refund, behaviour: Behaviour
    ) -> Outgoing | None:
        """None: PayFiP gives nothing back; the treasury does."""

    def way_back(self, payment: Payment, attempt: Attempt | None) -> Outgoing | None:
        url = payment.field("urlredirect")
        if not url or payment.status is PaymentStatus.OPEN:
            return None
        return Outgoing("GET", with_idop(url, "idop", payment.id))

    def shop_origins(self, payment: Payment) -> frozenset[str]:
        url = payment.field("urlredirect")
        return frozenset({origin(url)} if url else ())

    def _hint(self, payment: Payment, behaviour: Behaviour) -> Outgoing | None:
        url = payment.field("urlnotif")
        if not url:
            return None
        if behaviour.method == "GET":
            return Outgoing("GET", with_idop(url, behaviour.idop_name, payment.id))
        return Outgoing("POST", url, f"{behaviour.idop_name}={payment.id}")
