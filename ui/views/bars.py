"""The app bar above and the status bar below."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from ui.style import (
    RIGHT,
    colour,
    font,
    key_cap_width,
    look,
    paint_box,
    paint_icon,
    paint_key_cap,
    paint_text,
    px,
    width_of,
)
from ui.widgets.base import Ground
from ui.widgets.buttons import IconButton
from ui.words import T, Text, say

MODES = ("consult", "pharmacy", "practice", "knowledge", "statistics")


class _Mark(QWidget):
    """The mark of four squares, one filled, and the product's name."""

    named = True

    def sizeHint(self) -> QSize:
        name = px(4) + width_of(say(T("app.name")), font("body_strong")) if self.named else 0.0
        return QSize(round(px(42) + name), px("app_bar"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def retranslate(self) -> None:
        self.setAccessibleName(say(T("app.name")))
        self.updateGeometry()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_mark(painter, px(13), (self.height() - px(18)) / 2, px(18))
        if self.named:
            line = QRectF(px(42), 0, self.width() - px(42), self.height())
            paint_text(painter, line, say(T("app.name")), kind="body_strong", elide=False)
        painter.end()


def paint_mark(painter: QPainter, x: float, y: float, side: float) -> None:
    """The product's mark: four examinations, the one by touch filled."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    cell, gap = side * 0.44, side * 0.12
    from PySide6.QtGui import QPen

    painter.setPen(QPen(colour("accent"), max(1.0, side / 12)))
    for row in (0, 1):
        for column in (0, 1):
            painter.setBrush(colour("accent") if row and column else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                QRectF(x + column * (cell + gap), y + row * (cell + gap), cell, cell), 1.5, 1.5
            )
    painter.restore()


class _Mode(QAbstractButton):
    """One mode: icon, word, an accent line below the chosen one."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode, self.worded = mode, True
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.retranslate()

    def retranslate(self) -> None:
        words = say(T(f"action.mode.{self.mode}"))
        self.setText(words)
        self.setAccessibleName(words)
        self.setToolTip("" if self.worded else words)
        self.updateGeometry()

    def set_worded(self, worded: bool) -> None:
        """Without its word it is an icon with a tool tip."""
        if worded != self.worded:
            self.worded = worded
            self.retranslate()

    def sizeHint(self) -> QSize:
        word = px(6) + width_of(self.text(), font("body_strong")) + 1 if self.worded else 0.0
        return QSize(round(px(12) * 2 + px(16) + word), px("app_bar"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        on = self.isChecked()
        if self.underMouse() and not on:
            painter.fillRect(self.rect(), colour("hover"))
        paint_icon(painter, self.mode, px(12), self.height() / 2 - px(8), 16, "ink" if on else "ink2")
        words = QRectF(px(12) + px(16) + px(6), 0, self.width(), self.height() - px(1))
        if self.worded:
            paint_text(painter, words, self.text(), bold=on, tint="ink" if on else "ink2", elide=False)
        if on:
            painter.fillRect(QRectF(0, self.height() - px(3), self.width(), px(2)), colour("accent"))
        painter.end()


class _PaletteField(QAbstractButton):
    """Looks like a field, opens the palette."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(say(T("component.palette.open")))

    def sizeHint(self) -> QSize:
        return QSize(px(300), px("field"))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), px("field"))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        paint_box(painter, rect, fill="raised", line="line")
        paint_icon(painter, "search", px(10), self.height() / 2 - px(7), 14, "ink3")
        left = (
            paint_key_cap(painter, self.width() - px(6), self.height() / 2, self.keys)
            if self.keys
            else self.width()
        )
        words = QRectF(px(32), 0, left - px(40), self.height())
        paint_text(painter, words, say(T("component.palette.field")), tint="ink3")
        painter.end()


class _StoreTag(QWidget):
    """Which store this is: dashed for a sample or practice store."""

    def __init__(self) -> None:
        super().__init__()
        self.text: Text = ""

    def say(self, text: Text) -> None:
        self.text = text
        self.setVisible(bool(text))
        self.setToolTip(say(text))
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(say(self.text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(width_of(say(self.text), font("caption")) + 2 * px(8)), px("tag"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        paint_box(
            painter, QRectF(self.rect()), fill="raised", line="line_strong", dashed=True, radius="radius.key"
        )
        words = QRectF(self.rect()).adjusted(px(8), 0, 0, 0)
        paint_text(painter, words, say(self.text), kind="caption", tint="ink2", elide=False)
        painter.end()


class AppBar(Ground):
    """Mark, modes, palette field, store, language, theme, user. Signals say what a person wants."""

    mode_wanted = Signal(str)
    palette_wanted = Signal()
    language_wanted = Signal()
    theme_wanted = Signal()
    lock_wanted = Signal()

    def __init__(self, available: Callable[[str], bool]) -> None:
        super().__init__("window", "b")
        self.modes = {mode: _Mode(mode) for mode in MODES}
        self.field = _PaletteField()
        self.store = _StoreTag()
        self.language = IconButton("language", T("action.app.language"))
        self.theme = IconButton("to_dark", T("action.app.theme"))
        self.user = IconButton("lock", T("action.app.lock"))
        self._mark = _Mark()
        self._layout = layout = QHBoxLayout(self)
        layout.addWidget(self._mark)
        for mode, button in self.modes.items():
            button.setVisible(mode == "consult" or available(mode))
            layout.addWidget(button)
            button.clicked.connect(lambda _=False, name=mode: self.mode_wanted.emit(name))
        layout.addStretch(2)
        layout.addWidget(self.field, 3)
        layout.addStretch(2)
        for widget in (self.store, self.language, self.theme, self.user):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.field.clicked.connect(self.palette_wanted)
        self.language.clicked.connect(self.language_wanted)
        self.theme.clicked.connect(self.theme_wanted)
        self.user.clicked.connect(self.lock_wanted)
        self.store.say("")
        self.restyle()
        self.retranslate()

    def restyle(self) -> None:
        self.setFixedHeight(px("app_bar"))
        self._layout.setContentsMargins(0, 0, px(8), 0)
        self._layout.setSpacing(px(2))
        self.field.setFixedHeight(px("field"))
        self.field.setMaximumWidth(px(300))
        self.retranslate()

    def retranslate(self) -> None:
        # The button names what it leads to: the other language, the other theme.
        self.language.say(word=T("app.mark_other_language"))
        self.theme.say(icon="to_light" if look().theme == "dark" else "to_dark")

    def choose(self, mode: str) -> None:
        for name, button in self.modes.items():
            button.setChecked(name == mode)
        self._fit()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Without room the name goes first, then the words of the other modes, then the store's tag."""
        shown = [button for button in self.modes.values() if not button.isHidden()]
        self._mark.named = True
        for button in shown:
            button.set_worded(True)
        self.store.setVisible(bool(self.store.text))
        if self._needed() > self.width():
            self._mark.named = False
        if self._needed() > self.width():
            for button in shown:
                button.set_worded(button.isChecked())
        if self._needed() > self.width():
            self.store.setVisible(False)
        self._mark.updateGeometry()

    def _needed(self) -> int:
        shown = [w for w in (self._mark, *self.modes.values(), self.store) if not w.isHidden()]
        fixed = sum(w.sizeHint().width() for w in (*shown, self.language, self.theme, self.user))
        return fixed + self.field.minimumSizeHint().width() + px(40)

    def set_user(self, name: Text) -> None:
        self.user.say(word=name)


class StatusBar(Ground):
    """Keys of this page at the left; editions, knowledge version and camera profile at the right."""

    def __init__(self) -> None:
        super().__init__("window", "t")
        self._hints: Sequence[tuple[str, Text]] = ()
        self._right: Text = ""
        self._note: Text = ""
        self.restyle()

    def restyle(self) -> None:
        self.setFixedHeight(px("status_bar"))

    def show_hints(self, hints: Sequence[tuple[str, Text]]) -> None:
        """(printed keys, word) from left to right; what does not fit is left out, `?` shows all."""
        self._hints = hints
        self.update()

    def show_right(self, text: Text) -> None:
        self._right = text
        self.update()

    def show_note(self, text: Text) -> None:
        """A note in place of the editions (how many pages fit, what was saved); empty takes it away."""
        self._note = text
        self.setAccessibleName(say(text))
        self.update()

    def paintEvent(self, event) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        body = QRectF(px(12), px(1), self.width() - 2 * px(12), self.height() - px(1))
        right = say(self._note or self._right)
        taken = min(width_of(right, font("caption")), body.width() * 0.6) if right else 0.0
        if right:
            edge = QRectF(body.right() - taken - 1, body.top(), taken + 1, body.height())
            paint_text(
                painter, edge, right, kind="caption", tint="ink" if self._note else "ink2", align=RIGHT
            )
        x, limit = body.left(), body.right() - taken - px(16)
        for keys, word in self._hints:
            text = say(word)
            cap = key_cap_width(keys)
            wide = cap + px(4) + width_of(text, font("caption"))
            if x + wide > limit:
                break
            paint_key_cap(painter, x + cap, body.center().y(), keys)
            paint_text(
                painter,
                QRectF(x + cap + px(4), body.top(), wide, body.height()),
                text,
                kind="caption",
                tint="ink2",
                elide=False,
            )
            x += wide + px(16)
        painter.end()
