"""The live pulse sweep: a pixmap that only ever receives the new samples.

The head moves left to right and begins again; 0.45 s before it is cleared, what is older stands at 38 %.
Painting
only what is new costs a twentieth of redrawing the whole trace.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.style import CENTRE, colour, paint_text, pen, px, tokens
from ui.widgets.axes import Plane, inner_rect, paint_axes, panel
from ui.words import Text, say

_GAP_S = 0.45
_HEADROOM = 0.15


class LiveSweep(QWidget):
    """begin(unit, fs_hz), push(values), mark(sample), pause(), lost(words). Values are in `unit`.

    The vertical scale follows the last sweep; + and − change it by hand (`amplify`).
    """

    def __init__(self, seconds: float = 8.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.seconds = seconds
        self._unit, self._fs, self._count = "", 200.0, 0
        self._low, self._high, self._gain = 0.0, 1.0, 1.0
        self._seen: list[float] = []
        self._last: QPointF | None = None
        self._marks: list[tuple[int, float | None]] = []
        self._new = QPixmap()
        self._old = QPixmap()
        self._state, self._words = "running", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)

    def sizeHint(self) -> QSize:
        return QSize(px(600), px(270))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(240), px(140))

    # data
    def begin(self, unit: str, fs_hz: float) -> None:
        """Start an empty sweep."""
        self._unit, self._fs, self._count = unit, fs_hz, 0
        self._seen, self._marks, self._last = [], [], None
        self._low, self._high = 0.0, 1.0
        self._state, self._words = "running", ""
        self._clear()
        self.update()

    def push(self, values: Sequence[float]) -> None:
        """Paint new samples. Missing ones (NaN) leave a gap."""
        if self._state != "running":
            return
        self._fit_scale(values)
        plane = self._plane()
        points: list[QPointF] = [] if self._last is None else [self._last]
        per_sweep = max(1, round(self.seconds * self._fs))
        painter = self._open(self._new)
        for value in values:
            at = self._count % per_sweep
            if at == 0 and self._count:
                self._draw(painter, points)
                points = []
                painter.end()
                self._turn()
                painter = self._open(self._new)
            self._count += 1
            if value != value:
                self._draw(painter, points)
                points = []
                continue
            points.append(plane.at(at / self._fs, value))
        self._draw(painter, points)
        painter.end()
        self._last = points[-1] if points else None
        self.update()

    def mark(self, sample: int, value: float | None = None) -> None:
        """Mark a beat by the index of its sample since `begin`; value: its height, the top without one."""
        self._marks.append((sample, value))
        self.update()

    def pause(self, paused: bool = True) -> None:
        self._state = "paused" if paused else "running"
        self.update()

    def lost(self, words: Text) -> None:
        """The sensor is gone; what was recorded stays."""
        self._state, self._words = "lost", say(words)
        self.setAccessibleDescription(self._words)
        self.update()

    def amplify(self, factor: float) -> None:
        """Larger or smaller by hand; what is drawn anew follows."""
        self._gain = min(8.0, max(0.125, self._gain * factor))

    @property
    def state(self) -> str:
        return self._state

    # geometry
    def _plane(self) -> Plane:
        middle, half = (self._low + self._high) / 2, (self._high - self._low) / 2 / self._gain
        return Plane(inner_rect(QRectF(self.rect())), 0.0, self.seconds, middle - half, middle + half)

    def _fit_scale(self, values: Sequence[float]) -> None:
        self._seen.extend(v for v in values if v == v)
        keep = round(self.seconds * self._fs)
        self._seen = self._seen[-keep:]
        if not self._seen:
            return
        low, high = min(self._seen), max(self._seen)
        room = (high - low or 1.0) * _HEADROOM
        # The scale only moves when the signal leaves it, or at the turn: a breathing axis cannot be read.
        if self._count == 0 or low < self._low or high > self._high:
            first = self._count == 0
            self._low, self._high = low - room, high + room
            if not first:
                self._clear()
                self._last = None

    # pixmaps
    def _clear(self) -> None:
        ratio = self.devicePixelRatioF()
        size = QSize(round(self.width() * ratio), round(self.height() * ratio))
        for name in ("_new", "_old"):
            pixmap = QPixmap(size if not size.isEmpty() else QSize(1, 1))
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            setattr(self, name, pixmap)

    def _turn(self) -> None:
        self._old, self._new = self._new, self._old
        self._new.fill(Qt.GlobalColor.transparent)
        if self._seen:
            low, high = min(self._seen), max(self._seen)
            room = (high - low or 1.0) * _HEADROOM
            shrunk = (high - low) < 0.6 * (self._high - self._low)
            if shrunk:
                self._low, self._high = low - room, high + room
                self._old.fill(Qt.GlobalColor.transparent)

    def _open(self, pixmap: QPixmap) -> QPainter:
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QPen(colour("p1"))
        line.setWidthF(px("stroke.sweep"))
        line.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(line)
        return painter

    @staticmethod
    def _draw(painter: QPainter, points: list[QPointF]) -> None:
        if len(points) > 1:
            painter.drawPolyline(QPolygonF(points))

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._clear()
        self._last = None

    def restyle(self) -> None:
        self._clear()
        self._last = None

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        panel(painter, QRectF(self.rect()))
        plane = self._plane()
        paint_axes(painter, plane, "s", self._unit)
        per_sweep = max(1, round(self.seconds * self._fs))
        head = plane.x((self._count % per_sweep) / self._fs)
        gap = plane.x((self._count % per_sweep) / self._fs + _GAP_S)
        rect = plane.rect
        painter.setOpacity(float(tokens()["plot"]["old_sweep_opacity"]))
        painter.setClipRect(QRectF(gap, 0, max(0.0, rect.right() - gap), self.height()))
        painter.drawPixmap(0, 0, self._old)
        painter.setOpacity(1.0)
        painter.setClipRect(QRectF(rect.left(), 0, rect.width() + 1, self.height()))
        painter.drawPixmap(0, 0, self._new)
        painter.setClipping(False)
        self._paint_marks(painter, plane, per_sweep)
        if self._count and self._state == "running":
            painter.setPen(pen("accent", 1.4))
            painter.drawLine(QPointF(head, rect.top()), QPointF(head, rect.bottom()))
        if self._words:
            line = QRectF(rect.left(), rect.center().y() - px(12), rect.width(), px(24))
            paint_text(painter, line, self._words, kind="body_strong", tint="sign", align=CENTRE)
        painter.end()

    def _paint_marks(self, painter: QPainter, plane: Plane, per_sweep: int) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        first = self._count - self._count % per_sweep
        head = (self._count % per_sweep) / self._fs + _GAP_S
        for sample, value in self._marks:
            old, at = sample < first, (sample % per_sweep) / self._fs
            if sample < first - per_sweep or (old and at < head):
                continue  # the head has passed over it
            x, y = plane.x(at), plane.rect.top() + px(6)
            if value is not None:
                y = max(y, plane.y(value) - px(9))
            painter.setBrush(colour("p2", 0.38 if old else 1.0))
            half = px(4)
            painter.drawPolygon(
                QPolygonF([QPointF(x - half, y - half), QPointF(x + half, y - half), QPointF(x, y + half)])
            )
