"""What PayZen's statuses and codes mean, and how to say it to a parent.

Sources: Lyra, vads_trans_status and vads_result. Lyra's own SDK counts what is pending as accepted; it is no money yet.
"""

from payment_gateway.domain.card_refusals import card_refusal
from payment_gateway.domain.outcome import NOTHING_TAKEN, Meaning, OutcomeKind

_PAID = frozenset({"AUTHORISED", "CAPTURED", "ACCEPTED", "PARTIALLY_AUTHORISED"})
_PENDING = frozenset(
    {
        "INITIAL",
        "WAITING_AUTHORISATION",
        "WAITING_AUTHORISATION_TO_VALIDATE",
        "AUTHORISED_TO_VALIDATE",
        "UNDER_VERIFICATION",
        "PRE_AUTHORISED",
        "WAITING_FOR_PAYMENT",
        "SUSPENDED",
        "PENDING",
        "REFUND_TO_RETRY",
    }
)
_CANCELLED = {
    "ABANDONED": "Vous avez quitté la page de la banque avant de payer.",
    "NOT_CREATED": "La banque n'a pas enregistré le paiement. Recommencez.",
    "CANCELLED": "Le paiement a été annulé.",
}
_NOT_AUTHENTICATED = (
    "L'authentification par votre banque (3-D Secure) n'a pas abouti. Recommencez, ou prenez une autre carte."
)
_EXPIRED = "Le délai pour payer est passé. Recommencez."
_CREDIT = "CREDIT"
_UNDOES = frozenset({"CANCELLED", "CAPTURE_FAILED", "EXPIRED"})


def undoes(status: str) -> bool:
    """Whether the status takes back an acceptance of the same transaction: the money will not come."""
    return status in _UNDOES


def meaning_of(
    status: str, auth_result: str | None, operation: str | None, *, authentication_failed: bool = False
) -> Meaning:
    """What a status means. Every status has a meaning; an unknown one is waited for, and seen by the town hall.

    A card refused for want of authentication has no code of the card scheme.
    """
    if operation == _CREDIT:
        return Meaning(OutcomeKind.REFUNDED if status in _PAID else OutcomeKind.PENDING, None)
    if status in _PAID:
        return Meaning(OutcomeKind.ACCEPTED, None)
    if status in _CANCELLED:
        return Meaning(OutcomeKind.CANCELLED, f"{_CANCELLED[status]} {NOTHING_TAKEN}")
    if status == "EXPIRED":
        return Meaning(OutcomeKind.EXPIRED, f"{_EXPIRED} {NOTHING_TAKEN}")
    if status in {"REFUSED", "CAPTURE_FAILED"}:
        sentence = _NOT_AUTHENTICATED if authentication_failed and not auth_result else card_refusal(auth_result or "")
        return Meaning(OutcomeKind.REFUSED, f"{sentence} {NOTHING_TAKEN}")
    return Meaning(OutcomeKind.PENDING, None)
