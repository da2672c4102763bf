"""The session cookie tells the browser nothing and cannot be made up, changed or carried elsewhere."""

import pytest
from starlette.responses import Response

from web.api.identity import Account, ApiSession
from web.security.seal import BrokenSealError, Sealer
from web.security.session import Session, SessionCookies

pytestmark = pytest.mark.unit

_ACCOUNT = Account(
    account_id="00000000-0000-0000-0000-000000000001",
    user_name="camille.martin",
    display_name="Camille Martin",
    roles=["parent"],
    family_id="00000000-0000-0000-0000-000000000002",
)
_ANSWER = ApiSession(
    access_token="secret-access",
    expires_in=900,
    refresh_token="secret-refresh",
    refresh_expires_in=43200,
    account=_ACCOUNT,
)


@pytest.fixture
def cookies() -> SessionCookies:
    return SessionCookies(Sealer(b"k" * 32))


def _written(cookies: SessionCookies, session: Session, host: str = "alixan.localhost") -> tuple[str, str]:
    response = Response()
    cookies.write(response, session, host)
    header = response.headers["set-cookie"]
    return header.partition("=")[2].partition(";")[0], header


def test_is_read_back(cookies) -> None:
    session = Session.begin(_ANSWER, remember=False)
    value, _ = _written(cookies, session)
    assert cookies.read(value, "alixan.localhost") == session


def test_attributes(cookies) -> None:
    value, header = _written(cookies, Session.begin(_ANSWER, remember=False))
    assert header.startswith("__Host-session=")
    attributes = {part.strip().lower() for part in header.split(";")[1:]}
    assert attributes == {"secure", "httponly", "samesite=lax", "path=/"}
    assert "secret" not in value


def test_lasts_only_when_asked_to_remember(cookies) -> None:
    _, header = _written(cookies, Session.begin(_ANSWER, remember=True))
    assert "max-age=43" in header.lower()


def test_is_not_read_on_another_commune_s_host(cookies) -> None:
    value, _ = _written(cookies, Session.begin(_ANSWER, remember=False))
    assert cookies.read(value, "veyras.localhost") is None


@pytest.mark.parametrize("position", [0, 20, -1])
def test_a_changed_cookie_is_not_read(cookies, position) -> None:
    value, _ = _written(cookies, Session.begin(_ANSWER, remember=False))
    letters = list(value)
    letters[position] = "A" if letters[position] != "A" else "B"
    if position == -1:
        letters.append("x")
    assert cookies.read("".join(letters), "alixan.localhost") is None


@pytest.mark.parametrize("value", ["", "x", "é", "AAAA" * 20])
def test_rubbish_is_not_read(cookies, value) -> None:
    assert cookies.read(value, "alixan.localhost") is None


def test_another_key_opens_nothing() -> None:
    sealed = Sealer(b"a" * 32).seal(b"content", "purpose")
    with pytest.raises(BrokenSealError):
        Sealer(b"b" * 32).open(sealed, "purpose")


def test_an_ended_session_is_not_read(cookies) -> None:
    ended = Session.begin(_ANSWER.model_copy(update={"refresh_expires_in": -1}), remember=False)
    value, _ = _written(cookies, ended)
    assert cookies.read(value, "alixan.localhost") is None


def test_is_renewed_a_minute_before_its_access_token_ends() -> None:
    session = Session.begin(_ANSWER, remember=False, now=1000)
    assert not session.needs_renewal(now=1839)
    assert session.needs_renewal(now=1841)


def test_renewal_keeps_open_forms_good_and_login_does_not() -> None:
    session = Session.begin(_ANSWER, remember=True)
    renewed = session.renewed(_ANSWER)
    assert (renewed.session_id, renewed.remember) == (session.session_id, True)
    assert Session.begin(_ANSWER, remember=True).session_id != session.session_id
