"""Texts as every bank takes them."""

import re
import unicodedata

_LETTERS = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "’": "'"})
_NOT_GIVEN = "NC"


def plain(text: str, longest: int) -> str:
    """Unaccented letters, digits, spaces and hyphens, at most ``longest``; «NC» when nothing is left.

    The bank's own extensions strip names and addresses in the same way.
    """
    letters = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    kept = " ".join(re.sub(r"[^A-Za-z0-9-]+", " ", letters).split())
    return kept[:longest].strip() or _NOT_GIVEN
