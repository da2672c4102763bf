"""Headers that keep a page to itself."""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'{form_targets}; frame-ancestors 'none'; base-uri 'none'"
)
CONTENT_SECURITY_POLICY = "Content-Security-Policy"
_HEADERS = {
    CONTENT_SECURITY_POLICY: _POLICY.format(form_targets=""),
    "X-Content-Type-Options": "nosniff",
    # Without a referrer of one's own origin, browsers send «Origin: null» with forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def policy_for_bank(action: str) -> str:
    """The content security policy of the one page whose form goes to the bank.

    Raises ``ValueError`` when ``action`` is not a plain http(s) address.
    """
    address = urlsplit(action)
    unfit = set(" ;,'\"") & set(address.netloc)
    if address.scheme not in {"https", "http"} or not address.hostname or unfit:
        raise ValueError("not a bank's address")
    return _POLICY.format(form_targets=f" {address.scheme}://{address.netloc}")


def add_security_headers(headers: MutableHeaders) -> None:
    """Adds the headers that the route has not set itself."""
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
