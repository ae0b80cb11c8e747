"""The quality ribbon: full, half height, or empty with a slash; height and shape say it, not colour alone."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from ui.style import colour, pen, px
from ui.widgets.base import Drawn, hairline

GOOD, FAIR = 0.8, 0.5  # of the beat's or frame's own quality; below FAIR it is not used


class QualityRibbon(Drawn):
    """One cell for each stretch of signal. set([0..1 or None]): None is not recorded yet. room: cells in
    all."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._cells: list[float | None] = []
        self._room = 0

    def set(self, cells: Sequence[float | None], room: int = 0) -> None:
        self._cells, self._room = list(cells), room
        self.update()

    def natural(self) -> tuple[float, float]:
        return (240, 22)

    def draw(self, painter: QPainter) -> None:
        rect = QRectF(self.rect())
        base = rect.bottom() - px(2)
        hairline(painter, rect.left(), rect.right(), base, "line_strong")
        count = max(len(self._cells), self._room, 1)
        pitch = min(rect.width() / count, px(12))
        tall = base - rect.top() - px(2)
        for index, quality in enumerate(self._cells):
            box = QRectF(rect.left() + index * pitch, base - tall, max(1.0, pitch - px(1)), tall)
            self._cell(painter, box, quality)

    def _cell(self, painter: QPainter, box: QRectF, quality: float | None) -> None:
        if quality is None:
            return
        if quality >= GOOD:
            painter.fillRect(box, colour("p1"))
        elif quality >= FAIR:
            painter.fillRect(box.adjusted(0, box.height() / 2, 0, 0), colour("p1", 0.5))
        else:
            painter.setPen(pen("p2", 1.2))
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
            painter.drawLine(
                QPointF(box.left() + 1, box.bottom() - 1), QPointF(box.right() - 1, box.top() + 1)
            )
