"""User names: ``prenom.nom`` in ASCII, unique in a commune."""

import re
import unicodedata
from collections.abc import Set

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_APOSTROPHES = re.compile(r"['’ʼ`]")
_OTHERS = re.compile(r"[^a-z0-9]+")
_LONGEST_PART = 30
_NAMELESS = "parent"


def fold(words: str) -> str:
    """Lower case without accents: what is typed «Élodie.Martin » is the user name «elodie.martin»."""
    decomposed = unicodedata.normalize("NFKD", words.strip().casefold().translate(_LIGATURES))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def wanted_user_name(first_name: str, last_name: str) -> str:
    """``prenom.nom`` of a person; a fixed word when nothing of the name can be written in ASCII."""
    parts = [_ascii_part(first_name), _ascii_part(last_name)]
    return ".".join(part for part in parts if part) or _NAMELESS


def free_user_name(wanted: str, taken: Set[str]) -> str:
    """``wanted``, or with the smallest number from 2 on that makes it unique."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}{number}" in taken:
        number += 1
    return f"{wanted}{number}"


def _ascii_part(name: str) -> str:
    folded = _APOSTROPHES.sub("", fold(name))
    return _OTHERS.sub("-", folded).strip("-")[:_LONGEST_PART].strip("-")
