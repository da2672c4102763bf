"""Prometheus metrics that every service has."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "portail_http_request_seconds",
    "Duration of HTTP requests",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
OUTBOX_WAITING = Gauge("portail_outbox_waiting", "Events written but not yet published", ["service"])
OUTBOX_PUBLISHED = Counter("portail_outbox_published_total", "Events published", ["service"])
MESSAGES = Counter("portail_messages_total", "Messages handled", ["queue", "type", "outcome"])
DEAD_LETTERS = Gauge("portail_dead_letters", "Messages that could not be handled and wait", ["service", "queue"])
RETRIES_WAITING = Gauge("portail_retries_waiting", "Messages that wait to be tried again", ["service", "queue"])
JOB_RUNS = Counter("portail_job_runs_total", "Runs of scheduled jobs", ["service", "job", "outcome"])
OPEN_DIFFERENCES = Gauge("portail_reconciliation_differences", "Open differences with an owner", ["service", "kind"])
MENDED_DIFFERENCES = Counter("portail_reconciliation_mended_total", "Differences mended", ["service", "kind"])
LEDGER_DIFFERENCES = Gauge(
    "portail_ledger_differences", "Places where a ledger disagrees with what it accounts for", ["service", "commune"]
)
