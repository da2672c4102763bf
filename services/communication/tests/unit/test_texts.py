from datetime import date, datetime, timedelta

import pytest

from communication.domain.mails import invoice_available, invoice_lapsed, invoice_to_pay_at_once, retry_delay
from communication.domain.place_mails import ChangedDay, Place, days_changed
from communication.domain.texts import summary, to_html


def test_markdown_becomes_html() -> None:
    html = to_html("# Titre\n\nUn **mot** et un [lien](https://alixan.fr).")
    assert "<h2>Titre</h2>" in html
    assert "<strong>mot</strong>" in html
    assert 'href="https://alixan.fr"' in html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "<a href='data:text/html,x'>x</a>",
    ],
)
def test_nothing_executable_survives(attack: str) -> None:
    html = to_html(attack)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html


def test_a_summary_has_no_formatting_and_is_short() -> None:
    assert summary("**Bonjour** à *tous*") == "Bonjour à tous"
    assert len(summary("mot " * 200)) <= 181


@pytest.mark.parametrize(
    ("period", "subject"),
    [
        (date(2022, 9, 1), "Votre facture de septembre 2022 est disponible"),
        (date(2022, 10, 1), "Votre facture d'octobre 2022 est disponible"),
        (date(2023, 4, 1), "Votre facture d'avril 2023 est disponible"),
    ],
)
def test_the_invoice_mail_names_its_month(period: date, subject: str) -> None:
    text = invoice_available(
        number="2209001", period=period, amount_cents=2000, due_on=date(2022, 10, 30), regie="Régie", portal_title="P"
    )
    assert text.subject == subject
    assert "20,00\u00a0€" in text.body
    assert "30/10/2022" in text.body


def test_what_is_to_be_paid_at_once_says_until_when() -> None:
    text = invoice_to_pay_at_once(
        number="2209001",
        amount_cents=2000,
        pay_until=datetime(2022, 9, 7, 15, 5),  # noqa: DTZ001 - the commune's local time
        regie="Régie",
        portal_title="P",
    )
    assert text.subject == "À payer avant 15h05 : votre facture 2209001"
    assert "À payer avant le : mercredi 7 septembre 2022 à 15h05" in text.body
    assert "20,00\u00a0€" in text.body


def test_what_was_not_paid_at_once_is_told() -> None:
    text = invoice_lapsed(number="2209001", amount_cents=2000, portal_title="P")
    assert text.subject == "Réservations annulées : la facture 2209001 n'a pas été payée à temps"
    assert "rien n'est à payer" in text.body


def test_retries_slow_down_up_to_four_hours() -> None:
    delays = [retry_delay(attempts) for attempts in range(1, 13)]
    assert delays == sorted(delays)
    assert delays[0] == timedelta(seconds=10)
    assert delays[-1] == timedelta(hours=4)


def test_what_the_town_hall_changed_is_told_day_by_day() -> None:
    late = "Hors délai : Hospitalisation"
    days = [
        ChangedDay(Place("Estelle", "Cantine", date(2022, 9, 5), 500), cancelled=True),
        ChangedDay(Place("Estelle", "Cantine", date(2022, 9, 6), 500), cancelled=False, reason=late),
    ]
    mail = days_changed(days, portal_title="Portail d'Alixan")
    assert mail.subject == "Réservations d'Estelle : changement fait par la mairie"
    booked, cancelled = mail.body.partition("Annulé :")[::2]
    assert "- mardi 6 septembre 2022, Estelle, Cantine, 5,00\u00a0€ (Hors délai : Hospitalisation)\n" in booked
    assert "Le prix figurera sur votre facture du mois." in booked
    assert "- lundi 5 septembre 2022, Estelle, Cantine, 5,00\u00a0€\n" in cancelled
    assert "déduit de votre prochaine facture" in cancelled
    assert "Annulé" not in days_changed(days[1:], portal_title="Portail d'Alixan").body
