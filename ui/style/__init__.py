"""Tokens made into colours, lengths, fonts, icons and glyphs. Everything visible is drawn through here.

colour("ink")  px(8) or px("table_row")  font("body")  pen("line")  icon("lock", 16, "ink2")
paint_text, paint_box, paint_hatch, paint_key_cap, paint_seal, paint_glyph, paint_icon
look().set(theme="dark", scale=1.25)   # every widget with restyle() follows
"""

from ui.style.fonts import load_fonts
from ui.style.glyphs import GLYPHS, paint_glyph
from ui.style.icons import as_qicon, icon, paint_icon
from ui.style.look import (
    Look,
    apply_look,
    colour,
    font,
    line_px,
    look,
    pen,
    px,
    restyle_all,
    retranslate_all,
)
from ui.style.paint import (
    CENTRE,
    LEFT,
    RIGHT,
    key_cap_width,
    paint_box,
    paint_hatch,
    paint_key_cap,
    paint_seal,
    paint_text,
    width_of,
)
from ui.style.tokens import Theme, colours, size, time_ms, tokens

__all__ = [
    "CENTRE",
    "GLYPHS",
    "LEFT",
    "RIGHT",
    "Look",
    "Theme",
    "apply_look",
    "as_qicon",
    "colour",
    "colours",
    "font",
    "icon",
    "key_cap_width",
    "line_px",
    "load_fonts",
    "look",
    "paint_box",
    "paint_glyph",
    "paint_hatch",
    "paint_icon",
    "paint_key_cap",
    "paint_seal",
    "paint_text",
    "pen",
    "px",
    "restyle_all",
    "retranslate_all",
    "size",
    "time_ms",
    "tokens",
    "width_of",
]
