"""The parents' pages."""

from web.family import (
    adhesions,
    dossier,
    home,
    invoices,
    login,
    messages,
    passwords,
    payments,
    planning,
    recapitulatif,
    tiles,
)

ROUTERS = [
    home.router,
    login.router,
    passwords.router,
    tiles.router,
    dossier.router,
    adhesions.router,
    payments.router,
    planning.router,
    recapitulatif.router,
    invoices.router,
    messages.router,
]
