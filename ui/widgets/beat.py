"""The average beat, painted once: the mean with its ± 2 sd band, the points h1–h5 and t1–t5, the width w."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.style import CENTRE, colour, font, paint_text, pen, px, tokens, width_of
from ui.widgets.axes import Plane, inner_rect, paint_axes, panel
from ui.words import Text, say

_SUB = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class Point:
    """A marked point of the beat. name: "1" to "5"."""

    name: str
    t_s: float
    height: float
    solid: bool = False


@dataclass(frozen=True, slots=True)
class Beat:
    """mean: samples of one beat, step_s apart, in `unit`; sd per sample or empty. single: other beats, thin.

    width: (from s, to s, height, words) of a width such as w at the upper third. last: the last visit's beat.
    """

    mean: tuple[float, ...]
    step_s: float
    unit: str
    sd: tuple[float, ...] = ()
    points: tuple[Point, ...] = ()
    width: tuple[float, float, float, Text] | None = None
    single: tuple[tuple[float, ...], ...] = ()
    last: tuple[float, ...] = ()
    note: tuple[Text, ...] = ()


class AverageBeat(QWidget):
    """set(beat); compare(True) shows the last visit's beat. hovered(time s, value, sd or NaN)."""

    hovered = Signal(float, float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._beat: Beat | None = None
        self._compare = False
        self._at: float | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set(self, beat: Beat | None) -> None:
        self._beat = beat
        self.retranslate()

    def compare(self, on: bool) -> None:
        self._compare = on
        self.update()

    def retranslate(self) -> None:
        notes = self._beat.note if self._beat else ()
        self.setAccessibleName(" ".join(say(note) for note in notes))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(600), px(316))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(260), px(160))

    def _plane(self, beat: Beat) -> Plane:
        band = [m + 2 * s for m, s in zip(beat.mean, beat.sd, strict=False)] or list(beat.mean)
        highest, lowest = max(*band, *beat.mean), min(*beat.mean, 0.0)
        high = highest + 0.12 * (highest - lowest or 1.0)
        low = lowest if lowest >= 0 else lowest - 0.05 * (highest - lowest)
        end = max(beat.step_s * len(beat.mean), 0.1)
        return Plane(inner_rect(QRectF(self.rect()), bottom=38), 0.0, end, low, high)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        panel(painter, QRectF(self.rect()))
        beat = self._beat
        if beat is not None and len(beat.mean) > 1:
            plane = self._plane(beat)
            paint_axes(painter, plane, "s", beat.unit)
            self._paint_band(painter, plane, beat)
            self._paint_lines(painter, plane, beat)
            self._paint_points(painter, plane, beat)
            self._paint_note(painter, plane, beat)
            self._paint_hover(painter, plane, beat)
        painter.end()

    def _curve(self, plane: Plane, values: Sequence[float], step: float) -> QPolygonF:
        return QPolygonF([plane.at(i * step, v) for i, v in enumerate(values) if v == v])

    def _paint_band(self, painter: QPainter, plane: Plane, beat: Beat) -> None:
        if not beat.sd:
            return
        upper = [m + 2 * s for m, s in zip(beat.mean, beat.sd, strict=False)]
        lower = [m - 2 * s for m, s in zip(beat.mean, beat.sd, strict=False)]
        path = QPainterPath()
        path.addPolygon(self._curve(plane, upper, beat.step_s))
        for i in range(len(lower) - 1, -1, -1):
            path.lineTo(plane.at(i * beat.step_s, max(plane.y0, lower[i])))
        path.closeSubpath()
        painter.fillPath(path, colour("p_band"))

    def _paint_lines(self, painter: QPainter, plane: Plane, beat: Beat) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen("p1", alpha=float(tokens()["plot"]["single_beats_opacity"])))
        for one in beat.single:
            painter.drawPolyline(self._curve(plane, one, beat.step_s))
        if self._compare and beat.last:
            dashed = QPen(pen("p2", 1.4))
            dashed.setDashPattern([6.0, 3.0])
            painter.setPen(dashed)
            painter.drawPolyline(self._curve(plane, beat.last, beat.step_s))
        line = QPen(colour("p1"))
        line.setWidthF(px("stroke.average_beat"))
        line.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(line)
        painter.drawPolyline(self._curve(plane, beat.mean, beat.step_s))
        if beat.width is not None:
            left, right, height, words = beat.width
            painter.setPen(pen("p3", 1.6))
            painter.drawLine(plane.at(left, height), plane.at(right, height))
            spot = QRectF(plane.x(right) + px(5), plane.y(height) - px(16), px(220), px(16))
            paint_text(painter, spot, say(words), kind="caption", tint="p3")

    def _paint_points(self, painter: QPainter, plane: Plane, beat: Beat) -> None:
        base = plane.rect.bottom()
        for index, point in enumerate(beat.points):
            spot = plane.at(point.t_s, point.height)
            painter.setPen(pen("p2", 1, None if point.solid else "dash"))
            painter.drawLine(QPointF(spot.x(), spot.y()), QPointF(spot.x(), base))
            painter.setPen(pen("p2", 1.8))
            painter.setBrush(colour("raised"))
            painter.drawEllipse(spot, px(4), px(4))
            name = point.name.translate(_SUB)
            # Peaks carry their name above, valleys below: it never lies on the curve.
            above = index % 2 == 0
            y = spot.y() - px(22) if above else spot.y() + px(8)
            side = 0 if index == 0 else px(8) if above else -px(8)
            label = QRectF(spot.x() - px(20) + side, y, px(40), px(16))
            paint_text(
                painter, label, f"h{name}", kind="caption", tint="p2", bold=True, align=CENTRE, elide=False
            )
            foot = QRectF(spot.x() - px(20), base + px(20), px(40), px(16))
            paint_text(painter, foot, f"t{name}", kind="caption", tint="p2", align=CENTRE, elide=False)

    def _paint_note(self, painter: QPainter, plane: Plane, beat: Beat) -> None:
        lines = [say(note) for note in beat.note]
        if not lines:
            return
        wide = max(width_of(line, font("caption")) for line in lines) + 2
        x = plane.rect.right() - wide - px(20)
        for number, line in enumerate(lines):
            spot = QRectF(x, plane.rect.top() + px(28) + number * px(17), wide, px(17))
            paint_text(painter, spot, line, kind="caption", tint="ink2", elide=False)

    def _paint_hover(self, painter: QPainter, plane: Plane, beat: Beat) -> None:
        if self._at is None:
            return
        index = min(len(beat.mean) - 1, max(0, round(self._at / beat.step_s)))
        painter.setPen(pen("ink3", 1, "dot"))
        x = plane.x(index * beat.step_s)
        painter.drawLine(QPointF(x, plane.rect.top()), QPointF(x, plane.rect.bottom()))
        value = f"{index * beat.step_s:.3f} s · {beat.mean[index]:.2f}"
        if index < len(beat.sd):
            value += f" ± {beat.sd[index]:.2f}"
        words = f"{value} {beat.unit}"
        wide = width_of(words, font("caption"))
        left = x + px(6) if x + wide + px(12) < plane.rect.right() else x - wide - px(6)
        spot = QRectF(left, plane.rect.top(), wide + 2, px(16))
        paint_text(painter, spot, words, kind="caption", tint="ink", elide=False)

    def mouseMoveEvent(self, event) -> None:
        beat = self._beat
        if beat is None:
            return
        plane = self._plane(beat)
        t = (event.position().x() - plane.rect.left()) / plane.rect.width() * (plane.x1 - plane.x0)
        inside = plane.x0 <= t <= plane.x1
        self._at = t if inside else None
        if inside:
            index = min(len(beat.mean) - 1, max(0, round(t / beat.step_s)))
            sd = beat.sd[index] if index < len(beat.sd) else float("nan")
            self.hovered.emit(index * beat.step_s, beat.mean[index], sd)
        self.update()

    def leaveEvent(self, event) -> None:
        self._at = None
        self.update()


class BeatSketch(QWidget):
    """The average beat as a thumbnail, without axes; a dotted base line when there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: tuple[float, ...] = ()

    def set(self, values: Sequence[float]) -> None:
        self._values = tuple(values)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(128), px(48))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(60), px(30))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(px(4), px(4), -px(4), -px(4))
        good = [v for v in self._values if v == v]
        if len(good) < 2 or max(good) == min(good):
            painter.setPen(pen("line_strong", 1, "dot"))
            painter.drawLine(QPointF(rect.left(), rect.bottom()), QPointF(rect.right(), rect.bottom()))
        else:
            plane = Plane(rect, 0, len(self._values) - 1, min(good), max(good))
            painter.setPen(pen("p1", 1.6))
            painter.drawPolyline(QPolygonF([plane.at(i, v) for i, v in enumerate(self._values) if v == v]))
        painter.end()
