"""A bank's file of what it took, laid beside what we know to be taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True)
class StatementLine:
    """One payment in a bank's file. ``number`` is the line's, from 1; ``reference`` that of an attempt."""

    number: int
    day: date
    reference: str
    amount_cents: int


@dataclass(frozen=True)
class KnownAttempt:
    """An attempt of ours. ``taken_cents`` is what the bank told us it took, None when it told nothing."""

    attempt_id: UUID
    payment_id: UUID
    reference: str
    label: str
    taken_cents: int | None
    day: date | None


class Finding(StrEnum):
    """What a comparison says of one payment."""

    MATCHED = "matched"
    AMOUNT_DIFFERS = "amount_differs"
    NOT_TAKEN_HERE = "not_taken_here"
    UNKNOWN_HERE = "unknown_here"
    MISSING_THERE = "missing_there"


_SENTENCES = {
    Finding.MATCHED: "Identique des deux côtés.",
    Finding.AMOUNT_DIFFERS: "Le montant n'est pas le même : comparez avec la banque avant de décider.",
    Finding.NOT_TAKEN_HERE: (
        "La banque l'a encaissé, le portail ne le savait pas : la question vient d'être posée à la banque. Revenez voir"
        " dans quelques minutes."
    ),
    Finding.UNKNOWN_HERE: (
        "Cette référence n'est pas celle d'un paiement du portail. Cherchez-la chez votre comptable public."
    ),
    Finding.MISSING_THERE: (
        "Encaissé selon le portail, absent du fichier. Un prélèvement peut figurer dans le fichier d'un autre jour :"
        " vérifiez le suivant."
    ),
}


@dataclass(frozen=True)
class Compared:
    """One payment, as the file and as we have it."""

    finding: Finding
    reference: str
    line: StatementLine | None
    known: KnownAttempt | None

    @property
    def sentence(self) -> str:
        """What it means and what to do."""
        return _SENTENCES[self.finding]


def compare(lines: Sequence[StatementLine], known: Mapping[str, KnownAttempt]) -> list[Compared]:
    """Every line of the file in its order, then what we took in its days and it does not have.

    ``known`` gives attempts by reference: those of the lines, and all that took money in the file's days.
    """
    compared = [_of_line(line, known.get(line.reference)) for line in lines]
    there = {line.reference for line in lines}
    missing = [
        Compared(Finding.MISSING_THERE, reference, None, attempt)
        for reference, attempt in known.items()
        if reference not in there and attempt.taken_cents is not None
    ]
    return compared + missing


def _of_line(line: StatementLine, attempt: KnownAttempt | None) -> Compared:
    if attempt is None:
        finding = Finding.UNKNOWN_HERE
    elif attempt.taken_cents is None:
        finding = Finding.NOT_TAKEN_HERE
    elif attempt.taken_cents != line.amount_cents:
        finding = Finding.AMOUNT_DIFFERS
    else:
        finding = Finding.MATCHED
    return Compared(finding, line.reference, line, attempt)
