"""When everybody logs in at once: how many wait is said at the form, which keeps the name."""

import pytest

pytestmark = pytest.mark.integration


async def test_a_busy_login_is_told_and_loses_nothing(visitor) -> None:
    answer = await visitor.log_in(user="tout.le.monde")
    assert answer.status_code == 503
    assert "12 attendent leur tour. Réessayez dans 4 secondes." in answer.text
    assert 'value="tout.le.monde"' in answer.text
