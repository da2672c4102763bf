"""The checks of ``creerPaiementSecurise``, each with the code of its fault."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from bank_simulator.forms import form, url_up_to
from bank_simulator.payfip.faults import functional
from bank_simulator.payfip.merchants import Merchant, merchant_of

OPERATIONS = {
    "creerPaiementSecurise": (
        "exer",
        "mel",
        "montant",
        "numcli",
        "objet",
        "refdet",
        "saisie",
        "urlnotif",
        "urlredirect",
    ),
    "recupererDetailPaiementSecurise": ("idOp",),
    "recupererDetailClient": ("numCli",),
}
_LEAST_CENTS, _MOST_CENTS = 100, 9_999_999

_CHECKS = (
    ("saisie", "S1", form("[TXW]", "T, X ou W")),
    ("exer", "E1", form("[0-9]{4}", "4 chiffres")),
    ("montant", "M1", form("[1-9][0-9]{0,9}", "un nombre de centimes")),
    ("mel", "A2", form(r"(?=.{6,80}$)[^@\s]+@[^@\s]+", "une adresse électronique")),
    ("refdet", "R3", form("[A-Za-z0-9]{6,30}", "6 à 30 lettres et chiffres")),
    ("objet", "O1", form("[A-Za-z0-9 ]{0,100}", "100 lettres et chiffres")),
    ("urlnotif", "N1", url_up_to(250)),
    ("urlredirect", "D1", url_up_to(250)),
)


def client(numcli: str) -> Merchant:
    """The régie of a client number. Raises ServiceFaultError T1 or T2."""
    if len(numcli) != 6 or not numcli.isascii() or not numcli.isdigit():
        raise functional("T1")
    merchant = merchant_of(numcli)
    if merchant is None:
        raise functional("T2")
    return merchant


def check_order(values: Mapping[str, str]) -> Merchant:
    """The régie that asks for a payment, everything found right. Raises ServiceFaultError at the first thing wrong."""
    merchant = client(values.get("numcli", ""))
    if not values.get("mel"):
        raise functional("A1")
    for name, code, check in _CHECKS:
        try:
            check(values.get(name, ""))
        except ValueError as error:
            raise functional(code) from error
    if int(values["montant"]) < _LEAST_CENTS:
        raise functional("M3")
    if int(values["montant"]) > _MOST_CENTS:
        raise functional("M5")
    return merchant


def with_idop(url: str, name: str, idop: str) -> str:
    """A régie's address with the operation's identifier."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{name}={idop}"
