"""The table of contents of enrolment."""

from chassis.reconciliation import RECONCILIATION_FIGURES
from chassis.runtime import Service
from chassis.settings import ServiceSettings
from enrolment.entrypoints.consumers import CONSUMERS
from enrolment.entrypoints.http import family, orders, reconciliation, town_hall
from enrolment.entrypoints.reconciliation import STATEMENT_CONSUMERS

SERVICE = Service(
    name="enrolment",
    title="Inscriptions : familles, activités, tarifs, adhésions",
    settings=ServiceSettings,
    routers=[family.router, orders.router, town_hall.router, reconciliation.router],
    problems={
        "already-enrolled": 409,
        "payment-pending": 409,
        "activity-closed": 409,
        "not-eligible": 409,
        "order-paid": 409,
        "order-cancelled": 409,
        "email-missing": 409,
        "family-changed": 409,
        "guardian-elsewhere": 409,
        "member-still-enrolled": 409,
    },
    consumers=[*CONSUMERS, *STATEMENT_CONSUMERS],
    jobs=[RECONCILIATION_FIGURES],
)
