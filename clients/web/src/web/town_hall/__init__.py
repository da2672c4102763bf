"""The town hall's back office: for its staff only."""

from web.town_hall import (
    accounts,
    adhesions,
    controls,
    dashboard,
    documents,
    families,
    invoices,
    invoicing,
    mails,
    messages,
    news,
    payments,
    refunds,
    reservations,
    welcome,
)

ROUTERS = [
    dashboard.router,
    families.router,
    accounts.router,
    adhesions.router,
    reservations.router,
    messages.router,
    invoices.router,
    invoicing.router,
    refunds.router,
    payments.router,
    controls.router,
    welcome.router,
    news.router,
    documents.router,
    mails.router,
]
