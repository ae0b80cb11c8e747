"""The bundled fonts in reportlab, and its one fault with rare characters mended."""

from functools import cache
from typing import Any

from tcm_station.resources import asset

REGULAR = "StationSansSC"
BOLD = "StationSansSC-Bold"


@cache
def register() -> frozenset[int]:
    """Register both weights; returns the characters that they hold (code points)."""
    from reportlab.graphics import shapes
    from reportlab.pdfbase import pdfmetrics, ttfonts
    from reportlab.platypus import tables

    # Both name an unembedded Helvetica before any text of ours is set.
    shapes.STATE_DEFAULTS["fontName"] = REGULAR
    tables.CellStyle.fontname = REGULAR
    _write_surrogates(ttfonts)
    regular = ttfonts.TTFont(REGULAR, str(asset("fonts/StationSansSC-Regular.ttf")))
    bold = ttfonts.TTFont(BOLD, str(asset("fonts/StationSansSC-Bold.ttf")))
    for font in (regular, bold):
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return frozenset(regular.face.charToGlyph)


def _write_surrogates(ttfonts: Any) -> None:
    # reportlab writes characters above U+FFFF as <27FF9> in the map that copying and searching use;
    # PDF wants UTF-16. Without this a copied 𧿹 comes out as another character.
    if getattr(ttfonts, "_station_surrogates", False):
        return
    original = ttfonts.makeToUnicodeCMap

    def make(fontname: str, subset: list[int]) -> str:
        text: str = original(fontname, subset)
        for code in subset:
            if code > 0xFFFF:
                pair = chr(code).encode("utf-16-be").hex().upper()
                text = text.replace(f"<{code:04X}>", f"<{pair}>")
        return text

    ttfonts.makeToUnicodeCMap = make
    ttfonts._station_surrogates = True


def printable(text: str) -> str:
    """The text with each character that the fonts lack written as its code in brackets, never as a box."""
    known = register()
    return "".join(c if ord(c) in known or c in "\n\t\r" else f"[U+{ord(c):04X}]" for c in text)
