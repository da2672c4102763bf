"""What is known of sessions, and for how long."""

from web.api.errors import ApiProblem, ServiceUnavailableError, SessionEndedError
from web.security.liveness import TRUSTED_SECONDS, Liveness
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


class Identity:
    """Counts how often it is asked; raises ``problem`` when there is one."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.problem = problem
        self.asked = 0

    async def __call__(self) -> None:
        self.asked += 1
        if self.problem:
            raise self.problem


ENDED = ApiProblem(401, {"type": "urn:portail-famille:problem:session-ended"})


async def test_an_answer_is_believed_for_seconds_only() -> None:
    now, identity = [0.0], Identity()
    liveness = Liveness(lambda: now[0])
    for instant in (0.0, 1.0, TRUSTED_SECONDS - 0.1):
        now[0] = instant
        assert await liveness.goes_on(_session("one"), identity)
    assert identity.asked == 1
    now[0], identity.problem = TRUSTED_SECONDS, ENDED
    assert not await liveness.goes_on(_session("one"), identity)
    assert not await liveness.goes_on(_session("one"), identity)
    assert identity.asked == 2, "an end is final"


async def test_a_refused_token_opens_nothing() -> None:
    assert not await Liveness().goes_on(_session("one"), Identity(SessionEndedError()))


async def test_without_answer_it_goes_on_and_is_asked_again() -> None:
    identity = Identity(ServiceUnavailableError("identity", "away"))
    liveness = Liveness()
    assert await liveness.goes_on(_session("one"), identity)
    assert await liveness.goes_on(_session("one"), identity)
    assert identity.asked == 2


async def test_one_that_ends_while_identity_is_asked_has_ended() -> None:
    liveness = Liveness()

    async def ends_meanwhile() -> None:
        liveness.end(_session("one"))

    assert not await liveness.goes_on(_session("one"), ends_meanwhile)


async def test_an_end_is_kept_longer_than_an_access_token_lives() -> None:
    now, identity = [0.0], Identity()
    liveness = Liveness(lambda: now[0])
    liveness.end(_session("first"))
    now[0] = 1800
    assert not await liveness.goes_on(_session("first"), identity)
    assert identity.asked == 0
    now[0] = 3601
    assert await liveness.goes_on(_session("first"), identity), "identity is asked again"
    assert identity.asked == 1
