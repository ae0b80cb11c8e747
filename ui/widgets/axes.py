"""Axes for painted plots: round ticks, a grid in `p_grid`, units in the corner."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from ui.style import CENTRE, RIGHT, paint_box, paint_text, pen, px


@dataclass(frozen=True, slots=True)
class Plane:
    """A rectangle of the screen for x in [x0, x1] and y in [y0, y1]."""

    rect: QRectF
    x0: float
    x1: float
    y0: float
    y1: float

    def x(self, value: float) -> float:
        return self.rect.left() + (value - self.x0) / ((self.x1 - self.x0) or 1.0) * self.rect.width()

    def y(self, value: float) -> float:
        return self.rect.bottom() - (value - self.y0) / ((self.y1 - self.y0) or 1.0) * self.rect.height()

    def at(self, x: float, y: float) -> QPointF:
        return QPointF(self.x(x), self.y(y))


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers between two ends, at most `most` of them."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    rough = span / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 10) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def inner_rect(
    rect: QRectF, *, left: float = 44, bottom: float = 24, top: float = 22, right: float = 14
) -> QRectF:
    """The plotting area inside a panel, px at 100 % for the four sides."""
    return rect.adjusted(px(left), px(top), -px(right), -px(bottom))


def paint_axes(painter: QPainter, plane: Plane, x_unit: str, y_unit: str) -> None:
    """Grid, tick marks and units. y_unit stands above the axis, x_unit at its right end."""
    rect = plane.rect
    for value in ticks(plane.y0, plane.y1):
        y = plane.y(value)
        painter.setPen(pen("p_grid"))
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        spot = QRectF(rect.left() - px(44), y - px(8), px(38), px(16))
        paint_text(painter, spot, _number(value), kind="caption", tint="p_axis", align=RIGHT, elide=False)
    painter.setPen(pen("p_axis"))
    painter.drawLine(QPointF(rect.left(), rect.bottom()), QPointF(rect.right(), rect.bottom()))
    for value in ticks(plane.x0, plane.x1, max(3, round(rect.width() / px(70)))):
        x = plane.x(value)
        painter.setPen(pen("p_axis"))
        painter.drawLine(QPointF(x, rect.bottom()), QPointF(x, rect.bottom() + px(4)))
        spot = QRectF(x - px(30), rect.bottom() + px(5), px(60), px(16))
        paint_text(painter, spot, _number(value), kind="caption", tint="p_axis", align=CENTRE, elide=False)
    above = QRectF(rect.left() - px(36), rect.top() - px(20), px(60), px(16))
    paint_text(painter, above, y_unit, kind="caption", tint="p_axis", elide=False)
    end = QRectF(rect.right() - px(60), rect.bottom() - px(18), px(58), px(16))
    paint_text(painter, end, x_unit, kind="caption", tint="p_axis", align=RIGHT, elide=False)


def _number(value: float) -> str:
    return f"{value:g}"


def panel(painter: QPainter, rect: QRectF) -> None:
    """The ground of a plot: raised, hairline, card corners."""
    paint_box(painter, rect, fill="raised", line="line", radius="radius.card")
