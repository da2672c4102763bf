"""What refresh tokens are worth."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chassis.ids import new_id
from identity.domain.resets import Reset, retry_delay
from identity.domain.sessions import Judgement, draw_token, judge, open_session, rotate, token_hash

NOW = datetime(2022, 7, 4, 9, 0, tzinfo=UTC)
SESSION = open_session(new_id(), new_id(), remember=True, now=NOW)


def after(**duration: float) -> datetime:
    return NOW + timedelta(**duration)


def test_a_remembered_session_lasts_thirty_days_another_twelve_hours() -> None:
    assert SESSION.expires_at == after(days=30)
    assert open_session(new_id(), new_id(), remember=False, now=NOW).expires_at == after(hours=12)


def test_the_current_token_is_good_until_the_session_expires() -> None:
    assert judge(SESSION, 1, after(days=29)) is Judgement.CURRENT
    assert judge(SESSION, 1, after(days=30)) is Judgement.OVER
    assert judge(replace(SESSION, ended=True), 1, NOW) is Judgement.OVER


def test_the_predecessor_is_honoured_for_thirty_seconds() -> None:
    rotated = rotate(SESSION, after(hours=1))
    assert judge(rotated, 2, after(hours=1)) is Judgement.CURRENT
    assert judge(rotated, 1, after(hours=1, seconds=30)) is Judgement.PREDECESSOR
    assert judge(rotated, 1, after(hours=1, seconds=31)) is Judgement.REUSED


def test_an_older_token_is_reuse_even_at_once() -> None:
    assert judge(rotate(rotate(SESSION, NOW), NOW), 1, NOW) is Judgement.REUSED


def test_secrets_have_256_bits_and_are_kept_as_hashes() -> None:
    token = draw_token()
    assert len(token) == 43
    assert draw_token() != token
    assert len(token_hash(token)) == 32


def test_a_link_is_valid_until_used_or_late() -> None:
    reset = Reset(new_id(), None, NOW, new_id(), expires_at=after(hours=1))
    assert reset.is_valid(after(minutes=59))
    assert not reset.is_valid(after(hours=1))
    assert not replace(reset, used=True).is_valid(NOW)
    assert not replace(reset, expires_at=None).is_valid(NOW)


def test_sending_is_tried_again_ever_more_slowly() -> None:
    assert [retry_delay(count).total_seconds() for count in (1, 2, 3, 8, 100)] == [5, 10, 20, 600, 600]
