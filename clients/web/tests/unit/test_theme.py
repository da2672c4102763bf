"""Whatever colours a commune chooses, its pages stay readable and its style sheet stays a style sheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.api.identity import Look
from web.rendering.theme import contrast, readable, theme_css

pytestmark = pytest.mark.unit

_BYTE = st.integers(0, 255)


@given(st.tuples(_BYTE, _BYTE, _BYTE))
def test_text_in_any_commune_s_colour_is_readable(color) -> None:
    assert contrast(readable(color), (251, 248, 243)) >= 4.5
    assert contrast(readable(color), (255, 255, 255)) >= 4.5


def test_a_readable_colour_is_kept() -> None:
    assert readable((0x1F, 0x5C, 0x99)) == (0x1F, 0x5C, 0x99)


@pytest.mark.parametrize("color", ["red", "#fff", "#12345g", "#123456;}body{display:none", "url(x)"])
def test_what_is_no_colour_never_reaches_the_style_sheet(color) -> None:
    css = theme_css(Look(primary_color=color, accent_color=color, emblem="A"))
    assert color not in css
    assert css.count("{") == css.count("}") == 1
