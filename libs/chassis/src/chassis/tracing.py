"""W3C trace context, carried from the browser's request through events to the last handler."""

import re
import secrets
from contextvars import ContextVar

import structlog

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """The trace context of the request or message being handled."""
    return _current.get()


def continue_trace(received: str | None) -> str:
    """Continues the trace of a caller, or starts one, and binds its id to the logs. Returns the new traceparent."""
    match = _TRACEPARENT.match(received or "")
    trace_id = match.group(1) if match else secrets.token_hex(16)
    traceparent = f"00-{trace_id}-{secrets.token_hex(8)}-01"
    _current.set(traceparent)
    structlog.contextvars.bind_contextvars(trace_id=trace_id)
    return traceparent
