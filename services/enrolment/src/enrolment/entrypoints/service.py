"""The table of contents of enrolment."""

from chassis.runtime import Service
from chassis.settings import ServiceSettings
from enrolment.entrypoints.consumers import CONSUMERS
from enrolment.entrypoints.http import family, orders, town_hall

SERVICE = Service(
    name="enrolment",
    title="Inscriptions : familles, activités, tarifs, adhésions",
    settings=ServiceSettings,
    routers=[family.router, orders.router, town_hall.router],
    problems={
        "already-enrolled": 409,
        "payment-pending": 409,
        "activity-closed": 409,
        "not-eligible": 409,
        "order-paid": 409,
        "order-cancelled": 409,
        "email-missing": 409,
        "guardian-elsewhere": 409,
        "member-still-enrolled": 409,
    },
    consumers=CONSUMERS,
)
