"""Structured logs: one JSON object per line on standard output, with request, trace and tenant ids."""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

_names_a_secret = re.compile(
    "password|token|secret|authorization|cookie|hmac|card|email|signature", re.IGNORECASE
).search


def _hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replaces what must never reach a log, should someone pass it by mistake."""
    for key in event:
        if _names_a_secret(key):
            event[key] = "…"
    return event


class _Output:
    """Standard output, under a logger's name."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def info(self, line: str) -> None:
        """Writes a line, at once."""
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    debug = warning = error = critical = info


def configure_logging(service: str, level: str) -> None:
    """JSON lines on standard output: ours go there straight, those of libraries through the standard library."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
    ]
    rendered: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *rendered],
        logger_factory=_Output,
        wrapper_class=structlog.make_filtering_bound_logger(least),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    logging.basicConfig(handlers=[handler], level=least, force=True)
    for noisy in ("uvicorn.access", "aio_pika", "aiormq", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)
