"""A layout that puts widgets in rows and goes on to the next row when one is full (tags, answers)."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from ui.style import px


class Flow(QLayout):
    """gap: px at 100 % between widgets and rows."""

    def __init__(self, gap: float = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), moving=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, moving=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        widest = QSize(0, 0)
        for item in self._items:
            widest = widest.expandedTo(item.minimumSize())
        return widest

    def clear(self) -> None:
        """Take all widgets out and let them go."""
        while self._items:
            widget = self._items.pop().widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _place(self, rect: QRect, *, moving: bool) -> int:
        x, y, tallest, gap = rect.x(), rect.y(), 0, px(self._gap)
        for item in self._items:
            hint = item.sizeHint()
            if x > rect.x() and x + hint.width() > rect.right() + 1:
                x, y, tallest = rect.x(), y + tallest + gap, 0
            if moving:
                item.setGeometry(
                    QRect(QPoint(x, y), QSize(min(hint.width(), max(1, rect.width())), hint.height()))
                )
            x += hint.width() + gap
            tallest = max(tallest, hint.height())
        return y + tallest - rect.y()
