"""Tokens are the only source of colours and sizes, and they keep their promises of contrast."""

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from tcm_station.resources import asset
from ui.style import GLYPHS, colour, font, icon, look, paint_glyph, px, tokens
from ui.style.tokens import THEMES, colours, size


def _luminance(text: str) -> float:
    parts = [int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


_PAIRS = [
    (theme, text, ground, float(ratio))
    for theme in THEMES
    for text, grounds in tokens()["contrast"][theme].items()
    for ground, ratio in grounds.items()
]


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_and_trace_keeps_the_contrast_that_the_table_states(theme):
    told = colours(theme)
    for where, text, ground, ratio in _PAIRS:
        if where != theme:
            continue
        measured = contrast(told[text], told[ground])
        assert measured == pytest.approx(ratio, abs=0.06), (text, ground)
        is_line = (text.startswith("p") and text[1:].isdigit()) or text == "line_strong"
        assert measured >= (3.0 if is_line else 4.5), (text, ground)


def test_the_bundled_family_is_there_in_both_weights(app):
    from PySide6.QtGui import QFontDatabase, QFontInfo

    assert "Station Sans SC" in QFontDatabase.families()
    for kind in ("body", "title"):
        assert QFontInfo(font(kind)).family() == "Station Sans SC"
    assert QFontInfo(font("title")).bold() and not QFontInfo(font("body")).bold()


def test_every_icon_that_tokens_and_actions_name_is_bundled(app):
    from ui.actions import actions

    uses = [*tokens()["icon"].values(), *tokens()["alert_icon"].values()]
    uses += [action.icon for action in actions().values() if action.icon]
    for use in uses:
        assert asset(f"icons/{tokens()['icon'].get(use, use)}.svg").is_file()
        assert not icon(use, 16, "ink").isNull()


def test_an_icon_takes_the_colour_of_its_token_in_each_theme(app):
    def darkest(pixmap):
        image = pixmap.toImage()
        return max(
            (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())),
            key=lambda c: c.alpha(),
        )

    light = darkest(icon("lock", 24, "ink"))
    assert light.name() == colour("ink").name()
    look().set(theme="dark")
    assert darkest(icon("lock", 24, "ink")).name() == colour("ink").name() != light.name()


def test_lengths_and_fonts_follow_the_scale(app):
    assert px("table_row") == 27 and px(0) == 0
    look().set(scale=2.5)
    assert px("table_row") == 68 and px(4) == 10
    assert font("body").pointSizeF() == pytest.approx(25.0)
    look().set(scale=9.0)
    assert look().scale == 2.5, "the scale stays in the range of the tokens"


def test_the_states_are_told_apart_by_shape_without_any_colour(app):
    pictures = {}
    for state in GLYPHS:
        image = QImage(24, 24, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        paint_glyph(painter, QRectF(0, 0, 24, 24), state, "ink")
        painter.end()
        alphas = bytes(image.pixelColor(x, y).alpha() // 64 for x in range(24) for y in range(24))
        pictures.setdefault(alphas, []).append(state)
    alike = [states for states in pictures.values() if len(states) > 1]
    # "not done" and "proposed" are one glyph by the tokens: they never stand in one list.
    assert alike == [["not_done", "finding_proposed"]]


def test_every_size_that_code_asks_for_by_name_is_in_the_table():
    for name in ("app_bar", "range_bar.w", "stroke.focus", "radius.card", "patient_list.min"):
        assert size(name) > 0
    with pytest.raises(KeyError):
        size("no_such_size")
