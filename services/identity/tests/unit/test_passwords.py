"""What a password must be."""

import pytest

from identity.domain.passwords import WeakPasswordError, draw_first_password, require_strong, weaknesses


def weak(password: str, user_name: str = "elodie.martin", commune: str = "Alixan") -> list[str]:
    return weaknesses(password, user_name=user_name, commune_names=[commune, "alixan"])


@pytest.mark.parametrize(
    "password",
    [
        "girafe pliante du jeudi",
        "Cantine-Alixan-2022-lundi",
        "mairie d'Alixan 2022",
        "čtyři koťata",
        "👩‍🚒🐈🐕🦔🦉🦆🐝🐛🪲🐞🐢🐍",
    ],
)
def test_long_and_own_is_enough(password: str) -> None:
    assert weak(password) == []


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("court", "au moins 12 caractères"),
        ("", "au moins 12 caractères"),
        ("Elodie.Martin", "nom d'utilisateur"),
        ("élodie martin 2022", "nom d'utilisateur"),
        ("ALIXAN-alixan-26", "nom de la commune"),
        ("Motdepasse2022!", "parmi les plus courants"),
        ("Azertyuiop123", "parmi les plus courants"),
        ("Portail famille 2022", "parmi les plus courants"),
        ("123456789012", "l'ordre des chiffres"),
        ("98-76-54-32-10-98", "l'ordre des chiffres"),
        ("aaaaaaaaaaaaaaa", "répète toujours"),
        ("abababababab", "répète toujours"),
    ],
)
def test_each_weakness_is_said(password: str, said: str) -> None:
    (reason,) = weak(password)
    assert said in reason


def test_a_commune_with_a_short_name_forbids_no_ordinary_word() -> None:
    assert weaknesses("l'heureux bleuet creux", user_name="a.b", commune_names=["Eu", "eu"]) == []


def test_all_reasons_reach_the_person() -> None:
    with pytest.raises(WeakPasswordError) as refusal:
        require_strong("alixan", user_name="alixan", commune_names=["Alixan"])
    reasons = refusal.value.details["reasons"]
    assert isinstance(reasons, list)
    assert len(reasons) == 3
    assert all(reason in refusal.value.detail for reason in reasons)


def test_a_drawn_password_is_strong_and_its_own() -> None:
    drawn = {draw_first_password() for _ in range(200)}
    assert len(drawn) == 200
    assert not [password for password in drawn if weak(password)]
    assert not set("".join(drawn)) & set("ilo01")
