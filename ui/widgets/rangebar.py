"""Range bars: a value with its ± 2 sd against a reference, or against nothing, or against oneself.

Without a reference the track is dotted and nothing is judged. What cannot be measured is hatched, never 0.
"""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPolygonF

from ui.style import colour, paint_hatch, pen, px
from ui.widgets.base import Drawn


@dataclass(frozen=True, slots=True)
class Range:
    """One bar. low, high: the ends of the track, in the value's unit. value None: not measurable (hatch).

    ref_low, ref_high: reference box; one of them may be None. last: the value of the last visit.
    zero: a difference against one's own base: a line in the middle, no reference box.
    """

    value: float | None
    sd: float | None = None
    low: float = 0.0
    high: float = 1.0
    ref_low: float | None = None
    ref_high: float | None = None
    last: float | None = None
    zero: bool = False

    @property
    def has_reference(self) -> bool:
        return self.ref_low is not None or self.ref_high is not None

    @property
    def beyond(self) -> bool:
        """Outside the reference."""
        if self.value is None:
            return False
        below = self.ref_low is not None and self.value < self.ref_low
        above = self.ref_high is not None and self.value > self.ref_high
        return below or above


def track_for(
    value: float | None,
    sd: float | None,
    ref_low: float | None,
    ref_high: float | None,
    last: float | None = None,
) -> tuple[float, float]:
    """Ends of a track on which value ± 3 sd, the reference and the last value all have room."""
    points = [v for v in (ref_low, ref_high, last) if v is not None]
    if value is not None:
        points += [value - 3 * (sd or 0.0), value + 3 * (sd or 0.0)]
    if not points:
        return 0.0, 1.0
    low, high = min(points), max(points)
    span = (high - low) or abs(high) or 1.0
    if ref_low is not None and ref_high is not None:
        span = max(span, 2 * (ref_high - ref_low))
    middle = (low + high) / 2
    low, high = middle - 0.65 * span, middle + 0.65 * span
    non_negative = min(points) >= 0
    return (max(0.0, low), high) if non_negative else (low, high)


def paint_range(painter: QPainter, rect: QRectF, told: Range) -> None:
    """Paint one bar centred in `rect`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    height, y = px(14), rect.center().y()
    if told.value is None:
        paint_hatch(painter, QRectF(rect.left(), y - height / 2, rect.width(), height))
        painter.restore()
        return
    track = rect.adjusted(px(6), 0, -px(6), 0)
    span = (told.high - told.low) or 1.0

    def at(value: float) -> float:
        return track.left() + min(1.0, max(0.0, (value - told.low) / span)) * track.width()

    line = pen("line_strong", 1, None if told.has_reference or told.zero else "dot")
    painter.setPen(line)
    painter.drawLine(QPointF(track.left(), y), QPointF(track.right(), y))
    if told.has_reference and not told.zero:
        left = at(told.ref_low) if told.ref_low is not None else track.left()
        right = at(told.ref_high) if told.ref_high is not None else track.right()
        painter.setPen(pen("line_strong"))
        painter.setBrush(colour("p_ref"))
        painter.drawRect(QRectF(left, y - px(5), max(2.0, right - left), px(10)))
    if told.zero:
        painter.setPen(pen("line_strong"))
        painter.drawLine(QPointF(at(0.0), y - px(7)), QPointF(at(0.0), y + px(7)))
    _paint_value(painter, at(told.value), y, told, at)
    if told.last is not None:
        diamond(painter, at(told.last), y, px(5), "p2", filled=False)
    painter.restore()


def _paint_value(painter: QPainter, x: float, y: float, told: Range, at) -> None:
    value = told.value or 0.0
    if told.beyond:
        diamond(painter, x, y, px(6), "sign", filled=True)
        return
    if told.sd:
        painter.setPen(pen("accent", 3))
        painter.drawLine(QPointF(at(value - 2 * told.sd), y), QPointF(at(value + 2 * told.sd), y))
    painter.fillRect(QRectF(x - px(3) / 2, y - px(6), px(3), px(12)), colour("accent"))


def diamond(painter: QPainter, x: float, y: float, half: float, tint: str, *, filled: bool) -> None:
    """A diamond of a token's colour: filled = beyond, open = last visit."""
    shape = [QPointF(x, y - half), QPointF(x + half, y), QPointF(x, y + half), QPointF(x - half, y)]
    painter.setPen(pen(tint, 1.4))
    painter.setBrush(colour(tint if filled else "raised"))
    painter.drawPolygon(QPolygonF(shape))


class RangeBar(Drawn):
    """A range bar as a widget of its own."""

    def __init__(self, told: Range, parent=None) -> None:
        super().__init__(parent)
        self._told = told

    def set(self, told: Range) -> None:
        self._told = told
        self.update()

    def natural(self) -> tuple[float, float]:
        return (140, 20)

    def draw(self, painter: QPainter) -> None:
        paint_range(painter, QRectF(self.rect()), self._told)


@dataclass(frozen=True, slots=True)
class Dose:
    """grams of one line against the edition's range (None where it gives none). top: end of the track, g."""

    grams: float | None
    low: float | None
    high: float | None
    top: float | None = None


def paint_dose(painter: QPainter, rect: QRectF, dose: Dose) -> None:
    """A dose against its range; over the limit is a filled diamond, no range is dotted."""
    ends = [v for v in (dose.grams, dose.high, dose.low) if v is not None]
    top = dose.top or max(ends, default=1.0) * 1.4
    paint_range(painter, rect, Range(dose.grams, None, 0.0, top, dose.low, dose.high))


class DoseBar(Drawn):
    """A dose bar as a widget of its own."""

    def __init__(self, dose: Dose, parent=None) -> None:
        super().__init__(parent)
        self._dose = dose

    def set(self, dose: Dose) -> None:
        self._dose = dose
        self.update()

    def natural(self) -> tuple[float, float]:
        return (96, 20)

    def draw(self, painter: QPainter) -> None:
        paint_dose(painter, QRectF(self.rect()), self._dose)


def paint_probability(
    painter: QPainter, rect: QRectF, p: float, low: float | None, high: float | None
) -> None:
    """A probability 0..1 as a bar with its interval as a whisker."""
    y, tall = rect.center().y(), px(4)
    painter.fillRect(QRectF(rect.left(), y - tall / 2, rect.width(), tall), colour("sunken"))
    painter.fillRect(QRectF(rect.left(), y - tall / 2, rect.width() * p, tall), colour("accent"))
    if low is None or high is None:
        return
    painter.setPen(pen("ink2"))
    left, right = rect.left() + rect.width() * low, rect.left() + rect.width() * high
    painter.drawLine(QPointF(left, y), QPointF(right, y))
    for x in (left, right):
        painter.drawLine(QPointF(x, y - px(4)), QPointF(x, y + px(4)))
