"""Paybox Direct (PPPS): the shop's server gives back money already taken.

Fields, codes and the form of the answer: Verifone, «Paybox Direct», and the official Up2pay plug-in. The answer is
in ISO 8859-1 and not url-encoded.
"""

import hmac
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from bank_simulator.bank import Bank
from bank_simulator.behaviour import UNAVAILABLE
from bank_simulator.forms import Check, Fields, RequestRefusedError, form, one_of
from bank_simulator.model import Attempt, Payment, RefundOrigin
from bank_simulator.paybox.merchants import Merchant
from bank_simulator.paybox.protocol import NAME
from bank_simulator.paybox.returned import TEST_AUTHORISATION, transaction_number
from bank_simulator.paybox.seal import request_hmac
from bank_simulator.refunds import RefundRefusedError, TooMuchError

_REFUND = "00014"
_DONE = "00000"
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
}


class OutageError(Exception):
    """A test asked for no answer at all."""


def _date(value: str) -> None:
    datetime.strptime(value, "%d%m%Y%H%M%S")  # noqa: DTZ007 - checked, not kept


_CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("VERSION", "00013", one_of("00104")),
    ("TYPE", "00009", one_of(_REFUND)),
    ("SITE", "00006", form("[0-9]{7}", "7 chiffres")),
    ("RANG", "00006", form("[0-9]{2,3}", "2 ou 3 chiffres")),
    ("IDENTIFIANT", "00006", form("[0-9]{1,9}", "de 1 à 9 chiffres")),
    ("HASH", "00014", one_of("SHA512")),
    ("NUMQUESTION", "00005", form("[0-9]{10}", "10 chiffres")),
    ("DATEQ", "00007", _date),
    ("MONTANT", "00011", form("[0-9]{10}", "10 chiffres, en centimes")),
    ("DEVISE", "00010", one_of("978")),
    ("NUMAPPEL", "00015", form("[0-9]{10}", "10 chiffres")),
    ("NUMTRANS", "00015", form("[0-9]{10}", "10 chiffres")),
    ("REFERENCE", "00012", form(".{1,250}", "de 1 à 250 caractères")),
)


def answer(bank: Bank, sent: Fields, merchants: Iterable[Merchant]) -> bytes:
    """The answer to a question. Raises OutageError when a test wants none."""
    values = dict(sent)
    try:
        number, authorisation = _give_back(bank, sent, values, merchants)
    except RequestRefusedError as refusal:
        if refusal.code == UNAVAILABLE:
            raise OutageError from refusal
        return _written(values, refusal.code, comment=refusal.problem)
    return _written(values, _DONE, number=number, authorisation=authorisation, comment=_COMMENTS[_DONE])


def _give_back(bank: Bank, sent: Fields, values: dict[str, str], merchants: Iterable[Merchant]) -> tuple[int, str]:
    """The refund's call number and authorisation. Raises RequestRefusedError."""
    merchant = _merchant(sent, values, merchants)
    payment, attempt = _paid(bank, merchant, values)
    planted = bank.behaviours.of(payment).fault
    if planted:
        raise _refused("", planted)
    today = bank.clock.business_now().date()
    if bank.store.has_question(payment.merchant, values["NUMQUESTION"], today):
        raise _refused("NUMQUESTION", "00005")
    try:
        refund = bank.refunds.refund(payment, attempt, int(values["MONTANT"]), RefundOrigin.SHOP, values["NUMQUESTION"])
    except TooMuchError as error:
        raise _refused("MONTANT", "00011") from error
    except RefundRefusedError as error:
        raise _refused("NUMTRANS", "00015") from error
    return refund.number, TEST_AUTHORISATION if merchant.test_mode else attempt.authorisation or ""


def _merchant(sent: Fields, values: dict[str, str], merchants: Iterable[Merchant]) -> Merchant:
    """The shop that asks, every field being well formed and the whole rightly sealed. Raises RequestRefusedError."""
    repeated = [name for name, count in Counter(name for name, _ in sent).items() if count > 1]
    if repeated or not sent or sent[-1][0] != "HMAC":
        raise _refused("HMAC", "00014")
    for name, code, check in _CHECKS:
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
    raise _refused("HMAC", "00006")


def _paid(bank: Bank, merchant: Merchant, values: dict[str, str]) -> tuple[Payment, Attempt]:
    """The attempt of NUMAPPEL and NUMTRANS, which must be this shop's. Raises RequestRefusedError."""
    number = int(values["NUMAPPEL"])
    attempt = bank.store.attempt(number)
    payment = None if attempt is None else bank.store.payment(attempt.payment_id)
    if attempt is None or payment is None or int(values["NUMTRANS"]) != transaction_number(number):
        raise _refused("NUMAPPEL", "00015")
    if (payment.protocol, payment.merchant) != (NAME, merchant.key):
        raise _refused("NUMAPPEL", "00015")
    return payment, attempt


def _refused(field: str, code: str) -> RequestRefusedError:
    return RequestRefusedError(field, _COMMENTS.get(code, "Erreur"), code)


def _written(values: dict[str, str], code: str, *, comment: str, number: int = 0, authorisation: str = "") -> bytes:
    transaction = transaction_number(number) if number else 0
    fields = {
        "NUMTRANS": f"{transaction:010}",
        "NUMAPPEL": f"{number:010}",
        "NUMQUESTION": values.get("NUMQUESTION", ""),
        "SITE": values.get("SITE", ""),
        "RANG": values.get("RANG", ""),
        "AUTORISATION": authorisation,
        "CODEREPONSE": code,
        "COMMENTAIRE": comment.replace("&", " ").replace("=", " "),
        "REFABONNE": "",
        "PORTEUR": "",
    }
    return "&".join(f"{name}={value}" for name, value in fields.items()).encode("iso-8859-1", errors="replace")
