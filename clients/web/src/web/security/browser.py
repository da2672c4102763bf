"""What is known of the browser that asks: its host, its session, and the token its forms must carry."""

import hmac
import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response

from web.security.seal import Sealer
from web.security.session import (
    DEVICE_COOKIE,
    SESSION_COOKIE,
    VISITOR_COOKIE,
    Session,
    SessionCookies,
    forget_session,
    set_private_cookie,
)

_VISITOR = re.compile(r"^[A-Za-z0-9_-]{24,64}$")
_DEVICE = re.compile(r"^[A-Za-z0-9._-]{24,200}$")
_DEVICE_SECONDS = 180 * 86_400


class Browser:
    """One request's view of the browser. Changes are written as cookies when the answer starts."""

    def __init__(self, connection: HTTPConnection, sealer: Sealer) -> None:
        self.host = connection.headers.get("host", "")
        self._sealer = sealer
        self._cookies = SessionCookies(sealer)
        cookie = connection.cookies.get(SESSION_COOKIE)
        self.session = self._cookies.read(cookie, self.host)
        self._session_changed = cookie is not None and self.session is None
        visitor = connection.cookies.get(VISITOR_COOKIE, "")
        self._visitor = visitor if _VISITOR.match(visitor) else None
        self._visitor_is_new = False
        device = connection.cookies.get(DEVICE_COOKIE, "")
        self.device = device if _DEVICE.match(device) else None
        self._device_is_new = False

    def begin(self, session: Session) -> None:
        """Opens or renews the session."""
        self.session = session
        self._session_changed = True

    def end(self) -> None:
        """Forgets the session."""
        self.session = None
        self._session_changed = True

    def remember_device(self, device: str | None) -> None:
        """Keeps what a login gave to this device."""
        if device is not None and device != self.device:
            self.device = device
            self._device_is_new = True

    @property
    def csrf_token(self) -> str:
        """What the forms of this browser carry: tied to its session, or to its visitor cookie before login."""
        return self._sealer.sign(self._tie())

    def owns_token(self, token: str) -> bool:
        """Whether a form's token was made for this browser."""
        if self.session is None and self._visitor is None:
            return False
        return hmac.compare_digest(self.csrf_token.encode(), token.encode())

    def write_cookies(self, headers: MutableHeaders) -> None:
        """Adds the cookies that changed."""
        response = Response()
        if self._visitor_is_new and self._visitor is not None:
            set_private_cookie(response, VISITOR_COOKIE, self._visitor)
        if self._device_is_new and self.device is not None:
            set_private_cookie(response, DEVICE_COOKIE, self.device, _DEVICE_SECONDS)
        if self._session_changed:
            if self.session is None:
                forget_session(response)
            else:
                self._cookies.write(response, self.session, self.host)
        for cookie in response.headers.getlist("set-cookie"):
            headers.append("set-cookie", cookie)

    def _tie(self) -> str:
        if self.session is not None:
            return f"session {self.session.session_id}"
        if self._visitor is None:
            self._visitor = secrets.token_urlsafe(24)
            self._visitor_is_new = True
        return f"visitor {self._visitor}"


def browser_of(connection: HTTPConnection) -> Browser:
    """The browser of a request, as ``BrowserGuard`` has put it there."""
    browser: Browser = connection.state.browser
    return browser
