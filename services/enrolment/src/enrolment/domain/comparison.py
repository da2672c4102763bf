"""What enrolment keeps of the payments of its orders, beside what payment-gateway states; and in words.

Only an outcome that is older here may be mended, by settling it. Money for something else than what was ordered, or
that the bank does not confirm, is for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from chassis.french import euros, short_date
from enrolment.domain.order import PaymentState


class Kind(StrEnum):
    """What can differ."""

    PAYMENT_MISSING = "payment_missing"
    PAYMENT_OUTDATED = "payment_outdated"
    PAYMENT_DIFFERS = "payment_differs"
    PAYMENT_UNKNOWN = "payment_unknown"
    ORDER_UNPAID = "order_unpaid"


@dataclass(frozen=True)
class KeptPayment:
    """What is kept of a stated payment. ``used`` when it paid its order or is kept as a surplus."""

    state: PaymentState
    sequence: int
    amount_cents: int
    used: bool


def compare_payment(state: PaymentState, amount_cents: int, sequence: int, kept: KeptPayment | None) -> Kind | None:
    """What differs. A success is final, at whatever version it was heard of."""
    if kept is None:
        return Kind.PAYMENT_MISSING
    succeeded = kept.state is PaymentState.SUCCEEDED
    if kept.sequence > sequence and not (succeeded and state is PaymentState.SUCCEEDED):
        return None
    if kept.amount_cents != amount_cents:
        return Kind.PAYMENT_DIFFERS
    if not succeeded and kept.sequence < sequence:
        return Kind.PAYMENT_OUTDATED
    if kept.state is not state:
        return Kind.PAYMENT_DIFFERS
    return Kind.ORDER_UNPAID if succeeded and not kept.used else None


_OPERATOR = "Prévenez l'opérateur du portail, en lui donnant la référence ci-dessous."


def sentence(
    kind: Kind, day: date, family: str, *, mended: bool, expected: Mapping[str, Any], found: Mapping[str, Any]
) -> str:
    """What differs, or was mended."""
    what = f"Le paiement de {euros((expected or found)['cents'])} du {short_date(day)} ({family})"
    if kind is Kind.PAYMENT_OUTDATED:
        if not mended:
            return f"{what} manque aux inscriptions, et n'a pas pu être ajouté automatiquement."
        opened = " et les adhésions sont ouvertes" if expected["status"] == PaymentState.SUCCEEDED else ""
        return f"{what} manquait aux inscriptions : il a été ajouté{opened}."
    if kind is Kind.PAYMENT_DIFFERS and found["cents"] != expected["cents"]:
        return f"{what} est noté pour {euros(found['cents'])} aux inscriptions."
    return {
        Kind.PAYMENT_MISSING: f"{what} ne correspond à aucune commande d'adhésions.",
        Kind.PAYMENT_DIFFERS: f"{what} n'a pas la même issue aux inscriptions et à la banque.",
        Kind.PAYMENT_UNKNOWN: f"{what} est noté comme reçu aux inscriptions, mais la banque ne l'a pas confirmé.",
        Kind.ORDER_UNPAID: f"{what} est bien reçu, mais sa commande d'adhésions n'est pas ouverte.",
    }[kind]


def advice(kind: Kind) -> str:
    """What to do about one that stays open."""
    if kind is Kind.ORDER_UNPAID:
        return f"La famille a payé : ne lui redemandez rien. {_OPERATOR}"
    if kind is Kind.PAYMENT_OUTDATED:
        return _OPERATOR
    return f"Rien n'a été modifié. Comparez avec le relevé de la banque avant de rembourser. {_OPERATOR}"
