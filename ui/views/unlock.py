"""The unlock page: passphrase or recovery key. When it is a lock, no name is shown and what runs goes on."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from tcm_station.domain.errors import StationError
from ui.style import colour, px
from ui.views.bars import paint_mark
from ui.widgets.base import Label, column, row
from ui.widgets.buttons import Button, Field
from ui.widgets.progress import ProgressStrip
from ui.words import T, lang
from ui.workers import runner

if TYPE_CHECKING:
    from ui.app import Root


class UnlockPage(QWidget):
    """root: whoever opens the desk. locked: the desk is open behind this page."""

    def __init__(self, root: "Root", *, locked: bool = False) -> None:
        super().__init__()
        self._root, self._locked = root, locked
        self.field = Field(T("setup.unlock.hint"))
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.button = Button(T("setup.unlock.open"), "Enter", kind="primary")
        self.title = Label(T("setup.unlock.locked") if locked else T("setup.unlock.title"), "head")
        self.error = Label("", "body", "stop", wrap=True)
        self.advice = Label("", "caption", "ink2", wrap=True)
        self.strip = ProgressStrip()
        self.strip.button.hide()
        box = column(gap=8)
        box.addWidget(_Mark())
        box.addWidget(self.title)
        text = T("setup.unlock.locked_text") if locked else T("setup.unlock.text")
        box.addWidget(Label(text, "lead", "ink2", wrap=True))
        box.addSpacing(px(8))
        line = row(gap=8)
        line.addWidget(self.field, 1)
        line.addWidget(self.button)
        box.addLayout(line)
        for widget in (self.error, self.advice, self.strip):
            box.addWidget(widget)
        box.addSpacing(px(12))
        box.addWidget(Label(T("setup.unlock.forgot"), "caption", "ink3", wrap=True))
        holder = QWidget()
        holder.setLayout(box)
        holder.setFixedWidth(px(480))
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(holder, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        foot = Label(T("setup.what_it_is"), "caption", "ink3", wrap=True)
        foot.setFixedWidth(px(480))
        outer.addWidget(foot, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addSpacing(px(16))
        self._holder = holder
        self.field.returnPressed.connect(self.unlock)
        self.button.clicked.connect(self.unlock)
        self.setFocusProxy(self.field)

    def restyle(self) -> None:
        self._holder.setFixedWidth(px(480))

    def unlock(self) -> None:
        """Try the passphrase, in a worker: the key is slow to derive on purpose."""
        secret = self.field.text()
        if not secret or not self.button.isEnabled():
            return
        self._busy(True)
        folder, locked = self._root.data_dir, self._locked

        def work(task) -> object:
            if locked:
                from tcm_station.store.keys import KeyFile

                KeyFile(folder).open(secret)
                return None
            from tcm_station.store import Store

            return Store.open(folder, secret)

        runner().start(work, done=self._opened, failed=self._refused)

    def _opened(self, store: object) -> None:
        self._busy(False)
        self.field.clear()
        if self._locked:
            self._root.unlocked()
        else:
            from tcm_station.workflow.desk import Desk

            self._root.opened(Desk(store))  # type: ignore[arg-type]

    def _refused(self, error: StationError) -> None:
        self._busy(False)
        self.field.set_error(True)
        self.field.selectAll()
        self.field.setFocus()
        self.error.say(error.text(lang()))
        self.advice.say(error.advice(lang()))

    def _busy(self, busy: bool) -> None:
        self.button.setEnabled(not busy)
        self.field.setEnabled(not busy)
        if busy:
            self.field.set_error(False)
            self.error.say("")
            self.advice.say("")
            self.strip.begin(T("setup.unlock.opening"))
        else:
            self.strip.end()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        painter.end()


class _Mark(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.restyle()

    def restyle(self) -> None:
        self.setFixedHeight(px(44))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        paint_mark(painter, rect.left() + 1, rect.top() + px(4), px(32))
        painter.end()
