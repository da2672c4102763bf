"""One SEPA direct debit: the checks of the form, and what the payer's bank answers in this simulation."""

import re
from dataclasses import dataclass

from bank_simulator.model import Outcome


@dataclass(frozen=True, slots=True)
class TestAccount:
    """An account of the demonstration and what its bank answers."""

    __test__ = False

    iban: str
    label: str
    outcome: Outcome = Outcome.ACCEPTED

    @property
    def grouped(self) -> str:
        return " ".join(re.findall("..?.?.?", self.iban))


TEST_ACCOUNTS = (
    TestAccount("FR7630001007941234567890185", "Prélèvement accepté"),
    TestAccount("FR1420041010050500013M02606", "Prélèvement refusé", Outcome.DEBIT_REFUSED),
)
_BY_IBAN = {account.iban: account for account in TEST_ACCOUNTS}


@dataclass(frozen=True, slots=True)
class Debit:
    """An account as typed and found well formed. Lives for one request only: it is never stored nor logged."""

    iban: str

    def __repr__(self) -> str:
        return f"Debit(…{self.iban[-2:]})"

    @property
    def outcome(self) -> Outcome:
        """The payer's bank's answer. Any account outside the table is accepted."""
        account = _BY_IBAN.get(self.iban)
        return Outcome.ACCEPTED if account is None else account.outcome


def read_debit(holder: str, iban: str) -> Debit | dict[str, str]:
    """The account typed in the form, or a French message for each wrong field (holder, iban)."""
    errors: dict[str, str] = {}
    if not holder.strip():
        errors["holder"] = "Saisissez le nom du titulaire du compte."
    account = re.sub(r"\s", "", iban).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", account, re.ASCII):
        errors["iban"] = "Saisissez l'IBAN en entier : deux lettres puis des chiffres, par exemple FR76…"
    elif not iban_valid(account):
        errors["iban"] = "Cet IBAN n'existe pas : vérifiez les caractères saisis."
    return errors or Debit(account)


def iban_valid(iban: str) -> bool:
    """The check digits of ISO 13616, of an IBAN without spaces."""
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1
