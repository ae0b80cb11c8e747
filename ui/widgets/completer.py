"""A field that knows names: one match is taken with Enter, several are asked about, none gets suggestions."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from tcm_station.workflow.lookup import Hit
from ui.style import RIGHT, font, key_cap_width, paint_box, paint_key_cap, paint_text, px, width_of
from ui.widgets.base import Label
from ui.widgets.buttons import Field
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.words import T, Text, lang, say

_MOST = 8
_HELD = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
)


class HitField(Field):
    """find(words): nodes that fit. suggest(words): what may have been meant when none fits.

    picked(Hit): one was chosen. entered(words): Enter on words of the person's own, nothing chosen.
    ask_always: nothing is chosen beforehand while several fit.
    """

    picked = Signal(object)
    entered = Signal(str)

    def __init__(
        self,
        placeholder: Text,
        find: Callable[[str], Sequence[Hit]],
        *,
        suggest: Callable[[str], Sequence[Hit]] | None = None,
        ask_always: bool = False,
        note: Callable[[Hit], Text] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(placeholder, parent=parent)
        self._find, self._suggest, self._ask, self._note = find, suggest, ask_always, note
        self._popup: _Popup | None = None
        self.textEdited.connect(self._look)

    def hits(self) -> list[Hit]:
        """What is offered now."""
        return self._popup.hits() if self._popup is not None and self._popup.isVisible() else []

    def close_popup(self) -> None:
        if self._popup is not None:
            self._popup.hide()

    def _look(self, text: str) -> None:
        words = text.strip()
        if not words:
            self.close_popup()
            return
        hits = list(self._find(words))[:_MOST]
        exact = [hit for hit in hits if words in (hit.zh, hit.en)]
        foot: Text = T("completer.one") if len(hits) == 1 else T("completer.several", n=len(hits))
        chosen = 0 if len(hits) == 1 or exact or not self._ask else -1
        if exact:
            hits.sort(key=lambda hit: hit not in exact)
        if not hits:
            hits = list(self._suggest(words))[:5] if self._suggest is not None else []
            foot = T("completer.suggest") if hits else T("completer.none")
            chosen = -1
        self._show(hits, chosen, foot)

    def _show(self, hits: Sequence[Hit], chosen: int, foot: Text) -> None:
        if self._popup is None:
            self._popup = _Popup(self.window(), self._note)
            self._popup.taken.connect(self._take)
        self._popup.show_hits(hits, chosen, foot)
        below = self.mapTo(self.window(), QPoint(0, self.height() + px(2)))
        self._popup.place(below, max(self.width(), px(380)))

    def _take(self, hit: Hit) -> None:
        self.close_popup()
        self.picked.emit(hit)

    def event(self, event: QEvent) -> bool:
        # The popup's keys are taken before a shortcut of the page sees them.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self.hits():
            if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup, key = self._popup, event.key()
        is_open = popup is not None and popup.isVisible()
        if popup is not None and is_open and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            popup.step(1 if key == Qt.Key.Key_Down else -1)
        elif is_open and key == Qt.Key.Key_Escape:
            self.close_popup()
        elif (
            key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ):
            hit = popup.chosen() if popup is not None and is_open else None
            if hit is not None:
                self._take(hit)
            elif popup is not None and is_open and popup.hits():
                popup.ask()
            else:
                self.close_popup()
                self.entered.emit(self.text().strip())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.close_popup()

    def hideEvent(self, event) -> None:
        self.close_popup()
        super().hideEvent(event)


class _Popup(QFrame):
    """The list below the field. It never takes the focus."""

    taken = Signal(object)

    def __init__(self, window: QWidget, note: Callable[[Hit], Text] | None) -> None:
        super().__init__(window)
        self._note = note
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(1), px(1), px(1), px(1))
        layout.setSpacing(0)
        self._list = RowView(self._paint, 32, name=lambda hit: hit.zh, fit=True, plain=False)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.clicked.connect(lambda index: self.taken.emit(self._list.items()[index.row()]))
        self._foot = Label(kind="caption", tint="ink3", wrap=True)
        self._foot.setContentsMargins(px(10), px(6), px(10), px(6))
        layout.addWidget(self._list)
        layout.addWidget(self._foot)
        self.hide()

    def hits(self) -> list[Hit]:
        return list(self._list.items())

    def chosen(self) -> Hit | None:
        hit = self._list.selected()
        return hit if isinstance(hit, Hit) else None

    def show_hits(self, hits: Sequence[Hit], chosen: int, foot: Text) -> None:
        self._list.set_items(list(hits), chosen)
        self._list.setVisible(bool(hits))
        self._foot.say(foot, "ink3")

    def step(self, by: int) -> None:
        count = len(self._list.items())
        if count:
            at = self._list.currentIndex().row()
            self._list.select((at + by) % count if at >= 0 else 0 if by > 0 else count - 1)

    def ask(self) -> None:
        """Say that a person must choose."""
        self._foot.say(T("completer.choose"), "sign")

    def place(self, corner: QPoint, width: int) -> None:
        """Below the field, or above it where the window ends."""
        self.setFixedWidth(min(width, self.parentWidget().width() - px(16)))
        self.adjustSize()
        x = min(corner.x(), self.parentWidget().width() - self.width() - px(8))
        y = corner.y()
        if y + self.height() > self.parentWidget().height():
            y = max(0, corner.y() - self.height() - px(40))
        self.move(x, y)
        self.show()
        self.raise_()

    def _paint(self, painter: QPainter, rect: QRectF, hit: Hit, state: RowState) -> None:
        paint_ground(painter, rect, state)
        line = rect.adjusted(px(12), 0, -px(10), 0)
        right = line.right()
        if state.selected:
            right = paint_key_cap(painter, right, rect.center().y(), "Enter") - px(8)
        note = say(self._note(hit)) if self._note is not None else hit.pinyin
        taken = min(width_of(note, font("caption")), line.width() * 0.4)
        edge = QRectF(right - taken, rect.top(), taken, rect.height())
        paint_text(painter, edge, note, kind="caption", tint="ink2", align=RIGHT)
        first, second = (hit.zh, hit.en) if lang() == "zh" else (hit.en or hit.zh, hit.zh)
        room = QRectF(line.left(), rect.top(), edge.left() - line.left() - px(10), rect.height())
        wide = min(paint_text(painter, room, first, bold=state.selected), room.width())
        if room.width() - wide > key_cap_width("Enter"):
            paint_text(painter, room.adjusted(wide + px(10), 0, 0, 0), second, kind="caption", tint="ink3")

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), fill="raised", line="line_strong")
        painter.end()
