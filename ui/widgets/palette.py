"""The command palette: everything that can be done or found, by characters, initials or English."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.style import paint_icon, paint_key_cap, paint_text, px, time_ms
from ui.widgets.base import Label, Rule, row
from ui.widgets.buttons import Field, KeyCap
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.widgets.overlay import FloatingDialog
from ui.words import T, Text, say

_MOST = 9  # rows at once: the palette never covers the status bar at 1366 × 768


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to do or open. group: key of the head it stands under. search: more words it is found by
    (other language, initials)."""

    words: Text
    note: Text
    icon: str
    run: Callable[[], None] = field(compare=False)
    group: Text = ""
    keys: str = ""
    search: tuple[str, ...] = ()


def matches(entry: Entry, words: str) -> bool:
    """Whether every word of a query stands in the entry's words, note, search words or initials."""
    hay = " ".join([say(entry.words), say(entry.note), *entry.search]).lower()
    return all(word in hay for word in words.lower().split())


Source = Callable[[str], Sequence[Entry]]


class Palette(FloatingDialog):
    """sources: asked in turn with the words typed ("" at first); each answers with entries."""

    def __init__(
        self, window: QWidget, sources: Sequence[Source], assign: Callable[[], None] | None = None
    ) -> None:
        super().__init__(window, 600, 104)
        self._sources, self._assign = sources, assign
        self._kind = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(1), px(1), px(1), px(1))
        layout.setSpacing(0)
        self.field = Field(T("component.palette.hint"), icon="")
        self.field.setProperty("kind", "bare")
        head = row(gap=12, pad=(16, 0, 16, 0))
        head.addWidget(_Glass())
        head.addWidget(self.field, 1)
        self._head = QWidget()
        self._head.setLayout(head)
        layout.addWidget(self._head)
        layout.addWidget(Rule())
        self.list = RowView(
            self._paint, self._row_height, plain=False, name=lambda item: say(getattr(item, "words", item))
        )
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.list.rows.set_enabled(lambda item: isinstance(item, Entry))
        self.list.clicked.connect(lambda index: self._run(self.list.items()[index.row()]))
        layout.addWidget(self.list)
        self.none = Label(T("component.palette.no_hit"), "body", "ink3")
        self.none.setContentsMargins(px(16), px(12), px(16), px(12))
        layout.addWidget(self.none)
        layout.addWidget(Rule())
        foot = row(gap=14, pad=(16, 8, 16, 8))
        foot.addWidget(KeyCap("↑ ↓", T("component.palette.choose")))
        foot.addWidget(KeyCap("Enter", T("component.palette.run")))
        foot.addWidget(KeyCap("Tab", T("component.palette.one_kind")))
        foot.addStretch(1)
        foot.addWidget(KeyCap("Ctrl Shift K", T("action.app.assign_keys")))
        layout.addLayout(foot)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(time_ms("palette_filter"))
        self._pause.timeout.connect(self._filter)
        self.field.textChanged.connect(lambda _: self._pause.start())
        self.field.installEventFilter(self)
        self.setAccessibleName(say(T("component.palette.open")))
        self._head.setFixedHeight(px(52))
        self._filter()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.field.setFocus()

    def hideEvent(self, event) -> None:
        self._pause.stop()
        super().hideEvent(event)

    def _filter(self) -> None:
        words = self.field.text().strip()
        groups: dict[str, list[Entry]] = {}
        for source in self._sources:
            for entry in source(words):
                if not words or matches(entry, words):
                    groups.setdefault(say(entry.group), []).append(entry)
        names = list(groups)
        if self._kind and names:
            only = names[(self._kind - 1) % len(names)]
            groups = {only: groups[only]}
        items: list[object] = []
        for name, entries in groups.items():
            if name:
                items.append(name)
            items += entries
        first = next((i for i, item in enumerate(items) if isinstance(item, Entry)), -1)
        self.list.set_items(items, first)
        self.none.setVisible(not items)
        self.list.setVisible(bool(items))
        tall = sum(self.list.row_height(i) for i in range(len(items)))
        self.list.setFixedHeight(min(tall, px(34) * _MOST + px(20)))
        self.place()

    def _row_height(self, index: int) -> float:
        items = self.list.items()
        return 34 if index < len(items) and isinstance(items[index], Entry) else 24

    def _paint(self, painter: QPainter, rect: QRectF, item: object, state: RowState) -> None:
        if not isinstance(item, Entry):
            head = rect.adjusted(px(16), px(4), 0, 0)
            paint_text(painter, head, str(item), kind="caption", tint="ink3")
            return
        paint_ground(painter, rect, state)
        paint_icon(
            painter, item.icon or "chevron-right", rect.left() + px(16), rect.center().y() - px(8), 16, "ink2"
        )
        right = rect.right() - px(16)
        if item.keys:
            right = paint_key_cap(painter, right, rect.center().y(), item.keys) - px(8)
        line = QRectF(rect.left() + px(44), rect.top(), right - rect.left() - px(44), rect.height())
        wide = paint_text(painter, line, say(item.words))
        paint_text(
            painter, line.adjusted(wide + px(12), 0, 0, 0), say(item.note), kind="caption", tint="ink3"
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._move(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._pause.stop()
                self._filter()
                self._run(self.list.selected())
                return True
            if key == Qt.Key.Key_Tab:
                self._kind += 1
                self._filter()
                return True
            if key == Qt.Key.Key_K and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._assign:
                self.accept()
                self._assign()
                return True
        return super().eventFilter(watched, event)

    def _move(self, by: int) -> None:
        items, at = self.list.items(), self.list.currentIndex().row() + by
        while 0 <= at < len(items):
            if isinstance(items[at], Entry):
                self.list.select(at)
                self.list.scrollTo(self.list.rows.index(at, 0))
                return
            at += by

    def _run(self, item: object) -> None:
        if isinstance(item, Entry):
            self.accept()
            item.run()


class _Glass(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(px(18), px(18))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_icon(painter, "search", 0, 0, 18, "ink2")
        painter.end()
