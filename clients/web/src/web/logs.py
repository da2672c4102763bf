"""Structured logs: one JSON object per line, with request and trace ids and nothing personal."""

import logging
import sys

import structlog

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_RENDERED: list[structlog.typing.Processor] = [
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]


class _Output:
    """Standard output, under a logger's name."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def info(self, line: str) -> None:
        """Writes a line, at once."""
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    debug = warning = error = critical = info


def configure_logging(level: str) -> None:
    """JSON lines on standard output: ours go there straight, those of libraries through the standard library."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*_SHARED, *_RENDERED],
        logger_factory=_Output,
        wrapper_class=structlog.make_filtering_bound_logger(least),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_RENDERED],
        )
    )
    logging.basicConfig(handlers=[handler], level=least, force=True)
    for noisy in ("uvicorn.access", "httpx", "httpcore", "python_multipart"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
