"""What people and the bank were told: each thing acknowledged must be found once, for ever."""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can be acknowledged, and by whom."""

    FAMILY = "family registered"
    """To the town hall, by a 2xx; the others to the parent."""
    ORDER = "adhesions ordered"
    ADHESION_PAYMENT = "payment of adhesions accepted"
    """By the bank's page, as of invoices."""
    ADHESION = "adhesion in force"
    BASKET = "days booked"
    INVOICE = "invoice shown"
    INVOICE_PAYMENT = "payment of an invoice accepted"
    INVOICE_PAID = "invoice shown as paid"


@dataclass(frozen=True)
class Effect:
    """``key`` is an id, ``at`` the moment of the acknowledgement (``time.monotonic``)."""

    kind: Kind
    key: str
    cents: int
    at: float


class Ledger:
    """Shared by all who use the portal. ``troubles`` counts answers that were not one; once ``over``, all give up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.effects: list[Effect] = []
        self.troubles: Counter[str] = Counter()
        self.failures: list[str] = []
        self.over = threading.Event()

    def acknowledge(self, kind: Kind, key: str, cents: int = 0) -> None:
        with self._lock:
            self.effects.append(Effect(kind, key, cents, time.monotonic()))

    def trouble(self, what: str) -> None:
        with self._lock:
            self.troubles[what] += 1

    def fail(self, what: str) -> None:
        """Something no person should have met."""
        with self._lock:
            self.failures.append(what)
