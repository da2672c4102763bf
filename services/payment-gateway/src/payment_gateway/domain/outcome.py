"""What a bank says of an attempt, in our words, whatever its protocol."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.values import EURO

NOTHING_TAKEN = "Rien n'a été débité."
NEVER_PAID = f"La page de la banque s'est fermée sans paiement. {NOTHING_TAKEN}"
EXPIRED_SENTENCE = (
    "La banque n'a confirmé aucun paiement dans le délai prévu. Si votre compte a été débité, le paiement sera pris"
    " en compte dès que la banque nous le dira ; sinon, recommencez."
)
TO_REVIEW_SENTENCE = (
    "La banque a accepté un paiement qui ne correspond pas exactement à ce qui était dû. La mairie le vérifie : ne"
    " payez pas une seconde fois."
)

ZERO_SENTENCE = f"La banque a répondu pour un montant nul : le paiement n'est pas fait. {NOTHING_TAKEN}"


class OutcomeKind(StrEnum):
    """What the bank says of an attempt. ``denied``: asked, it surely does not stand by what its message told.

    ``refund_undone``: a refund that will not, or no more, be paid out.
    """

    ACCEPTED = "accepted"
    PENDING = "pending"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUSED = "refused"
    ALREADY_PAID = "already_paid"
    REFUNDED = "refunded"
    DENIED = "denied"
    REFUND_UNDONE = "refund_undone"


@dataclass(frozen=True)
class Meaning:
    """A kind, and a sentence for the family (None when there is nothing to explain)."""

    kind: OutcomeKind
    sentence: str | None


@dataclass(frozen=True)
class BankOutcome:
    """What the bank says, once it is sure that it says so.

    ``code`` is the bank's own; ``reference`` the attempt's at the bank; ``currency`` numeric, ISO 4217.
    ``transaction_id`` and ``call_number`` are what the bank needs to give the money back. ``is_test`` says that the
    bank's test platform made it; ``lacks_proof`` that the protocol demands more to believe a success; ``encoding``
    which form of the text a signature covers. ``undoes`` says that an acceptance of the same transaction, if there was
    one, is taken back. ``happened_at`` is the instant the bank gives it, by which its statement cuts days;
    ``bank_number`` the short number its statement shows, where that is not ``transaction_id``.
    """

    code: str
    meaning: Meaning
    reference: str
    amount_cents: int
    transaction_id: str | None
    authorisation: str | None = None
    call_number: str | None = None
    currency: str = EURO
    is_test: bool = False
    lacks_proof: bool = False
    undoes: bool = False
    encoding: str = "raw"
    happened_at: datetime | None = None
    bank_number: str | None = None
