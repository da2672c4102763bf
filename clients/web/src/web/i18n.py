"""Texts. The source strings are French; a catalogue in ``locales`` can translate them (``babel.cfg`` says how)."""

import gettext as _gettext
from pathlib import Path

_LOCALES = Path(__file__).parent / "locales"
_french = _gettext.translation("web", _LOCALES, languages=["fr"], fallback=True)

gettext = _french.gettext
ngettext = _french.ngettext
