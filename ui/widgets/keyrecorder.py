"""The table of actions with their keys, and the recorder in its rows: Enter records, a clash is named
beside it."""

from PySide6.QtCore import QEvent, QRectF, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, Qt

from ui.actions import Action, Keymap, actions, key_words
from ui.style import paint_box, paint_icon, paint_key_cap, paint_text, px
from ui.style.paint import key_cap_width
from ui.style.tokens import alert_icon
from ui.widgets.base import hairline
from ui.widgets.lists import RowState, RowView, paint_ground
from ui.words import T, say

_MODIFIER_KEYS = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


def portable(event: QKeyEvent) -> str:
    """A key press by its portable name ("Ctrl+K"), "" while only modifiers are down."""
    if event.key() in _MODIFIER_KEYS:
        return ""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    # A sign that itself needs Shift is named by the sign: "?" and not "Shift+?".
    if event.text().isprintable() and event.text() and not event.text().isalnum() and event.text() != " ":
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    return QKeySequence(event.key() | modifiers.value).toString(QKeySequence.SequenceFormat.PortableText)


class KeyTable(RowView):
    """changed(): a key was assigned. Enter or double click records; Esc leaves; Enter on a clash swaps
    both."""

    changed = Signal()
    # Qt already sends events while the base class is being made.
    recording: Action | None = None
    wanted = ""

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(
            self._paint_action,
            "table_row",
            name=lambda a: f"{say(a.words)} {key_words(self.keymap.keys(a.id))}",
            keys=frozenset({"Enter", "Del"}),
            plain=False,
        )
        self.keymap = keymap
        self.show_matching("")
        self.activated_item.connect(self.begin)
        self.key.connect(self._on_key)

    def show_matching(self, words: str) -> None:
        """Show the actions whose words, place or keys fit."""
        fitting = [
            action
            for action in actions().values()
            if action.kind == "command"
            and all(
                word in f"{action.search} {say(T(f'action.where.{action.where[0]}'))} {action.id}".lower()
                for word in words.lower().split()
            )
        ]
        self.set_items(fitting, 0 if fitting else -1)

    def begin(self, action: Action | None) -> None:
        """Record a key for an action."""
        self.recording, self.wanted = action, ""
        self.viewport().update()

    def clash(self) -> Action | None:
        """Who has the recorded key already."""
        if self.recording is None or not self.wanted:
            return None
        return next(iter(self.keymap.clashes(self.recording.id, self.wanted)), None)

    def _on_key(self, name: str, action: object) -> None:
        if not isinstance(action, Action):
            return
        if name == "Enter":
            self.begin(action)
        elif self.keymap.is_changed(action.id):
            self.keymap.own.pop(action.id, None)  # Del: the key of the table again
            self.changed.emit()

    def event(self, event: QEvent) -> bool:
        if self.recording is not None and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.recording is None:
            super().keyPressEvent(event)
            return
        if event.key() == Qt.Key.Key_Escape:
            self.begin(None)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.clash() is not None:
            self.keymap.swap(self.recording.id, self.wanted)
            self._done()
        elif name := portable(event):
            self.wanted = name
            if self.clash() is None:
                self.keymap.assign(self.recording.id, name)
                self._done()
            self.viewport().update()

    def _done(self) -> None:
        self.begin(None)
        self.changed.emit()

    def _paint_action(self, painter: QPainter, rect: QRectF, action: Action, state: RowState) -> None:
        paint_ground(painter, rect, state, bar=False)
        hairline(painter, rect.left(), rect.right(), rect.bottom() - 1)
        x = rect.left() + px(6)
        name = QRectF(x, rect.top(), rect.width() * 0.3, rect.height())
        paint_text(painter, name, say(action.words))
        where = QRectF(name.right() + px(6), rect.top(), px(76), rect.height())
        paint_text(painter, where, say(T(f"action.where.{action.where[0]}")), kind="caption", tint="ink2")
        left = where.right() + px(6)
        if self.recording is not None and self.recording.id == action.id:
            box = QRectF(left, rect.top() + px(2), px(120), rect.height() - px(4))
            paint_box(painter, box, fill="raised", line="focus", width=px("stroke.focus"))
            words = key_words((self.wanted,)) if self.wanted else say(T("settings.keys.press"))
            paint_text(painter, box.adjusted(px(8), 0, -px(4), 0), words, bold=bool(self.wanted) or None)
            self._paint_clash(painter, rect, box.right() + px(12))
            return
        keys = key_words(self.keymap.keys(action.id))
        if keys:
            paint_key_cap(painter, left + key_cap_width(keys), rect.center().y(), keys)
        if self.keymap.is_changed(action.id):
            note = QRectF(left + px(132), rect.top(), rect.right() - left - px(132), rect.height())
            before = key_words(action.keys)
            paint_text(
                painter, note, say(T("settings.keys.changed", before=before)), kind="caption", tint="ink2"
            )

    def _paint_clash(self, painter: QPainter, rect: QRectF, x: float) -> None:
        other = self.clash()
        if other is None:
            return
        paint_icon(painter, alert_icon("reason"), x, rect.center().y() - px(6), 12, "reason")
        line = QRectF(x + px(16), rect.top(), rect.right() - x - px(16), rect.height())
        paint_text(
            painter, line, say(T("settings.keys.clash", other=other.words)), kind="caption", tint="reason"
        )
