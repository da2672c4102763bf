"""The treasury's file of payments, for comparison: ``EN-TETE``, then ``LIGNE;date;refdet;montant``, ``PIED-DE-PAGE``.

Thinly sourced: one public integration (SchoolBusManager) reads these three words and four fields. What stands after
``EN-TETE`` and ``PIED-DE-PAGE`` is not known, so that nothing is read of it. Dates and amounts are taken as the web
service writes them, jjmmaaaa and cents; jj/mm/aaaa and euros with a decimal comma say the same without doubt.
Anything else is refused: see docs/decisions/0032.
"""

import re
from datetime import date

from payment_gateway.application.bank_port import UnreadableStatementError
from payment_gateway.domain.reconciliation import StatementLine

_HEAD, _LINE, _FOOT = "EN-TETE", "LIGNE", "PIED-DE-PAGE"
_REFDET = re.compile(r"[A-Z0-9]{6,30}")
_DAYS = (re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})"), re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})"))
_CENTS = re.compile(r"[0-9]{1,7}")
_EUROS = re.compile(r"([0-9]{1,5}),([0-9]{2})")
_MOST_PROBLEMS = 20


def read_statement(raw: bytes) -> list[StatementLine]:
    """The payments of a file. Raises ``UnreadableStatementError`` with all that is wrong, line by line."""
    rows = [(number, row.strip().split(";")) for number, row in enumerate(_text(raw).splitlines(), 1) if row.strip()]
    if len(rows) < 2 or rows[0][1][0] != _HEAD or rows[-1][1][0] != _FOOT:
        raise UnreadableStatementError(
            [f"Le fichier doit commencer par une ligne {_HEAD} et finir par une ligne {_FOOT} : est-il complet ?"]
        )
    lines, problems, seen = [], [], dict[str, int]()
    for number, fields in rows[1:-1]:
        try:
            line = _line(number, fields)
            if line.reference in seen:
                raise ValueError(f"la référence {line.reference} est déjà à la ligne {seen[line.reference]}")
        except ValueError as error:
            problems.append(f"Ligne {number} : {error}.")
            continue
        seen[line.reference] = number
        lines.append(line)
    if not lines and not problems:
        problems = ["Le fichier ne contient aucun paiement."]
    if problems:
        raise UnreadableStatementError(problems[:_MOST_PROBLEMS])
    return lines


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _line(number: int, fields: list[str]) -> StatementLine:
    if fields[0] != _LINE:
        raise ValueError(f"le mot {_LINE} est attendu au début")
    if len(fields) != 4:
        raise ValueError(f"quatre champs sont attendus, il y en a {len(fields)}")
    _, day, reference, amount = (field.strip() for field in fields)
    reference = reference.upper()
    if not _REFDET.fullmatch(reference):
        raise ValueError("la référence doit avoir 6 à 30 lettres ou chiffres")
    return StatementLine(number, _day(day), reference, _cents(amount))


def _day(text: str) -> date:
    found = next(filter(None, (form.fullmatch(text) for form in _DAYS)), None)
    try:
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year < 2100:
        raise ValueError("la date doit être écrite 04072022 ou 04/07/2022")
    return day


def _cents(text: str) -> int:
    if _CENTS.fullmatch(text) and int(text):
        return int(text)
    if (euros := _EUROS.fullmatch(text)) and int("".join(euros.groups())):
        return int("".join(euros.groups()))
    raise ValueError("le montant doit être en centimes (3400), ou en euros avec deux décimales (34,00)")
