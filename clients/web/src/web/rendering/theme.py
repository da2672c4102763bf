"""A commune's colours as a style sheet, made readable whatever colours it chose."""

import re

from web.api.identity import Look

_COLOR = re.compile(r"^#[0-9a-fA-F]{6}$")
_FALLBACK_PRIMARY, _FALLBACK_ACCENT = "#1f5c99", "#b5482a"
_READABLE = 4.5
"""WCAG 2.1 AA contrast of ordinary text (criterion 1.4.3)."""
_SOFT_SHARE = 0.08

Rgb = tuple[int, int, int]
_WHITE: Rgb = (255, 255, 255)
_BLACK: Rgb = (0, 0, 0)
_PAPER: Rgb = (251, 248, 243)
"""The pages' background, the lightest on which coloured text stands."""


def theme_css(look: Look) -> str:
    """The custom properties that the style sheet builds on. Colours that are no colours give the default ones."""
    primary = readable(_parse(look.primary_color, _FALLBACK_PRIMARY))
    accent = readable(_parse(look.accent_color, _FALLBACK_ACCENT))
    properties = {
        "--primary": primary,
        "--primary-strong": mix(primary, _BLACK, 0.72),
        "--primary-soft": mix(primary, _WHITE, _SOFT_SHARE),
        "--primary-line": mix(primary, _WHITE, 0.3),
        "--accent": accent,
        "--accent-strong": mix(accent, _BLACK, 0.75),
        "--accent-soft": mix(accent, _WHITE, _SOFT_SHARE),
    }
    lines = "".join(f"{name}:{_hexadecimal(color)};" for name, color in properties.items())
    return f":root{{{lines}}}\n"


def readable(color: Rgb) -> Rgb:
    """The colour, darkened as little as makes it readable on the pages' background (and white readable on it)."""
    share = 1.0
    while contrast(mix(color, _BLACK, share), mix(color, _PAPER, _SOFT_SHARE)) < _READABLE and share > 0:
        share -= 0.04
    return mix(color, _BLACK, max(share, 0))


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(color: Rgb, other: Rgb, share: float) -> Rgb:
    """``share`` of the colour, the rest of the other."""
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(color, other, strict=True))
    return red, green, blue


def _luminance(color: Rgb) -> float:
    red, green, blue = (_linear(value / 255) for value in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _parse(color: str, fallback: str) -> Rgb:
    digits = (color if _COLOR.match(color) else fallback)[1:]
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _hexadecimal(color: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
