"""State glyphs: shape first, colour second. Drawn in a box of 12 units, never an icon font, never an
emoji."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from ui.style.look import colour

#: Every state with its colour token; the words beside it are the page's.
GLYPHS: dict[str, str] = {
    "not_started": "ink3",
    "in_progress": "accent",
    "done_or_checked": "accent",
    "not_done": "ink3",
    "look": "sign",
    "stop": "stop",
    "signed": "ink2",
    "finding_proposed": "ink2",
    "finding_yes": "accent",
    "finding_no": "ink2",
    "finding_added": "accent",
}
_UNITS = 12.0


def paint_glyph(painter: QPainter, rect: QRectF, state: str, tint: str | None = None) -> None:
    """Paint one state centred in `rect`. state: a key of GLYPHS. tint: another colour token (on accent
    grounds)."""
    side = min(rect.width(), rect.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center().x() - side / 2, rect.center().y() - side / 2)
    painter.scale(side / _UNITS, side / _UNITS)
    _SHAPES[state](painter, colour(tint or GLYPHS[state]))
    painter.restore()


def _ring_pen(tint, width: float = 1.4) -> QPen:
    return QPen(tint, width)


def _ring(painter: QPainter, tint) -> None:
    painter.setPen(_ring_pen(tint))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QRectF(1.2, 1.2, 9.6, 9.6))


def _half(painter: QPainter, tint) -> None:
    _ring(painter, tint)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawPie(QRectF(1.2, 1.2, 9.6, 9.6), -90 * 16, 180 * 16)


def _tick(painter: QPainter, tint) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawEllipse(QRectF(0.5, 0.5, 11, 11))
    mark = QPen(colour("accent_ink"), 1.6)
    mark.setCapStyle(Qt.PenCapStyle.RoundCap)
    mark.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(mark)
    painter.drawPolyline(QPolygonF([QPointF(3.4, 6.2), QPointF(5.3, 8.1), QPointF(8.7, 4.3)]))


def _dashed(painter: QPainter, tint) -> None:
    ring = QPen(tint, 1.4)
    length = math.pi * 9.6 / 8 / 1.4
    ring.setDashPattern([length * 0.55, length * 0.45])
    ring.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(ring)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QRectF(1.2, 1.2, 9.6, 9.6))


def _diamond(painter: QPainter, tint) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawPolygon(QPolygonF([QPointF(6, 0.3), QPointF(11.7, 6), QPointF(6, 11.7), QPointF(0.3, 6)]))


def _octagon(painter: QPainter, tint) -> None:
    corner, low, high = 3.4, 0.4, 11.6
    points = [
        QPointF(corner, low),
        QPointF(12 - corner, low),
        QPointF(high, corner),
        QPointF(high, 12 - corner),
        QPointF(12 - corner, high),
        QPointF(corner, high),
        QPointF(low, 12 - corner),
        QPointF(low, corner),
    ]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawPolygon(QPolygonF(points))


def _padlock(painter: QPainter, tint) -> None:
    painter.setPen(QPen(tint, 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    bow = QPainterPath(QPointF(3.7, 6))
    bow.lineTo(3.7, 3.7)
    bow.arcTo(QRectF(3.7, 1.2, 4.6, 4.8), 180, -180)
    bow.lineTo(8.3, 6)
    painter.drawPath(bow)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawRoundedRect(QRectF(1.8, 5.2, 8.4, 6), 1, 1)


def _disc(painter: QPainter, tint) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawEllipse(QRectF(1, 1, 10, 10))


def _barred(painter: QPainter, tint) -> None:
    _ring(painter, tint)
    painter.setPen(QPen(tint, 1.6))
    painter.drawLine(QPointF(3.4, 6), QPointF(8.6, 6))


def _plus(painter: QPainter, tint) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawRoundedRect(QRectF(0.8, 0.8, 10.4, 10.4), 2, 2)
    painter.setPen(QPen(colour("accent_ink"), 1.5))
    painter.drawLine(QPointF(6, 3.4), QPointF(6, 8.6))
    painter.drawLine(QPointF(3.4, 6), QPointF(8.6, 6))


_SHAPES = {
    "not_started": _ring,
    "in_progress": _half,
    "done_or_checked": _tick,
    "not_done": _dashed,
    "look": _diamond,
    "stop": _octagon,
    "signed": _padlock,
    "finding_proposed": _dashed,
    "finding_yes": _disc,
    "finding_no": _barred,
    "finding_added": _plus,
}
