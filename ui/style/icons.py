"""Line icons in a token's colour, drawn by QSvgRenderer and kept by name, size, colour and pixel ratio."""

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from tcm_station.resources import asset
from ui.style.look import colour, px
from ui.style.tokens import icon_name

_STROKE = b'stroke-width="1.75"'
_STROKE_LARGE = b'stroke-width="1.4"'
_LARGE = 32
_kept: dict[tuple[str, int, str, float], QPixmap] = {}


def icon(use: str, at: float = 16, tint: str = "ink2", ratio: float = 1.0) -> QPixmap:
    """An icon as a pixmap. use: a use of the tokens ("lock") or an icon's own name. at: px at 100 %.

    tint: a colour token. ratio: device pixel ratio of what it is drawn on.
    """
    key = (icon_name(use), px(at), colour(tint).name(), ratio)
    if key not in _kept:
        _kept[key] = _draw(*key, large=at >= _LARGE)
    return _kept[key]


def _draw(name: str, side: int, tint: str, ratio: float, *, large: bool) -> QPixmap:
    svg = asset(f"icons/{name}.svg").read_bytes()
    svg = svg.replace(b"currentColor", tint.encode()).replace(
        b'stroke-width="2"', _STROKE_LARGE if large else _STROKE
    )
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap


def paint_icon(painter: QPainter, use: str, x: float, y: float, at: float = 16, tint: str = "ink2") -> None:
    """Paint an icon with its upper left corner at x, y (device-independent pixels)."""
    ratio = painter.device().devicePixelRatio()
    painter.drawPixmap(round(x), round(y), icon(use, at, tint, ratio))


def as_qicon(use: str, at: float = 16, tint: str = "ink2") -> QIcon:
    """For Qt's own controls (menus)."""
    return QIcon(icon(use, at, tint))
