"""The sheet of all keys of a page, opened by `?`."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from ui.style import key_cap_width, paint_key_cap, paint_text, px
from ui.widgets.base import Label
from ui.widgets.overlay import FloatingDialog
from ui.words import Text, say

Groups = Sequence[tuple[Text, Sequence[tuple[str, Text]]]]


class KeySheet(FloatingDialog):
    """groups: (head, [(printed keys, words)]), laid out in as many columns as fit."""

    def __init__(self, window: QWidget, title: Text, groups: Groups, intro: Text = "") -> None:
        super().__init__(window, 960, 72)
        self.setAccessibleName(say(title))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(24), px(20), px(24), px(20))
        layout.setSpacing(px(12))
        layout.addWidget(Label(title, "title"))
        if intro:
            layout.addWidget(Label(intro, "lead", "ink2", wrap=True))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sheet = _Sheet(groups)
        area.setWidget(self.sheet)
        area.viewport().setAutoFillBackground(False)
        self.sheet.setAutoFillBackground(False)
        area.setMinimumHeight(min(px(560), window.height() - px(200)))
        layout.addWidget(area, 1)
        area.setFocus()


class _Sheet(QWidget):
    def __init__(self, groups: Groups) -> None:
        super().__init__()
        self._groups = [(head, list(lines)) for head, lines in groups if lines]
        self._drawn = 0
        self.setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(300), max(self._drawn, px(100)))

    def _columns(self) -> int:
        return max(1, min(3, self.width() // px(290)))

    def resizeEvent(self, event) -> None:
        self._drawn = self._lay_out(None)
        self.setMinimumHeight(self._drawn)

    def _lay_out(self, painter: QPainter | None) -> int:
        columns = self._columns()
        wide, step = self.width() / columns, px(24)
        tall = [0.0] * columns
        for head, lines in self._groups:
            at = tall.index(min(tall))
            x, y = at * wide, tall[at]
            if painter is not None:
                paint_text(painter, QRectF(x, y, wide, step), say(head), kind="body_strong")
            for keys, words in lines:
                y += step
                if painter is not None:
                    cap = key_cap_width(keys)
                    paint_key_cap(painter, x + cap, y + step / 2, keys)
                    left = x + max(px(96), cap + px(8))
                    paint_text(
                        painter, QRectF(left, y, x + wide - left - px(8), step), say(words), tint="ink2"
                    )
            tall[at] = y + step + px(12)
        return round(max(tall)) if tall else 0

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        self._lay_out(painter)
        painter.end()
