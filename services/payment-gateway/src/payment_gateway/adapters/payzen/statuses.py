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
_NEVER_MADE = frozenset({*_CANCELLED, "REFUSED", "CAPTURE_FAILED", "EXPIRED"})
REFUND_NOT_MADE = "la banque de la carte ne prend pas la somme, faites un virement"
_NOT_UNDERSTOOD = "la demande n'est pas comme elle la veut, prévenez l'hébergeur du portail"
_REFUND_REFUSALS = {
    "INT_905": "le numéro de boutique ou le mot de passe REST du contrat n'est pas le bon",
    "PSP_010": "elle ne trouve pas ce paiement dans cette boutique",
    "PSP_076": "une partie ne peut être rendue qu'une fois le paiement encaissé, recommencez demain",
    "PSP_083": "l'état de ce paiement ne permet pas de le rembourser, regardez sur son site",
    "PSP_104": "ce paiement est déjà remboursé, regardez sur son site",
    "PSP_105": "ce paiement est déjà annulé, regardez sur son site",
    "PSP_511": "elle n'accepte pas ce montant, regardez sur son site ce qui reste à rembourser",
}


def awaits_capture(status: str) -> bool:
    """Whether what is accepted is not yet on its way to the régie's account."""
    return status in _PAID and status != "CAPTURED"


def is_credit(operation: str | None) -> bool:
    """Whether a transaction gives money back."""
    return operation == _CREDIT


def undoes(status: str) -> bool:
    """Whether the status takes back an acceptance of the same transaction: the money will not come."""
    return status in _UNDOES


def meaning_of(
    status: str, auth_result: str | None, operation: str | None, *, authentication_failed: bool = False
) -> Meaning:
    """What a status means. Every status has a meaning; an unknown one is waited for, and seen by the town hall.

    A card refused for want of authentication has no code of the card scheme.
    """
    if is_credit(operation):
        return _meaning_of_credit(status)
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


def _meaning_of_credit(status: str) -> Meaning:
    """Accepted, a credit may still be cancelled in the back office, or its capture fail: its number stays the same."""
    if status in _PAID:
        return Meaning(OutcomeKind.REFUNDED, None)
    if status in _NEVER_MADE:
        why = "a été annulé avant d'être versé" if status == "CANCELLED" else "n'a pas pu être versé"
        return Meaning(OutcomeKind.REFUND_UNDONE, why)
    return Meaning(OutcomeKind.PENDING, None)


def is_refund_made(status: str, operation: str | None) -> bool | None:
    """Whether a refund's answer says that money goes back; None while it may still go either way.

    A credit that waits for a person, an authorisation or another try is not made yet. A debit tells nothing but that
    it is cancelled.
    """
    if operation == _CREDIT and status in _PAID:
        return True
    if operation == _CREDIT and status in _NEVER_MADE:
        return False
    return True if operation != _CREDIT and status == "CANCELLED" else None


def refund_refusal(code: str) -> str | None:
    """Why the REST API is sure to have given nothing back; None where the code leaves it open, or is unknown.

    Among these are INT_999, PSP_099 and PSP_999 (an error of its own). INT_ codes otherwise judge the question only.
    """
    if code in _REFUND_REFUSALS:
        return _REFUND_REFUSALS[code]
    return _NOT_UNDERSTOOD if code.startswith("INT_") and code != "INT_999" else None
