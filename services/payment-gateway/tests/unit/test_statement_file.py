"""The treasury's file: strict, and said line by line."""

from datetime import date

import pytest

from payment_gateway.adapters.payfip.statement_file import read_statement
from payment_gateway.application.bank_port import UnreadableStatementError
from payment_gateway.domain.reconciliation import StatementLine

REFERENCE = "0A1B2C3D4E5F6G7H8I9J0K1L2"


def file(*lines: str) -> bytes:
    return "\r\n".join(["EN-TETE;007001;04072022", *lines, "PIED-DE-PAGE;1;3400"]).encode()


def problems(raw: bytes) -> list[str]:
    with pytest.raises(UnreadableStatementError) as refused:
        read_statement(raw)
    told = refused.value.details["problems"]
    assert isinstance(told, list)
    return told


@pytest.mark.parametrize("day", ["04072022", "04/07/2022"])
@pytest.mark.parametrize("amount", ["3400", "34,00"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_line(day: str, amount: str, mark: bytes) -> None:
    read = read_statement(mark + file(f"LIGNE;{day};{REFERENCE.lower()};{amount}"))
    assert read == [StatementLine(2, date(2022, 7, 4), REFERENCE, 3400)]


def test_words_of_another_encoding_around_the_lines() -> None:
    raw = f"EN-TETE;Régie\nLIGNE;04072022;{REFERENCE};100\n\nPIED-DE-PAGE".encode("latin-1")
    assert len(read_statement(raw)) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("LIGNE;04072022;ABCDEF", "Ligne 2 : quatre champs sont attendus, il y en a 3."),
        ("LIGNE;04072022;ABCDEF;100;", "Ligne 2 : quatre champs sont attendus, il y en a 5."),
        ("AUTRE;04072022;ABCDEF;100", "Ligne 2 : le mot LIGNE est attendu au début."),
        ("LIGNE;31022022;ABCDEF;100", "Ligne 2 : la date doit être écrite 04072022 ou 04/07/2022."),
        ("LIGNE;20220704;ABCDEF;100", "Ligne 2 : la date doit être écrite 04072022 ou 04/07/2022."),
        ("LIGNE;4/7/2022;ABCDEF;100", "Ligne 2 : la date doit être écrite 04072022 ou 04/07/2022."),
        ("LIGNE;04072022;ABCDE;100", "Ligne 2 : la référence doit avoir 6 à 30 lettres ou chiffres."),
        ("LIGNE;04072022;ABC-DEF;100", "Ligne 2 : la référence doit avoir 6 à 30 lettres ou chiffres."),
        *(
            (
                f"LIGNE;04072022;ABCDEF;{amount}",
                "Ligne 2 : le montant doit être en centimes (3400), ou en euros avec deux décimales (34,00).",
            )
            for amount in ("", "0", "0,00", "-100", "34.00", "34,0", "1 000", "٣٤", "+100", "1e3")
        ),
    ],
)
def test_what_is_not_as_it_should_be(line: str, said: str) -> None:
    assert problems(file(line)) == [said]


def test_every_wrong_line_is_told_and_the_same_reference_twice() -> None:
    assert problems(file("LIGNE;x;ABCDEF;1", "LIGNE;04072022;ABCDEF;1", "LIGNE;04072022;abcdef;1")) == [
        "Ligne 2 : la date doit être écrite 04072022 ou 04/07/2022.",
        "Ligne 4 : la référence ABCDEF est déjà à la ligne 3.",
    ]


@pytest.mark.parametrize(
    "raw", [b"", b"EN-TETE", b"LIGNE;04072022;ABCDEF;100", file(f"LIGNE;04072022;{REFERENCE};1")[:-30]]
)
def test_a_file_cut_short(raw: bytes) -> None:
    (said,) = problems(raw)
    assert "est-il complet" in said


def test_an_empty_file() -> None:
    assert problems(file()) == ["Le fichier ne contient aucun paiement."]
