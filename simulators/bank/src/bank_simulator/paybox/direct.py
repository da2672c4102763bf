"""Paybox Direct (PPPS): the frame in which a shop's server asks and is answered.

Fields, codes and the form of the answer: Verifone, «Paybox Direct», and the official Up2pay plug-in. The answer is
in ISO 8859-1 and not url-encoded.
"""

import hmac
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from bank_simulator.bank import Bank
from bank_simulator.behaviour import UNAVAILABLE
from bank_simulator.forms import Check, Fields, RequestRefusedError, form, one_of
from bank_simulator.paybox.merchants import Merchant
from bank_simulator.paybox.operations import find, give_back, tell
from bank_simulator.paybox.seal import request_hmac

Operation = Callable[[Bank, Merchant, dict[str, str]], dict[str, str]]

_OPERATIONS: dict[str, Operation] = {"00014": give_back, "00011": find, "00017": tell}
_DONE = "00000"
_GREATEST_NUMBER = 2_147_483_647
_COMMENTS = {
    _DONE: "Demande traitée avec succès",
    "00002": "Erreur de cohérence",
    "00003": "Erreur de la plateforme",
    "00005": "Numéro de question invalide",
    "00006": "Accès refusé ou site, rang, identifiant incorrect",
    "00007": "Date invalide",
    "00009": "Type d'opération invalide",
    "00010": "Devise inconnue",
    "00011": "Montant incorrect",
    "00012": "Référence commande invalide",
    "00013": "Cette version n'est plus soutenue",
    "00014": "Trame reçue incohérente",
    "00015": "Erreur d'accès aux données précédemment référencées",
    "00018": "Transaction non trouvée",
}


class OutageError(Exception):
    """A test asked for no answer at all."""


def _instant(value: str) -> None:
    datetime.strptime(value, "%d%m%Y%H%M%S")  # noqa: DTZ007 - checked, not kept


def _day(value: str) -> None:
    form("[0-9]{8}", "JJMMAAAA, le jour du paiement")(value)
    datetime.strptime(value, "%d%m%Y")  # noqa: DTZ007 - checked, not kept


def _number(value: str) -> None:
    form("[0-9]{10}", "10 chiffres")(value)
    if int(value) > _GREATEST_NUMBER:
        raise ValueError(f"«{value}» – {_GREATEST_NUMBER} au plus")


_Checks = tuple[tuple[str, str, Check], ...]

_FRAME: _Checks = (
    ("VERSION", "00013", one_of("00104")),
    ("TYPE", "00009", one_of(*_OPERATIONS)),
    ("SITE", "00006", form("[0-9]{7}", "7 chiffres")),
    ("RANG", "00006", form("[0-9]{2,3}", "2 ou 3 chiffres")),
    ("IDENTIFIANT", "00006", form("[0-9]{1,9}", "de 1 à 9 chiffres")),
    ("HASH", "00014", one_of("SHA512")),
    ("NUMQUESTION", "00005", _number),
)
_PAYMENT: _Checks = (
    ("MONTANT", "00011", form("[0-9]{10}", "10 chiffres, en centimes")),
    ("DEVISE", "00010", one_of("978")),
    ("REFERENCE", "00012", form(".{1,250}", "de 1 à 250 caractères")),
)
_TRANSACTION: _Checks = (("NUMTRANS", "00015", form("[0-9]{10}", "10 chiffres")),)
_CHECKS: dict[str, _Checks] = {
    "00014": (
        ("DATEQ", "00007", _instant),
        *_PAYMENT,
        ("NUMAPPEL", "00015", form("[0-9]{10}", "10 chiffres")),
        *_TRANSACTION,
    ),
    "00011": (("DATEQ", "00007", _day), *_PAYMENT),
    "00017": (
        ("DATEQ", "00007", _instant),
        ("NUMAPPEL", "00015", form("([0-9]{10})?", "10 chiffres, ou rien")),
        *_TRANSACTION,
    ),
}


def answer(bank: Bank, sent: Fields, merchants: Iterable[Merchant]) -> bytes:
    """The answer to a question. Raises OutageError when a test wants none."""
    values = dict(sent)
    try:
        said = _operate(bank, _merchant(sent, values, merchants), values)
    except RequestRefusedError as refusal:
        if refusal.code == UNAVAILABLE:
            raise OutageError from refusal
        comment = refusal.problem or _COMMENTS.get(refusal.code, "Erreur")
        return _written(values, {"CODEREPONSE": refusal.code, "COMMENTAIRE": comment})
    code = said.get("CODEREPONSE", _DONE)
    return _written(values, {**said, "CODEREPONSE": code, "COMMENTAIRE": _COMMENTS[code]})


def _operate(bank: Bank, merchant: Merchant, values: dict[str, str]) -> dict[str, str]:
    """The fields of the answer. A number serves once a day, unless its question was refused.

    Raises RequestRefusedError.
    """
    number, today = values["NUMQUESTION"], bank.clock.real_day()
    if bank.store.has_question(merchant.key, number, today):
        raise RequestRefusedError("NUMQUESTION", "", "00005")
    with bank.store.transaction():
        said = _OPERATIONS[values["TYPE"]](bank, merchant, values)
        bank.store.keep_question(merchant.key, number, today)
    return said


def _merchant(sent: Fields, values: dict[str, str], merchants: Iterable[Merchant]) -> Merchant:
    """The shop that asks, every field being well formed and the whole rightly sealed. Raises RequestRefusedError."""
    repeated = [name for name, count in Counter(name for name, _ in sent).items() if count > 1]
    if repeated or not sent or sent[-1][0] != "HMAC":
        raise RequestRefusedError("HMAC", "", "00014")
    for name, code, check in (*_FRAME, *_CHECKS.get(values.get("TYPE", ""), ())):
        try:
            check(values.get(name, ""))
        except ValueError as error:
            raise RequestRefusedError(name, f"{name} : {error}", code) from error
    key = (values["SITE"], int(values["RANG"]), values["IDENTIFIANT"])
    for merchant in merchants:
        if (merchant.site, int(merchant.rang), merchant.identifiant) == key:
            seal = request_hmac(sent[:-1], merchant.hmac_key_hex)
            if hmac.compare_digest(seal.encode(), values["HMAC"].encode()):
                return merchant
    raise RequestRefusedError("HMAC", "", "00006")


def _written(values: dict[str, str], said: dict[str, str]) -> bytes:
    fields = {
        "NUMTRANS": "0000000000",
        "NUMAPPEL": "0000000000",
        "NUMQUESTION": values.get("NUMQUESTION", ""),
        "SITE": values.get("SITE", ""),
        "RANG": values.get("RANG", ""),
        "AUTORISATION": "",
        "CODEREPONSE": "",
        "COMMENTAIRE": "",
        "REFABONNE": "",
        "PORTEUR": "",
    } | said
    fields["COMMENTAIRE"] = fields["COMMENTAIRE"].replace("&", " ").replace("=", " ")
    return "&".join(f"{name}={value}" for name, value in fields.items()).encode("iso-8859-1", errors="replace")
