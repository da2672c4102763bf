"""A family's turn in words: rank and time, never less than it takes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.domain.entrance import NotYetInError, Terms, let_in

NOW = datetime(2022, 9, 1, 10, 0, tzinfo=UTC)
TERMS = Terms(at_once=100, per_second=2)


def refused(seconds: float, terms: Terms = TERMS) -> NotYetInError:
    with pytest.raises(NotYetInError) as caught:
        let_in(NOW + timedelta(seconds=seconds), terms, NOW)
    return caught.value


def test_one_whose_turn_has_come_is_in() -> None:
    let_in(NOW, TERMS, NOW)
    let_in(NOW - timedelta(hours=1), TERMS, NOW)


@pytest.mark.parametrize(
    ("seconds", "rank", "words"),
    [
        (0.5, 1, "Vous êtes la prochaine. Votre tour vient dans une seconde :"),
        (1, 2, "Une famille passe avant vous. Votre tour vient dans une seconde :"),
        (40, 80, "79 familles passent avant vous. Votre tour vient dans 40 secondes :"),
        (600.2, 1201, "1 200 familles passent avant vous. Votre tour vient dans 11 minutes :"),
    ],
)
def test_rank_and_time(seconds: float, rank: int, words: str) -> None:
    error = refused(seconds)
    assert error.details["rank"] == rank
    assert words in error.detail.replace("\xa0", " ")


@given(st.floats(min_value=0.001, max_value=1e5), st.floats(min_value=0.1, max_value=500))
def test_who_comes_back_when_told_is_in(seconds: float, per_second: float) -> None:
    terms = Terms(1, per_second)
    waits = refused(seconds, terms).details["retry_after"]
    let_in(NOW + timedelta(seconds=seconds), terms, NOW + timedelta(seconds=int(str(waits))))
