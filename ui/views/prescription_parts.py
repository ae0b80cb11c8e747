"""Parts of the prescription page: number fields, the amount edited in its row, one proposed addition."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ui.style import px
from ui.widgets.base import Label, row
from ui.widgets.buttons import Button, Field
from ui.words import T, Text


class Number(Field):
    """A field for one number. stepped(by): Up and Down."""

    def __init__(self, wide: float = 44) -> None:
        self._wide = wide
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)

    def restyle(self) -> None:
        super().restyle()
        self.setFixedWidth(px(self._wide))


class GramsEditor(Field):
    """The amount of one line, edited in its place. left(): Esc."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)


class AdditionRow(QWidget):
    """One proposed addition with its sign and a button. taken()."""

    def __init__(self, words: Text, why: Text, keys: str, take: Callable[[], None]) -> None:
        super().__init__()
        line = row(gap=8, pad=(0, 2, 0, 2))
        self.setLayout(line)
        line.addWidget(Label(words, wrap=True), 3)
        line.addWidget(Label(why, "caption", "ink2", wrap=True), 4)
        button = Button(T("prescription.add"), keys, small=True)
        button.clicked.connect(take)
        line.addWidget(button)
