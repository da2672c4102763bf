"""The parents' pages."""

from web.family import (
    absences,
    adhesions,
    advanced,
    agenda,
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
    trail,
    waiting,
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
    advanced.router,
    recapitulatif.router,
    trail.router,
    agenda.router,
    waiting.router,
    absences.router,
    invoices.router,
    messages.router,
]
