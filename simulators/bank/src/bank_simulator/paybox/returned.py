"""PBX_RETOUR: which variables go back to the shop, under which names, and the signed message made of them.

Source: Verifone, Paybox System integration documentation, «dictionnaire des données».
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from bank_simulator.behaviour import GENUINE, Behaviour
from bank_simulator.model import Attempt, Payment
from bank_simulator.paybox.seal import BankKey
from bank_simulator.signature import with_signature

SIGNATURE = "K"
LETTERS = frozenset("MRTABCDEFGHIJKNOPQSUWYZv")
_RAW_IN_MESSAGES = ",@:/"
"""Genuine messages carry these characters as they are, and a space as %20, in the very text that is signed."""

TEST_AUTHORISATION = "XXXXXX"
"""What stands for the authorisation on the test platform."""
_CALL_MINUS_TRANSACTION = 1_000_000_000
"""T and S name the same attempt but are two numbers: a shop that mixes them up is found out."""


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    letter: str


def parse_return_variables(text: str) -> tuple[Variable, ...]:
    """The variables asked for by ``name:letter;name:letter``. Raises ValueError, in French, for a wrong list."""
    variables = []
    for part in text.split(";"):
        match = re.fullmatch(r"([A-Za-z0-9_.\-]+):([A-Za-z])", part)
        if match is None:
            raise ValueError(f"«{part}» n'est pas de la forme nom:lettre")
        if match[2] not in LETTERS:
            raise ValueError(f"la variable {match[2]} n'existe pas")
        variables.append(Variable(match[1], match[2]))
    names = [variable.name for variable in variables]
    if len(set(names)) != len(names):
        raise ValueError("un nom est donné deux fois")
    if SIGNATURE in [variable.letter for variable in variables[:-1]]:
        raise ValueError("la signature K doit être en dernière position")
    return tuple(variables)


def transaction_number(call_number: int) -> int:
    """S, for T."""
    return call_number - _CALL_MINUS_TRANSACTION


def call_number(transaction: int) -> int:
    """T, for S."""
    return transaction + _CALL_MINUS_TRANSACTION


def values_of(payment: Payment, attempt: Attempt) -> dict[str, str]:
    """The value of each letter for an attempt. A letter without a value is not sent: A on a refusal, for instance."""
    values = {
        "M": payment.field("PBX_TOTAL") or "",
        "R": payment.reference,
        "T": str(attempt.number),
        "S": str(transaction_number(attempt.number)),
        "E": attempt.code,
        "P": "CARTE",
        "Q": f"{attempt.created_at:%H:%M:%S}",
        "W": f"{attempt.created_at:%d%m%Y}",
        "I": "FRA",
        "Y": "FRA",
        "F": "Y" if attempt.authenticated else "N",
        "G": "O" if attempt.authenticated else "N",
        "O": "Y",
        "v": "2.2.0",
    }
    if attempt.card is not None:
        card = attempt.card
        values |= {"C": card.brand, "D": card.expiry_yymm, "J": card.last2, "N": card.bin6}
    if attempt.authorisation is not None:
        values["A"] = attempt.authorisation
    return values


def values_without_attempt(payment: Payment, code: str) -> dict[str, str]:
    """What goes back when no card was tried: cancelled or timed out."""
    return {"M": payment.field("PBX_TOTAL") or "", "R": payment.reference, "E": code}


def encode(variables: Sequence[Variable], values: Mapping[str, str]) -> str:
    """The message without its signature: the shop's names in the shop's order."""
    return "&".join(
        f"{variable.name}={quote(values[variable.letter], safe=_RAW_IN_MESSAGES)}"
        for variable in variables
        if variable.letter in values
    )


def signed_message(
    variables: Sequence[Variable],
    values: Mapping[str, str],
    key: BankKey,
    *,
    shop_query: str = "",
    behaviour: Behaviour = GENUINE,
) -> str:
    """The query string sent to the shop, signature last.

    ``shop_query`` is the query the shop put in its own address when the signature covers it (browser return);
    it stays first, as in the address.
    """
    if behaviour.amount_cents is not None:
        values = {**values, "M": f"{behaviour.amount_cents:03}"}
    if behaviour.test_platform and "A" in values:
        values = {**values, "A": TEST_AUTHORISATION}
    message = "&".join(part for part in (shop_query, encode(variables, values)) if part)
    signature = key.sign(message) if variables[-1].letter == SIGNATURE else None
    if behaviour.form_encode:
        message = urlencode(parse_qsl(message, keep_blank_values=True))
    return with_signature(message, variables[-1].name, signature, behaviour)
