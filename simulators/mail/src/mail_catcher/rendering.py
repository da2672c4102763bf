"""Pages and the headers that keep a caught mail harmless."""

from datetime import datetime
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from mail_catcher.message import for_frame, with_links

STATIC = Path(__file__).parent / "static"

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_FRAME_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    f"frame-ancestors 'self'; sandbox {_FRAME_SANDBOX}"
)
_COMMON = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def _instant(value: datetime) -> str:
    return f"{value:%d/%m/%Y à %H:%M}"


def _size(count: int) -> str:
    """Bytes as people read them: ``900 o``, ``12,3 Ko``."""
    if count < 1024:
        return f"{count} o"
    kilobytes = count / 1024
    number, unit = (kilobytes, "Ko") if kilobytes < 1024 else (kilobytes / 1024, "Mo")
    return f"{number:.1f} {unit}".replace(".", ",")


_environment = Environment(
    loader=PackageLoader("mail_catcher"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {"instant": _instant, "size": _size, "with_links": with_links}
_environment.globals["frame_sandbox"] = _FRAME_SANDBOX


def page(template: str, *, status_code: int = 200, **values: object) -> HTMLResponse:
    html = _environment.get_template(template).render(**values)
    return HTMLResponse(html, status_code, {**_COMMON, "Content-Security-Policy": _PAGE_POLICY})


def mail_frame(html: str) -> HTMLResponse:
    """A mail's own page: no script, no request to anywhere, no access to this site, framed here or not at all."""
    return HTMLResponse(for_frame(html), headers={**_COMMON, "Content-Security-Policy": _FRAME_POLICY})
