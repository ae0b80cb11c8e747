"""The map of syndrome elements: locations × natures; the area of a square is the probability."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter

from ui.style import CENTRE, RIGHT, colour, font, line_px, paint_box, paint_text, pen, px, width_of
from ui.widgets.base import Drawn, wrapped_lines
from ui.words import Text, say

_STRONG = 0.35  # from here on the number stands in the square
_CELL, _SIDE, _HEAD = 38, 48, 26


class ElementsMap(Drawn):
    """set(rows, columns, p): rows are locations, columns natures, p the probability of each pair.

    moved(row, column): the current cell, by arrows or a click.
    """

    moved = Signal(int, int)

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._rows: list[Text] = []
        self._columns: list[Text] = []
        self._p: dict[tuple[int, int], float] = {}
        self._at = (0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set(self, rows: Sequence[Text], columns: Sequence[Text], p: Mapping[tuple[int, int], float]) -> None:
        self._rows, self._columns, self._p = list(rows), list(columns), dict(p)
        self._at = (0, 0)
        self._name()
        self.updateGeometry()

    def retranslate(self) -> None:
        self._name()

    def natural(self) -> tuple[float, float]:
        return (_SIDE + _CELL * max(1, len(self._columns)), self._head() + 30 * max(1, len(self._rows)) + 2)

    def _side(self) -> float:
        """Room for the names of the rows: English ones are longer."""
        wide = max((width_of(say(words), font("body")) for words in self._rows), default=0.0)
        return min(max(px(_SIDE), wide + px(10)), px(96))

    def _head(self) -> float:
        """px at 100 % for the names of the columns: two lines where they do not fit in one."""
        short = all(width_of(say(words), font("caption")) <= px(_CELL) for words in self._columns)
        return _HEAD if short else _HEAD * 1.5

    def _cell(self, row: int, column: int) -> QRectF:
        side = self._side()
        wide = min((self.width() - side) / max(1, len(self._columns)), px(64))
        return QRectF(side + column * wide, px(self._head()) + row * px(30), wide, px(30))

    def draw(self, painter: QPainter) -> None:
        for column, words in enumerate(self._columns):
            cell = self._cell(0, column)
            kind = "caption" if self._head() == _HEAD else "micro"
            lines = wrapped_lines(say(words), kind, cell.width())[:2]
            step = line_px(kind)
            top = (px(self._head()) - step * len(lines)) / 2
            for place, line in enumerate(lines):
                head = QRectF(cell.left(), top + place * step, cell.width(), step)
                paint_text(painter, head, line, kind=kind, tint="ink2", align=CENTRE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for row, words in enumerate(self._rows):
            first = self._cell(row, 0)
            side = QRectF(0, first.top(), self._side() - px(8), first.height())
            paint_text(painter, side, say(words), align=RIGHT)
            for column in range(len(self._columns)):
                self._paint_cell(painter, row, column)

    def _paint_cell(self, painter: QPainter, row: int, column: int) -> None:
        cell = self._cell(row, column)
        painter.setPen(pen("line"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(cell)
        p = self._p.get((row, column), 0.0)
        if p > 0.01:
            side = (min(cell.width(), cell.height()) - px(4)) * p**0.5
            square = QRectF(0, 0, side, side)
            square.moveCenter(cell.center())
            strong = p >= _STRONG
            painter.fillRect(square, colour("accent", 1.0 if strong else 0.45))
            if strong and side > px(14):
                words = f"{p:.1f}".removeprefix("0")
                paint_text(painter, cell, words, kind="caption", bold=True, tint="accent_ink", align=CENTRE)
        if self.hasFocus() and (row, column) == self._at:
            paint_box(painter, cell, fill=None, line="focus", radius=0, width=px("stroke.focus"))

    def _name(self) -> None:
        row, column = self._at
        if row < len(self._rows) and column < len(self._columns):
            p = self._p.get(self._at, 0.0)
            self.setAccessibleName(f"{say(self._rows[row])} {say(self._columns[column])} {p:.2f}")
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self._go(self._at[0] + step[0], self._at[1] + step[1])

    def mousePressEvent(self, event) -> None:
        at = QPointF(event.position())
        for row in range(len(self._rows)):
            for column in range(len(self._columns)):
                if self._cell(row, column).contains(at):
                    self._go(row, column)

    def _go(self, row: int, column: int) -> None:
        rows, columns = max(1, len(self._rows)), max(1, len(self._columns))
        self._at = (min(rows - 1, max(0, row)), min(columns - 1, max(0, column)))
        self._name()
        self.moved.emit(*self._at)
