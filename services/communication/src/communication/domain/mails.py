"""The mails that families receive, in words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chassis.french import euros, full_date, full_time, month_of, of, short_date

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


def invoice_to_pay_at_once(
    *, number: str, amount_cents: int, pay_until: datetime, regie: str, portal_title: str
) -> MailText:
    """What was just booked is to be paid soon, or is given up. ``pay_until`` is the commune's local time."""
    moment = f"{full_date(pay_until.date())} à {full_time(pay_until.time())}"
    return MailText(
        subject=f"À payer avant {full_time(pay_until.time())} : votre facture {number}",
        body=f"""Bonjour,

Ce que vous venez de réserver est à payer en ligne : facture {number} ({regie}).

Montant à payer : {euros(amount_cents)}
À payer avant le : {moment}

Passé ce délai, ces réservations sont annulées et les places rendues ; rien ne vous est alors demandé.

Pour payer :
{PORTAL_ADDRESS}/factures

{portal_title}
Ce message est envoyé automatiquement. Pour écrire à la mairie, utilisez la messagerie du portail.
""",
    )


def invoice_lapsed(*, number: str, amount_cents: int, portal_title: str) -> MailText:
    """What was booked was not paid in time."""
    return MailText(
        subject=f"Réservations annulées : la facture {number} n'a pas été payée à temps",
        body=f"""Bonjour,

Le délai pour payer la facture {number} ({euros(amount_cents)}) est passé. Les jours qu'elle compte ne sont plus
réservés, et rien n'est à payer. Si un paiement vous a tout de même été débité, il reste à votre crédit.

S'il reste des places, vous pouvez réserver à nouveau :
{PORTAL_ADDRESS}/planning

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


def payment_reviewed(*, label: str, amount_cents: int, reason: str | None, portal_title: str) -> MailText:
    """The town hall looked into a payment that the bank did not take as it should have: what it was for is not paid."""
    return MailText(
        subject=f"Votre paiement de {euros(amount_cents)} a été vérifié",
        body=f"""Bonjour,

La mairie a vérifié un paiement qui n'a pas pu être pris en compte :

Objet : {label}
Montant : {euros(amount_cents)}

{reason or "La somme reçue ne le règle pas."}

Pour payer, retrouvez vos inscriptions et vos factures sur le portail :
{PORTAL_ADDRESS}/accueil

{portal_title}
Ce message est envoyé automatiquement. Pour écrire à la mairie, utilisez la messagerie du portail.
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


def refund_undone(*, label: str, amount_cents: int, is_euro: bool, received_on: date, portal_title: str) -> MailText:
    """A refund that was told was not paid out: the town hall decides anew, the family has nothing to do."""
    amount = euros(amount_cents) if is_euro else "dans une autre monnaie"
    return MailText(
        subject="Votre remboursement n'a pas abouti",
        body=f"""Bonjour,

La mairie vous avait annoncé un remboursement. La banque nous dit qu'il n'a finalement pas été versé :

Objet : {label}
Montant : {amount}
Date : {short_date(received_on)}

Rien n'est perdu : la mairie voit cette somme, puis vous la verse autrement ou la porte à votre crédit. Vous n'avez rien
à faire. Pour toute question, écrivez à la mairie :
{PORTAL_ADDRESS}/messagerie

{portal_title}
Ce message est envoyé automatiquement.
""",
    )


_SIGNED = "Ce message est envoyé automatiquement. Pour écrire à la mairie, utilisez la messagerie du portail."


def payment_unused(*, label: str, amount_cents: int, paid_on: date, is_credited: bool, portal_title: str) -> MailText:
    """A payment came although nothing was due any more; ``is_credited`` says that the account has it already."""
    after = (
        "La somme est au crédit de votre compte : elle sera déduite de votre prochain paiement de factures. Pour être "
        "plutôt remboursé, écrivez à la mairie."
        if is_credited
        else "La mairie voit cette somme et vous la rembourse."
    )
    return MailText(
        subject=f"Vous avez payé {euros(amount_cents)} en trop",
        body=f"""Bonjour,

Votre paiement a réussi, mais ce qu'il devait régler l'était déjà par un autre paiement.

Objet : {label}
Payé en trop : {euros(amount_cents)}
Date : {short_date(paid_on)}

Rien n'est perdu. {after}
{PORTAL_ADDRESS}/messagerie

{portal_title}
{_SIGNED}
""",
    )


def surplus_credited(*, label: str, amount_cents: int, portal_title: str) -> MailText:
    """The town hall put the money on the family's account."""
    return MailText(
        subject=f"{euros(amount_cents)} au crédit de votre compte",
        body=f"""Bonjour,

Vous aviez payé en trop. La mairie a mis cette somme au crédit de votre compte.

Objet : {label}
Montant : {euros(amount_cents)}

Vous la voyez sur votre compte. Elle sera déduite de votre prochain paiement de factures. Pour être plutôt remboursé,
écrivez à la mairie :
{PORTAL_ADDRESS}/factures/compte

{portal_title}
{_SIGNED}
""",
    )


def refund_made(*, label: str, amount_cents: int, made_on: date, owed_again: bool, portal_title: str) -> MailText:
    """Money was given back; ``owed_again`` says that the invoices are to be paid once more."""
    after = (
        f"""
Ce que ce paiement avait réglé est donc de nouveau à payer :
{PORTAL_ADDRESS}/factures
"""
        if owed_again
        else ""
    )
    return MailText(
        subject=f"Remboursement de {euros(amount_cents)}",
        body=f"""Bonjour,

La mairie vous a remboursé.

Objet : {label}
Montant : {euros(amount_cents)}
Date : {short_date(made_on)}

La somme revient par le moyen qui avait servi à payer, ou par virement ; votre banque peut mettre quelques jours à
l'afficher.
{after}
Le détail est sur votre compte :
{PORTAL_ADDRESS}/factures/compte

{portal_title}
{_SIGNED}
""",
    )


def payment_undone(
    *, label: str, amount_cents: int, undone_on: date, is_rejected: bool, of_invoices: bool, portal_title: str
) -> MailText:
    """A payment that had been accepted was not honoured by the payer's bank (``is_rejected``), or was cancelled at the
    town's bank before it was taken from the payer's account.
    """
    what, happened = (
        (
            "rejeté par votre banque",
            "mais votre banque ne l'a finalement pas versé. Vérifiez votre compte bancaire.",
        )
        if is_rejected
        else ("annulé", "puis il a été annulé avant d'être débité : rien n'est pris sur votre compte.")
    )
    return MailText(
        subject=f"Paiement de {euros(amount_cents)} {what}",
        body=f"""Bonjour,

Votre paiement avait été accepté, {happened}

Objet : {label}
Montant : {euros(amount_cents)}
Date : {short_date(undone_on)}

{_owed_again(of_invoices)}

{portal_title}
{_SIGNED}
""",
    )


def _owed_again(of_invoices: bool) -> str:
    """An adhesion has no invoice that could be paid once more."""
    if of_invoices:
        return f"""Cette somme est de nouveau due. Payez-la par un autre moyen si vous le pouvez :
{PORTAL_ADDRESS}/factures

Si vous ne pouvez pas payer, écrivez à la mairie par la messagerie du portail."""
    return f"""Cette somme est de nouveau due, pour une inscription qui reste ouverte. Elle ne se paie pas en ligne une
seconde fois : demandez à la mairie comment la régler, par la messagerie du portail.
{PORTAL_ADDRESS}/messagerie"""


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after ``attempts`` failures: 10 seconds, doubling, at most 4 hours."""
    return min(timedelta(seconds=10 * 2 ** (attempts - 1)), timedelta(hours=4))
