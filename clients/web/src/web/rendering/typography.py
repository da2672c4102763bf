"""French spacing: a mark that stands apart from its word stays on its line."""

import re

_LOOSE = re.compile(r" (?:(?=[»?!:;](?!\w))|(?<=« ))(?=[^<>]*<)")
"""Before the next angle bracket, which opens a tag: a space in an attribute comes before one that closes it."""
_TYPED = re.compile(r"(<textarea.*?</textarea>)", re.DOTALL)
_HELD = "\u00a0"


def held_together(html: str) -> str:
    """A page in which no line begins with «?» or ends with an opening quotation mark.

    Only its texts change: attributes and what people write in a text area stay as they are.
    """
    if "<textarea" not in html:
        return _LOOSE.sub(_HELD, html)
    parts = _TYPED.split(html)
    parts[::2] = [_LOOSE.sub(_HELD, part) for part in parts[::2]]
    return "".join(parts)
