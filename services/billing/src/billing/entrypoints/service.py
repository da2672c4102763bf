"""What the billing service is made of."""

from billing.entrypoints import checks_http, family_http, invoices_http, reconciliation_http, runs_http
from billing.entrypoints.consumers import CONSUMERS
from billing.entrypoints.jobs import JOBS
from billing.entrypoints.reconciliation import STATEMENT_CONSUMERS
from chassis.reconciliation import RECONCILIATION_FIGURES
from chassis.runtime import Service
from chassis.settings import ServiceSettings

SERVICE = Service(
    name="billing",
    title="Facturation",
    settings=ServiceSettings,
    routers=[
        family_http.router,
        invoices_http.router,
        runs_http.router,
        reconciliation_http.router,
        checks_http.router,
    ],
    problems={
        "invoice-already-paid": 409,
        "several-regies": 409,
        "too-late-to-pay": 409,
        "payer-email-missing": 409,
    },
    consumers=[*CONSUMERS, *STATEMENT_CONSUMERS],
    jobs=[*JOBS, RECONCILIATION_FIGURES],
)
