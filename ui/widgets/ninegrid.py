"""The nine-grid of the pulse: three depths × cun, guan, chi, for one hand. Arrows walk it, 1–9 write it."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.style import CENTRE, colour, paint_box, paint_hatch, paint_text, px
from ui.words import T, Text, say

DEPTHS = ("superficial", "middle", "deep")
POSITIONS = ("cun", "guan", "chi")
_HEAD, _SIDE, _GAP = 20, 30, 3
_CELL = (84, 34)


@dataclass(frozen=True, slots=True)
class Cell:
    """words: the pulse's name; second: a measured value with its sd; share: 0..1 of the highest h1, bar at
    left."""

    words: Text = ""
    second: Text = ""
    share: float | None = None


class NineGrid(QWidget):
    """hand: "left" or "right". A cell that is not in `set` was not taken and is hatched.

    moved(depth, position): the current cell; edited(depth, position, digit): 1–9 pressed on it.
    """

    moved = Signal(str, str)
    edited = Signal(str, str, int)

    def __init__(self, hand: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hand = hand
        self._cells: dict[tuple[str, str], Cell] = {}
        self._at = (0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def set(self, cells: Mapping[tuple[str, str], Cell]) -> None:
        """Show cells by (depth, position)."""
        self._cells = dict(cells)
        self.retranslate()

    def current(self) -> tuple[str, str]:
        """Depth and position of the current cell."""
        return DEPTHS[self._at[0]], POSITIONS[self._at[1]]

    def retranslate(self) -> None:
        depth, position = self.current()
        words = say(self._cells.get((depth, position), Cell(T("component.grid.not_taken"))).words)
        self.setAccessibleName(
            " ".join(
                [
                    say(T(f"component.hand.{self.hand}")),
                    say(T(f"component.depth.{depth}")),
                    say(T(f"component.position.{position}")),
                    words,
                ]
            )
        )
        self.update()

    def restyle(self) -> None:
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = _SIDE + 3 * (_CELL[0] + _GAP)
        return QSize(px(width), px(_HEAD) + 3 * px(_CELL[1] + _GAP))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(_SIDE + 3 * 64), self.sizeHint().height())

    def _rect_of(self, row: int, column: int) -> QRectF:
        wide = min((self.width() - px(_SIDE)) / 3, px(120))
        tall = px(_CELL[1] + _GAP)
        left, top = px(_SIDE) + column * wide, px(_HEAD) + row * tall
        return QRectF(left, top, wide - px(_GAP), tall - px(_GAP))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        corner = QRectF(0, 0, px(_SIDE), px(_HEAD))
        paint_text(painter, corner, say(T(f"component.hand_short.{self.hand}")), kind="caption", bold=True)
        for column, position in enumerate(POSITIONS):
            head = self._rect_of(0, column)
            head = QRectF(head.left(), 0, head.width(), px(_HEAD))
            words = say(T(f"component.position.{position}"))
            paint_text(painter, head, words, kind="caption", tint="ink2", align=CENTRE)
        for row, depth in enumerate(DEPTHS):
            first = self._rect_of(row, 0)
            side = QRectF(0, first.top(), px(_SIDE), first.height())
            paint_text(painter, side, say(T(f"component.depth_short.{depth}")), kind="caption", tint="ink2")
            for column, position in enumerate(POSITIONS):
                self._paint_cell(painter, row, column, self._cells.get((depth, position)))
        painter.end()

    def _paint_cell(self, painter: QPainter, row: int, column: int, cell: Cell | None) -> None:
        rect = self._rect_of(row, column)
        if cell is None:
            paint_hatch(painter, rect)
        else:
            paint_box(painter, rect, fill="raised", line="line", radius="radius.key")
            if cell.share is not None:
                tall = (rect.height() - px(2)) * min(1.0, max(0.0, cell.share))
                bar = QRectF(rect.left() + px(1), rect.bottom() - px(1) - tall, px(5), tall)
                painter.fillRect(bar, colour("accent"))
            inner = rect.adjusted(px(11), px(1), -px(3), -px(1))
            if cell.second:
                half = inner.height() / 2
                top = QRectF(inner.left(), inner.top(), inner.width(), half)
                paint_text(painter, top, say(cell.words), kind="caption")
                paint_text(painter, top.translated(0, half), say(cell.second), kind="micro", tint="ink2")
            else:
                paint_text(painter, inner, say(cell.words))
        if self.hasFocus() and (row, column) == self._at:
            paint_box(painter, rect, fill=None, line="focus", radius="radius.key", width=px("stroke.focus"))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
            if event.key() in arrows or (event.text().isdigit() and event.text() != "0"):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self._go(self._at[0] + step[0], self._at[1] + step[1])
        elif event.text().isdigit() and event.text() != "0":
            self.edited.emit(*self.current(), int(event.text()))
        else:
            super().keyPressEvent(event)

    def _go(self, row: int, column: int) -> None:
        self._at = (min(2, max(0, row)), min(2, max(0, column)))
        self.moved.emit(*self.current())
        self.retranslate()

    def mousePressEvent(self, event) -> None:
        at = QPointF(event.position())
        for row in range(3):
            for column in range(3):
                if self._rect_of(row, column).contains(at):
                    self._go(row, column)
        super().mousePressEvent(event)

    def focusInEvent(self, event) -> None:
        self.update()

    def focusOutEvent(self, event) -> None:
        self.update()
