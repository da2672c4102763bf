"""Sessions ended are not remembered for ever."""

from web.security.ended import EndedSessions
from web.security.session import Session


def _session(session_id: str) -> Session:
    account = {"account_id": "5ba99b76-fcb9-56d3-af25-37d9a55e7e91", "user_name": "x", "display_name": "X", "roles": []}
    return Session.model_validate(
        {
            "session_id": session_id,
            "access_token": "a",
            "access_expires_at": 0,
            "refresh_token": "r",
            "refresh_expires_at": 0,
            "remember": False,
            "must_change_password": False,
            "account": account,
        }
    )


def test_each_is_kept_longer_than_its_access_token_lives() -> None:
    now = [0.0]
    ended = EndedSessions(lambda: now[0])
    ended.add(_session("first"))
    now[0] = 1800
    ended.add(_session("second"))
    assert _session("first") in ended
    assert _session("other") not in ended
    now[0] = 3601
    ended.add(_session("third"))
    assert _session("first") not in ended
    assert _session("second") in ended
