"""The mails that families receive, in words."""

from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
MAX_ATTEMPTS = 12
PORTAL_ADDRESS = "[adresse du portail]"
"""Stands in a body for the commune's address, which is filled in when the mail is sent."""


@dataclass(frozen=True)
class MailText:
    """Subject and body of a mail."""

    subject: str
    body: str


def euros(cents: int) -> str:
    """«34,00 €» from 3400."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}".replace(",", "\u202f") + f",{rest:02d}\u00a0€"


def month(day: date) -> str:
    """«septembre 2022»."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def invoice_available(
    *, number: str, period: date, amount_cents: int, due_on: date, regie: str, portal_title: str
) -> MailText:
    """An invoice can be paid on the portal."""
    elided = "d'" if month(period)[0] in "ao" else "de "
    return MailText(
        subject=f"Votre facture {elided}{month(period)} est disponible",
        body=f"""Bonjour,

La facture {number} ({regie}, {month(period)}) est disponible sur votre portail famille.

Montant à payer : {euros(amount_cents)}
À payer avant le : {due_on:%d/%m/%Y}

Pour la consulter et la payer en ligne :
{PORTAL_ADDRESS}/factures

{portal_title}
Ce message est envoyé automatiquement. Pour écrire à la mairie, utilisez la messagerie du portail.
""",
    )


def payment_received(*, label: str, amount_cents: int, paid_on: date, portal_title: str) -> MailText:
    """A payment was confirmed by the bank."""
    return MailText(
        subject=f"Paiement de {euros(amount_cents)} confirmé",
        body=f"""Bonjour,

Votre paiement est confirmé par la banque.

Objet : {label}
Montant : {euros(amount_cents)}
Date : {paid_on:%d/%m/%Y}

Vous le retrouvez dans l'historique de vos paiements :
{PORTAL_ADDRESS}/factures/historique

{portal_title}
Ce message est envoyé automatiquement. Conservez-le comme reçu.
""",
    )


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after ``attempts`` failures: 10 seconds, doubling, at most 4 hours."""
    return min(timedelta(seconds=10 * 2 ** (attempts - 1)), timedelta(hours=4))
