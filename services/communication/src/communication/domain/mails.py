"""The mails that families receive, in words."""

from dataclasses import dataclass
from datetime import date, timedelta

from chassis.french import euros, month_of, of, short_date

MAX_ATTEMPTS = 12
REFUSAL_PATIENCE = timedelta(minutes=20)
"""A refusal is often followed by another card: it is written only when nothing was paid in this time."""
PORTAL_ADDRESS = "[adresse du portail]"
"""Stands in a body for the commune's address, which is filled in when the mail is sent."""


@dataclass(frozen=True)
class MailText:
    """Subject and body of a mail; ``html`` says the same, for readers that show it."""

    subject: str
    body: str
    html: str | None = None


def invoice_available(
    *, number: str, period: date, amount_cents: int, due_on: date, regie: str, portal_title: str
) -> MailText:
    """An invoice can be paid on the portal."""
    return MailText(
        subject=f"Votre facture {of(month_of(period))} est disponible",
        body=f"""Bonjour,

La facture {number} ({regie}, {month_of(period)}) est disponible sur votre portail famille.

Montant à payer : {euros(amount_cents)}
À payer avant le : {short_date(due_on)}

Pour la consulter et la payer en ligne :
{PORTAL_ADDRESS}/factures

{portal_title}
Ce message est envoyé automatiquement. Pour écrire à la mairie, utilisez la messagerie du portail.
""",
    )


def payment_refused(*, label: str, amount_cents: int, reason: str | None, portal_title: str) -> MailText:
    """The bank refused, and nothing was paid since: why, and what to do."""
    return MailText(
        subject=f"Votre paiement de {euros(amount_cents)} n'a pas abouti",
        body=f"""Bonjour,

Votre paiement n'a pas abouti, et rien n'est réglé :

Objet : {label}
Montant : {euros(amount_cents)}

{reason or "La banque a refusé le paiement. Rien n'a été débité."}

Pour payer autrement, retrouvez vos inscriptions et vos factures sur le portail :
{PORTAL_ADDRESS}/accueil

{portal_title}
Ce message est envoyé automatiquement.
""",
    )


def surplus_received(*, label: str, amount_cents: int, is_euro: bool, received_on: date, portal_title: str) -> MailText:
    """The bank took money that settles nothing: the town hall decides, the family has nothing to do."""
    amount = euros(amount_cents) if is_euro else "dans une autre monnaie"
    return MailText(
        subject="Un paiement que la mairie doit vérifier",
        body=f"""Bonjour,

La banque nous a signalé un paiement qui ne correspond pas à ce qui restait dû :

Objet : {label}
Montant encaissé : {amount}
Date : {short_date(received_on)}

Rien n'est perdu : la mairie vérifie ce paiement, puis vous rembourse ou le porte à votre crédit. Ne payez pas une
seconde fois. Pour toute question, écrivez à la mairie :
{PORTAL_ADDRESS}/messagerie

{portal_title}
Ce message est envoyé automatiquement.
""",
    )


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after ``attempts`` failures: 10 seconds, doubling, at most 4 hours."""
    return min(timedelta(seconds=10 * 2 ** (attempts - 1)), timedelta(hours=4))
