"""Request id and W3C trace context of the request being handled; passed on to the API."""

import re
import secrets
import uuid
from contextvars import ContextVar
from dataclasses import dataclass

import structlog

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")


@dataclass(frozen=True)
class Trace:
    """The ids that tie a browser's request to the services' log lines."""

    request_id: str
    traceparent: str


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current_trace() -> Trace | None:
    """The trace of the request being handled."""
    return _current.get()


def begin_trace(request_id: str | None, traceparent: str | None) -> Trace:
    """Continues the gateway's trace, or begins one, and binds its ids to the log lines."""
    match = _TRACEPARENT.match(traceparent or "")
    trace_id = match.group(1) if match else secrets.token_hex(16)
    known = request_id if request_id and _REQUEST_ID.match(request_id) else str(uuid.uuid4())
    trace = Trace(known, f"00-{trace_id}-{secrets.token_hex(8)}-01")
    _current.set(trace)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(service="web", request_id=known, trace_id=trace_id)
    return trace
