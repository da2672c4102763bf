"""The receipt of a payment, as a mail."""

from dataclasses import dataclass
from datetime import date
from html import escape

from chassis.french import euros, long_date, short_date
from communication.domain.mails import PORTAL_ADDRESS, MailText


@dataclass(frozen=True)
class Receipt:
    """What was paid, by whom it was collected and how the bank names it. Never anything of the card."""

    label: str
    amount_cents: int
    paid_on: date
    page: str
    """The page of the payment, without the commune's address."""
    portal_title: str
    regie: str | None = None
    reference: str | None = None
    transaction_id: str | None = None

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What it says, in order; what is not known is left out."""
        said = [
            ("Objet", self.label),
            ("Montant", euros(self.amount_cents)),
            ("Date", short_date(self.paid_on)),
            ("Régie", self.regie),
            ("Référence", self.reference),
            ("Transaction de la banque", self.transaction_id),
        ]
        return [(name, value) for name, value in said if value]


def receipt_mail(receipt: Receipt) -> MailText:
    """«Reçu de votre paiement»: a payment was confirmed by the bank."""
    return MailText(f"Reçu de votre paiement de {euros(receipt.amount_cents)}", _text(receipt), _html(receipt))


def _text(receipt: Receipt) -> str:
    lines = "\n".join(f"{name} : {value}" for name, value in receipt.lines)
    return f"""Bonjour,

Votre paiement est confirmé par la banque. Voici votre reçu, à conserver.

{lines}

Vous pouvez le relire et l'imprimer sur le portail :
{PORTAL_ADDRESS}{receipt.page}

Vous n'avez pas fait ce paiement, ou quelque chose ne va pas ? Écrivez à la mairie par la messagerie du portail, en
donnant la référence.

{receipt.portal_title}
Ce message est envoyé automatiquement.
"""


def _html(receipt: Receipt) -> str:
    """Tables and inline styles only: mail programs know little else."""
    cell = "padding:8px 12px;border-bottom:1px solid #d8dbe2;text-align:left;vertical-align:top"
    rows = "".join(
        f'<tr><th scope="row" style="{cell};font-weight:400;color:#4a4f5c">{escape(name)}</th>'
        f'<td style="{cell};font-weight:600;word-break:break-word">{escape(value)}</td></tr>'
        for name, value in receipt.lines
    )
    address = f"{PORTAL_ADDRESS}{escape(receipt.page)}"
    return f"""<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Reçu</title></head>
<body style="margin:0;padding:16px;background:#f5f5f2;color:#1d212b;font:16px/1.5 sans-serif">
<div style="max-width:560px;margin:0 auto;padding:24px;background:#fff;border:1px solid #d8dbe2">
<h1 style="margin:0 0 8px;font-size:22px">Paiement confirmé</h1>
<p style="margin:0 0 4px;font-size:28px;font-weight:700">{escape(euros(receipt.amount_cents))}</p>
<p style="margin:0 0 16px">Votre paiement du {escape(long_date(receipt.paid_on))} est confirmé par la banque.
Voici votre reçu, à conserver.</p>
<table style="width:100%;border-collapse:collapse">{rows}</table>
<p style="margin:16px 0 0"><a href="{address}">Relire ou imprimer ce reçu sur le portail</a></p>
<p style="margin:16px 0 0">Vous n'avez pas fait ce paiement, ou quelque chose ne va pas&nbsp;? Écrivez à la mairie
par la messagerie du portail, en donnant la référence.</p>
<p style="margin:16px 0 0;color:#4a4f5c;font-size:14px">{escape(receipt.portal_title)}<br>Ce message est envoyé
automatiquement.</p>
</div></body></html>
"""
