import pytest

from planning.domain.french import of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Louis", "de Louis"),
        ("Estelle", "d'Estelle"),
        ("Élodie", "d'Élodie"),
        ("Hugo", "d'Hugo"),
        ("Yves", "d'Yves"),
        ("Yasmine", "de Yasmine"),
    ],
)
def test_de_is_elided_before_a_vowel(name: str, expected: str) -> None:
    assert of(name) == expected
