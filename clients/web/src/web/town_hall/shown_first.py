"""What a change touches is shown before it is saved: names what was shown, so that anything else is shown first."""

from collections.abc import Iterable
from hashlib import sha256


def name_of(touched: Iterable[str]) -> str:
    """The same for the same sentences only; the form sends it back."""
    return sha256("\n".join(touched).encode()).hexdigest()[:16]


NOTHING = name_of(())
"""Of a change that touches nothing: it needs not be shown."""
