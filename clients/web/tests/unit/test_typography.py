import pytest

from web.rendering.typography import held_together


@pytest.mark.parametrize(
    ("loose", "held"),
    [
        ("<p>Pourquoi ?</p>", "<p>Pourquoi_?</p>"),
        ("<p>Attention : complet ; attendez !</p>", "<p>Attention_: complet_; attendez_!</p>"),
        ("<p>dans « Mes factures ».</p>", "<p>dans «_Mes factures_».</p>"),
        ("<p>« <a href='/'>Mes factures</a> » ?</p>", "<p>«_<a href='/'>Mes factures</a>_»_?</p>"),
    ],
)
def test_a_mark_stays_with_its_word(loose: str, held: str) -> None:
    assert held_together(loose) == held.replace("_", "\u00a0")


@pytest.mark.parametrize(
    "html",
    [
        '<input value="Qui vient ?">',
        "<textarea>Bonjour ! Fermé : « grève »</textarea>",
        '<a title="Pourquoi ?" href="/x">Voir</a>',
        "<p>à 9 :30</p>",
        "<p>Est-ce vrai?</p>",
    ],
)
def test_what_was_typed_and_what_is_no_text_stays(html: str) -> None:
    assert held_together(html) == html


def test_a_text_after_a_text_area_is_one() -> None:
    html = "<textarea>Où ?</textarea><p>Où ?</p>"
    assert held_together(html) == "<textarea>Où ?</textarea><p>Où\u00a0?</p>"
