"""What a password must be. Length first, as NIST SP 800-63B and the CNIL advise; no rule of character classes."""

import re
import secrets
import unicodedata
from collections.abc import Iterable

from chassis.errors import DomainError
from identity.domain.common_passwords import COMMON_WORDS
from identity.domain.user_names import fold

SHORTEST = 12
LONGEST = 200
_LEAST_DISTINCT = 5
_LEAST_OWN = 8
_SEQUENCES = ("01234567890123456789", "98765432109876543210")
_CLEAR_CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those a reader of a printed letter confuses (i, l, o, 0, 1)."""


class WeakPasswordError(DomainError):
    """The new password is too easy to guess. ``reasons`` says each thing that is wrong."""

    slug = "weak-password"


class WrongPasswordError(DomainError):
    """The current password given to change it is not the account's."""

    slug = "wrong-password"
    sentence = "Le mot de passe actuel n'est pas le bon. Vérifiez-le et recommencez."


class PasswordJustGivenError(DomainError):
    """Somebody else gave the account a password at this moment."""

    slug = "password-just-given"
    sentence = (
        "Le mot de passe de ce compte vient d'être changé par quelqu'un d'autre. "
        "Si c'était pour une lettre, remettez celle-là ; sinon recommencez."
    )


class WrongCredentialsError(DomainError):
    """User name or password is wrong: which of them is never told."""

    slug = "wrong-credentials"
    sentence = (
        "Le nom d'utilisateur ou le mot de passe n'est pas le bon. "
        "Vérifiez-les, ou choisissez «Mot de passe oublié ?» pour en définir un nouveau."
    )


def require_strong(password: str, *, user_name: str, commune_names: Iterable[str]) -> None:
    """Raises ``WeakPasswordError`` with every reason in French."""
    reasons = weaknesses(password, user_name=user_name, commune_names=commune_names)
    if reasons:
        raise WeakPasswordError(" ".join(reasons), reasons=reasons)


def weaknesses(password: str, *, user_name: str, commune_names: Iterable[str]) -> list[str]:
    """Every reason, in French, why the password is refused; none when it is accepted."""
    reasons = []
    if len(normalized(password)) < SHORTEST:
        reasons.append(
            f"Le mot de passe doit avoir au moins {SHORTEST} caractères: plusieurs mots à la suite conviennent bien."
        )
    elif _is_monotonous(password):
        reasons.append("Le mot de passe répète toujours les mêmes caractères ou suit l'ordre des chiffres.")
    if _leans_on(password, [user_name]):
        reasons.append("Le mot de passe ne doit pas être votre nom d'utilisateur, même complété de quelques signes.")
    if _leans_on(password, commune_names):
        reasons.append("Le mot de passe ne doit pas être le nom de la commune, même complété de quelques signes.")
    if _core(password) in COMMON_WORDS:
        reasons.append("Ce mot de passe est parmi les plus courants: il serait vite deviné. Choisissez-en un autre.")
    return reasons


def normalized(password: str) -> str:
    """The one form of a password that keyboards may compose differently (NFC)."""
    return unicodedata.normalize("NFC", password)


def draw_first_password(seed: bytes | None = None) -> str:
    """A password for a letter: four groups of four clear characters, about 79 bits.

    The same secret ``seed`` (32 random bytes) gives the same password.
    """
    number = int.from_bytes(seed or secrets.token_bytes(32), "big")
    characters = ""
    for _ in range(16):
        number, rest = divmod(number, len(_CLEAR_CHARACTERS))
        characters += _CLEAR_CHARACTERS[rest]
    return "-".join(characters[start : start + 4] for start in range(0, 16, 4))


def _letters_and_digits(words: str) -> str:
    return "".join(character for character in fold(words) if character.isalnum())


def _core(password: str) -> str:
    return re.sub(r"[\d\W_]+", "", fold(password))


def _is_monotonous(password: str) -> bool:
    plain = _letters_and_digits(password)
    return len(set(password)) < _LEAST_DISTINCT or any(plain and plain in sequence for sequence in _SEQUENCES)


def _leans_on(password: str, words: Iterable[str]) -> bool:
    """Whether little is left once the given words are taken out."""
    plain = _letters_and_digits(password)
    rest = plain
    for word in sorted(map(_letters_and_digits, words), key=len, reverse=True):
        if word:
            rest = rest.replace(word, "")
    return rest != plain and len(rest) < _LEAST_OWN
